package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Runs an ordinary command of the system, as an administrator or a build would. */
final class Shell {
    private Shell() {}

    /** Runs a command (argv, no shell) in a directory and fails unless it ends with 0. */
    static String run(Path directory, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue())
                .as("%s in %s: %s", String.join(" ", command), directory, output)
                .isZero();
        return output;
    }
}
