package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.cli.Main;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Commands in the process of the tests, where there are many of them. */
final class InProcess {
    private InProcess() {}

    /** Runs a command against the pipeline with this data directory, which must end with this exit code; what it says. */
    static String weir(Path data, int exit, String... arguments) {
        return weir(data, Set.of(exit), arguments);
    }

    /** The same for one that may end with any of these. */
    static String weir(Path data, Set<Integer> exits, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--data", data.toString()));
        StringWriter output = new StringWriter();
        PrintWriter both = new PrintWriter(output, true);
        assertThat(Main.run(both, both, all.toArray(String[]::new)))
                .as("%s: %s", all, output)
                .isIn(exits);
        return output.toString();
    }
}
