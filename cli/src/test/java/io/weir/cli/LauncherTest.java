package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher script in an unpacked distribution, with a stand-in for java that tells how it was called. */
class LauncherTest {
    private final Path top;
    private final Path home;

    LauncherTest(@TempDir Path top) throws IOException {
        this.top = top;
        this.home = Files.createDirectories(top.resolve("dist with space"));
        Files.createDirectory(home.resolve("lib"));
        Files.copy(Path.of("../weir"), home.resolve("weir"));
        executable(home.resolve("weir"));
        Path java = Files.createDirectories(top.resolve("jdk/bin")).resolve("java");
        Files.writeString(java, """
                #!/bin/sh
                [ "$1" = -XshowSettings:properties ] && exit 0
                printf '%s\\n' "LC_ALL=$LC_ALL" "LEVEL=$WEIR_LOG_LEVEL" "$@"
                exit 5
                """);
        executable(java);
    }

    private static void executable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private record Ran(int exit, String text) {}

    private Ran run(Path script, String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(Files.createDirectories(top.resolve("elsewhere")).toFile())
                .redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", top.resolve("jdk").toString());
        builder.environment().put("LC_ALL", "POSIX");
        builder.environment().remove("WEIR_LOG_LEVEL");
        builder.environment().put("WEIR_JAVA_OPTS", "-Xss2m -Dx=y");
        Process process = builder.start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Ran(process.exitValue(), text);
    }

    @Test
    void argumentsAndExitCodePassThroughFromAnywhere() throws Exception {
        Ran ran = run(home.resolve("weir"), "status", "--data", "a b", "*");

        assertThat(ran.exit()).isEqualTo(5);
        assertThat(ran.text().lines().toList())
                .contains("LC_ALL=C.UTF-8", "-Xss2m", "-Dx=y", home.resolve("lib") + "/*")
                .endsWith("io.weir.cli.Main", "status", "--data", "a b", "*");
    }

    @Test
    void upLogsWarningsOnly() throws Exception {
        assertThat(run(home.resolve("weir"), "up").text()).contains("LEVEL=WARN\n");
        assertThat(run(home.resolve("weir"), "broker").text()).contains("LEVEL=\n");
    }

    @Test
    void symbolicLinksAreFollowed() throws Exception {
        Path first = Files.createSymbolicLink(top.resolve("first"), Path.of("dist with space/weir"));
        Path second = Files.createSymbolicLink(top.resolve("second"), first);

        Ran ran = run(second, "--version");

        assertThat(ran.text().lines().toList())
                .contains(home.toRealPath().resolve("lib") + "/*")
                .endsWith("io.weir.cli.Main", "--version");
    }
}
