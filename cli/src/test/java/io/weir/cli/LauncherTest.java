package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher script in an unpacked distribution, with a stand-in for java that tells how it was called. */
class LauncherTest {
    private final Path top;
    private final Path home;
    private final String classpath;
    private String exit = "5";

    LauncherTest(@TempDir Path top) throws IOException {
        this.top = top;
        this.home = Files.createDirectories(top.resolve("dist with space"));
        Path lib = Files.createDirectory(home.resolve("lib"));
        for (String jar : List.of("b.jar", "a.jar")) {
            Files.writeString(lib.resolve(jar), jar);
        }
        classpath = lib.toRealPath().resolve("a.jar") + ":" + lib.toRealPath().resolve("b.jar");
        Files.copy(Path.of("../weir"), home.resolve("weir"));
        executable(home.resolve("weir"));
        Path java = Files.createDirectories(top.resolve("jdk/bin")).resolve("java");
        Files.writeString(java, """
                #!/bin/sh
                for each; do
                  case "$each" in
                    -XX:DumpLoadedClassList=*) echo java/lang/Object >"${each#*=}" ;;
                    -Xshare:dump) [ -e "$0.broken" ] && exit 1; dump=yes ;;
                    -XX:SharedArchiveFile=*) archive="${each#*=}" ;;
                  esac
                done
                [ -z "$dump" ] || { echo made >"$archive"; exit 0; }
                printf '%s\\n' "LC_ALL=$LC_ALL" "LEVEL=$WEIR_LOG_LEVEL" "$@"
                exit "$FAKE_EXIT"
                """);
        Files.writeString(top.resolve("jdk/release"), "JAVA_VERSION=\"17.0.99\"\n");
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
        builder.environment().put("FAKE_EXIT", exit);
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
                .contains("LC_ALL=C.UTF-8", "-Xss2m", "-Dx=y", classpath)
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

        assertThat(ran.text().lines().toList()).contains(classpath).endsWith("io.weir.cli.Main", "--version");
    }

    /** What there is beside the jars. */
    private List<Path> archives() throws IOException {
        try (Stream<Path> all = Files.list(home.toRealPath().resolve("lib"))) {
            return all.filter(each -> !each.toString().endsWith(".jar")).toList();
        }
    }

    private Path awaitArchive() {
        return await().atMost(Duration.ofSeconds(60))
                .until(
                        this::archives,
                        all -> all.size() == 1 && all.get(0).toString().endsWith(".jsa"))
                .get(0);
    }

    @Test
    void theFirstStatusMakesAnArchiveOfClassesOfThisJavaAndTheseJars() throws Exception {
        exit = "6";

        Ran first = run(home.resolve("weir"), "status");

        assertThat(first.exit()).isEqualTo(6);
        assertThat(first.text()).contains("DumpLoadedClassList").doesNotContain("SharedArchiveFile");
        Path archive = awaitArchive();
        assertThat(archive.getFileName().toString()).startsWith("weir-17.0.99-");
        assertThat(run(home.resolve("weir"), "tail").text().lines())
                .contains("-XX:SharedArchiveFile=" + archive)
                .noneMatch(each -> each.contains("DumpLoadedClassList"));
        assertThat(run(home.resolve("weir"), "up").text()).doesNotContain("SharedArchiveFile");

        Files.writeString(home.resolve("lib/a.jar"), "another one");
        assertThat(run(home.resolve("weir"), "tail").text()).doesNotContain("SharedArchiveFile");
        run(home.resolve("weir"), "status");
        await().atMost(Duration.ofSeconds(60)).until(() -> !archives().contains(archive));
        assertThat(run(home.resolve("weir"), "tail").text()).contains("-XX:SharedArchiveFile=" + awaitArchive());
    }

    @Test
    void anArchiveThatCannotBeMadeIsNotTriedAgain() throws Exception {
        exit = "0";
        Files.createFile(top.resolve("jdk/bin/java.broken"));

        assertThat(run(home.resolve("weir"), "status").exit()).isZero();

        assertThat(awaitArchive()).isEmptyFile();
        assertThat(run(home.resolve("weir"), "status").text())
                .doesNotContain("SharedArchiveFile")
                .doesNotContain("DumpLoadedClassList");
    }

    @Test
    void aFailureMakesNoArchive() throws Exception {
        exit = "4";

        assertThat(run(home.resolve("weir"), "status").exit()).isEqualTo(4);

        assertThat(archives()).isEmpty();
    }
}
