package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.service.SettingsFile;
import io.weir.service.WeirException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HealthSettingsTest {
    @TempDir
    private Path folder;

    private HealthSettings read(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("weir.yaml"), text);
        return SettingsFile.read(file, root -> HealthSettings.read(root.section("health")));
    }

    @Test
    void servesNothingUnlessAPortIsGiven() throws IOException {
        assertThat(read("health.address: 0.0.0.0\n").address()).isEmpty();
    }

    @Test
    void onLoopbackNobodyIsAskedForAToken() throws IOException {
        assertThat(read("health.port: 8080\n").address()).hasToString("Optional[/127.0.0.1:8080]");
    }

    @Test
    void elsewhereATokenIsNeeded() throws IOException {
        assertThatThrownBy(() -> read("health.port: 8080\nhealth.address: 0.0.0.0\n"))
                .isInstanceOf(WeirException.class)
                .hasMessageContaining("health.token")
                .hasMessageContaining("not loopback");
        assertThat(read("health.port: 8080\nhealth.address: 0.0.0.0\nhealth.token: secret\n")
                        .token())
                .contains("secret");
    }
}
