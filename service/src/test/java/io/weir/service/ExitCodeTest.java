package io.weir.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class ExitCodeTest {
    /** Relative to the module, where the tests run. */
    private static final Path PAGE = Path.of("../docs/exit-codes.md");

    private static String rendered() {
        StringBuilder page = new StringBuilder("""
                <!-- Generated from ExitCode; `mvn -pl service test -Dtest=ExitCodeTest -Dweir.docs.write=true` renews it. -->
                # Exit codes

                Every `weir` command ends with one of these. The numbers do not change.

                | code | name | meaning |
                |---|---|---|
                """);
        for (ExitCode code : ExitCode.values()) {
            page.append("| ").append(code.number()).append(" | `").append(code).append("` | ");
            page.append(code.meaning()).append(" |\n");
        }
        return page.toString();
    }

    @Test
    void thePageIsUpToDate() throws IOException {
        if (Boolean.getBoolean("weir.docs.write")) {
            Files.writeString(PAGE, rendered());
        }
        assertThat(PAGE).as("renew it with -Dweir.docs.write=true").content().isEqualTo(rendered());
    }
}
