package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.service.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
    private final Path directory;

    MainTest(@TempDir Path directory) {
        this.directory = directory;
    }

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        return Main.run(new PrintWriter(out), new PrintWriter(err), args);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "up",
                "agent",
                "aggregator",
                "applier",
                "broker",
                "topics",
                "topics create",
                "topics check",
                "status",
                "history",
                "explain",
                "tail",
                "doctor",
                "deadletters",
                "deadletters list",
                "deadletters show",
                "deadletters retry",
                "deadletters drop",
                "approve",
                "discard",
                "baseline",
                "sync",
                "check-config",
                "verify",
                "replay",
                "restore",
                "acls",
                "authorize"
            })
    void helpAndVersionAreEverywhere(String command) {
        String[] words = command.isEmpty() ? new String[0] : command.split(" ");

        assertThat(run(plus(words, "--help"))).isZero();
        assertThat(out.toString()).contains("Usage: weir", "Exit codes:", "130");
        assertThat(run(plus(words, "--version"))).isZero();
        assertThat(out.toString()).containsPattern("weir \\d+\\.\\d+").doesNotContain("${");
    }

    private static String[] plus(String[] words, String last) {
        String[] all = java.util.Arrays.copyOf(words, words.length + 1);
        all[words.length] = last;
        return all;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "up --sauce x",
                "nonsense",
                "topics",
                "agent",
                "status --output xml",
                "explain",
                "history --bootstrap 127.0.0.1:1 --since soon",
                "history --bootstrap 127.0.0.1:1 --since 1h --until 2h",
                "history --bootstrap 127.0.0.1:1 /absolute",
                "up --replica x",
                "up --port 99999",
                "up --port -1",
                "broker --port many",
                "deadletters",
                "deadletters drop --bootstrap 127.0.0.1:1",
                "approve",
                "baseline --bootstrap 127.0.0.1:1 r ../x",
                "verify --bootstrap 127.0.0.1:1 r --sample 0",
                "verify --bootstrap 127.0.0.1:1 r --level checksum --sample 5",
                "verify --bootstrap 127.0.0.1:1 r --bwlimit fast",
                "replay --bootstrap 127.0.0.1:1 --replica r --from yesterday",
                "replay --bootstrap 127.0.0.1:1 --replica r --from 1h --to 2h",
                "restore --bootstrap 127.0.0.1:1 --as-of 1h",
                "restore --bootstrap 127.0.0.1:1 a",
                "restore --bootstrap 127.0.0.1:1 a --as-of yesterday",
                "history --bootstrap 127.0.0.1:1 --versions",
                "history --bootstrap 127.0.0.1:1 a --replica r",
                "history --bootstrap 127.0.0.1:1 a --versions --since 1h"
            })
    void wrongCommandLineIsUsage(String line) {
        assertThat(run(line.split(" "))).isEqualTo(ExitCode.USAGE.number());
        assertThat(err.toString()).startsWith("weir: ");
    }

    @Test
    void wrongPortIsToldWithWhatOneIs() {
        assertThat(run("up", "--port", "99999")).isEqualTo(ExitCode.USAGE.number());
        assertThat(err.toString()).contains("--port", "'99999' is no port", "65535");
    }

    @Test
    void mistypedOptionIsToldBesideTheOneThatIsMissing() {
        assertThat(run("server", "init", "--hosts", "a")).isEqualTo(ExitCode.USAGE.number());
        assertThat(err.toString()).contains("'--hosts'", "--host=NAME").doesNotContain("Exit codes:");
    }

    @Test
    void missingArgumentIsToldWithTheSynopsisOnly() {
        assertThat(run("approve")).isEqualTo(ExitCode.USAGE.number());
        assertThat(err.toString())
                .contains("REPLICA", "Usage: weir approve", "`weir approve --help`")
                .doesNotContain("Exit codes:");
    }

    @Test
    void refusedUpLeavesNoTrace() throws IOException {
        Path source = Files.createDirectory(directory.resolve("source"));
        Path foreign = Files.createDirectory(directory.resolve("for eign"));
        Files.writeString(foreign.resolve("precious"), "x");
        Path other = directory.resolve("other");
        String data = directory.resolve("data").toString();

        assertThat(run(
                        "up",
                        "--source",
                        source.toString(),
                        "--replica",
                        other.toString(),
                        "--replica",
                        foreign.toString(),
                        "--data",
                        data))
                .isEqualTo(ExitCode.CONFLICT.number());
        assertThat(err.toString())
                .contains("--adopt", "rsync -ain --delete --exclude=/.weir " + source + "/ '" + foreign + "/'");
        assertThat(directory.toFile().list()).containsExactlyInAnyOrder("source", "for eign");
        assertThat(foreign.toFile().list()).containsExactly("precious");
        assertThat(source).isEmptyDirectory();
    }

    @Test
    void portThatIsTakenIsToldBeforeAnythingIsMade() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            Path data = directory.resolve("data");

            assertThat(run("up", "--data", data.toString(), "--port", port)).isEqualTo(ExitCode.CONFLICT.number());
            assertThat(err.toString()).contains(port);
            assertThat(data).doesNotExist();
        }
    }

    @Test
    void nothingAtAllIsUsageWithTheCommands() {
        assertThat(run()).isEqualTo(ExitCode.USAGE.number());
        assertThat(err.toString()).contains("missing command", "doctor");
    }

    @Test
    void wrongSettingsAreListedAtOnce() throws IOException {
        Path file = Files.writeString(
                directory.resolve("weir.yaml"),
                "kafka:\n  bootstrap.servers: 127.0.0.1:1\naggregator:\n  windo.quiet: 20 ms\n  threads: none\n");

        assertThat(run("aggregator", "--config", file.toString())).isEqualTo(ExitCode.SETTINGS.number());
        assertThat(err.toString()).contains("2 problems", "window.quiet", "threads");
    }

    @Test
    void missingSettingsFileIsSettings() {
        assertThat(run("agent", "--config", directory.resolve("none.yaml").toString()))
                .isEqualTo(ExitCode.SETTINGS.number());
    }

    @Test
    void absentKafkaIsUnavailable() throws IOException {
        Path file = Files.writeString(directory.resolve("weir.yaml"), """
            kafka.bootstrap.servers: 127.0.0.1:1
            kafka.admin: {request.timeout.ms: 500, default.api.timeout.ms: 1000}
            """);

        assertThat(run("topics", "check", "--config", file.toString())).isEqualTo(ExitCode.UNAVAILABLE.number());
        assertThat(err.toString()).contains("127.0.0.1:1", "check that Kafka runs");
    }

    @Test
    void missingSourceIsUnavailable() {
        String source = directory.resolve("none").toString();
        String replica = directory.resolve("copy").toString();
        String data = directory.resolve("data").toString();

        assertThat(run("up", "--source", source, "--replica", replica, "--data", data))
                .isEqualTo(ExitCode.UNAVAILABLE.number());
        assertThat(err.toString()).contains("no such directory");
    }

    @Test
    void doctorLooksAtWhatTheSettingsName() throws IOException {
        Path source = Files.createDirectories(directory.resolve("source/a")).getParent();
        Path file = Files.writeString(directory.resolve("weir.yaml"), """
            kafka.bootstrap.servers: 127.0.0.1:1
            kafka.admin: {request.timeout.ms: 500, default.api.timeout.ms: 1000}
            agent:
              sources:
                - name: data
                  root: %s
              rsyncd.executable: /no/such/rsync
            applier:
              replica: backup1
              sources:
                - name: data
                  root: %s
                  url: rsync://host/data/
            """.formatted(source, directory.resolve("copy")));

        assertThat(run("doctor", "--config", file.toString())).isEqualTo(ExitCode.FAILURE.number());
        assertThat(out.toString())
                .contains("2 directories", "source " + source, "replica " + directory.resolve("copy"))
                .contains("/no/such/rsync", "127.0.0.1:1");
    }

    @Test
    void upRefusesSettingsThatItDecidesItself() throws IOException {
        Path file = Files.writeString(
                directory.resolve("weir.yaml"), "agent:\n  state.dir: /x\naggregator:\n  windo.quiet: 20 ms\n");
        String data = directory.resolve("data").toString();

        assertThat(run("up", "--data", data, "--config", file.toString())).isEqualTo(ExitCode.SETTINGS.number());
        assertThat(err.toString()).contains("2 problems", "agent.state.dir", "window.quiet");
        assertThat(directory.resolve("data")).doesNotExist();
    }

    @Test
    void offlineDryRunNamesWhatItNeeds() throws IOException {
        Path file = Files.writeString(directory.resolve("weir.yaml"), """
            kafka.bootstrap.servers: 127.0.0.1:1
            applier:
              replica: backup1
              sources:
                - name: data
                  root: %s
                  url: rsync://127.0.0.1:1/data/
            """.formatted(directory.resolve("copy")));

        assertThat(run("baseline", "backup1", "--offline", "--config", file.toString()))
                .isEqualTo(ExitCode.USAGE.number());
        assertThat(err.toString()).contains("--dry-run");
        assertThat(run("baseline", "other", "--offline", "--dry-run", "--config", file.toString()))
                .isEqualTo(ExitCode.USAGE.number());
        assertThat(err.toString()).contains("are those of replica 'backup1' with the sources [data]");
        assertThat(run("baseline", "backup1", "--offline", "--dry-run", "--config", file.toString()))
                .isEqualTo(ExitCode.UNAVAILABLE.number());
        assertThat(out.toString()).contains("backup1/data: asking rsync://127.0.0.1:1/data/");
        assertThat(directory.resolve("copy")).doesNotExist();
    }

    @Test
    void offlineDryRunByTheFileOfAnUpSaysWhatToDo() throws IOException {
        Path file =
                Files.writeString(directory.resolve("up.yaml"), "applier:\n  sources:\n    - breaker.deletes: 20\n");

        assertThat(run("baseline", "one", "--offline", "--dry-run", "--config", file.toString()))
                .isEqualTo(ExitCode.USAGE.number());
        assertThat(err.toString()).contains("names no replica", "weir baseline one --dry-run --data DIR", "rsync -ain");
    }

    @Test
    void statusWithoutADeploymentSaysHowToNameOne() {
        assertThat(run("status", "--data", directory.toString())).isEqualTo(ExitCode.USAGE.number());
        assertThat(err.toString()).contains("--bootstrap");
    }
}
