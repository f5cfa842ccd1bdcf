package io.weir.agent.rsyncd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weir.agent.watch.SourceRoot;
import io.weir.service.Heartbeat;
import io.weir.service.WeirException;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against the real rsync, which the build machine must have. */
class RsyncDaemonTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final Path work;

    RsyncDaemonTest(@TempDir Path work) {
        this.work = work;
    }

    @Test
    void servesAnOddlyNamedRootToThoseWhoKnowTheSecretAndReadOnly() throws Exception {
        Path root = Files.createDirectory(work.resolve("so#u; r=[c]e 'x' 100% ü"));
        Files.writeString(root.resolve("f"), "content");
        Path copy = Files.createDirectory(work.resolve("copy"));
        try (RsyncDaemon daemon = daemon(RsyncdSettings.loopback(), root)) {
            daemon.start();
            String password = "--password-file=" + daemon.passwordFile().orElseThrow();

            assertThat(rsync(password, "-a", daemon.url("data") + "/", copy + "/"))
                    .isZero();
            assertThat(copy.resolve("f")).hasContent("content");
            assertThat(rsync("-a", daemon.url("data") + "/", copy + "/")).isNotZero();
            assertThat(rsync(password, "-a", copy + "/f", daemon.url("data") + "/g"))
                    .isNotZero();
            assertThat(root.resolve("g")).doesNotExist();
        }
    }

    @Test
    void isStartedAgainOnTheSamePortAndGoneWhenClosed() throws Exception {
        RsyncDaemon daemon = daemon(RsyncdSettings.loopback(), work);
        daemon.start();
        try (daemon) {
            int port = daemon.port();
            long first = pid();
            ProcessHandle.of(first).orElseThrow().destroyForcibly();

            await().atMost(LONG).until(() -> pid() != first && canList(daemon));
            assertThat(daemon.port()).isEqualTo(port);
        }
        assertThat(ProcessHandle.of(pid()).filter(ProcessHandle::isAlive)).isEmpty();
    }

    @Test
    void oneThatAKilledAgentLeftBehindIsEnded() throws Exception {
        int port = freePort();
        RsyncdSettings fixed =
                new RsyncdSettings(true, "rsync", "127.0.0.1", port, "weir", Optional.empty(), List.of(), 8);
        RsyncDaemon left = daemon(fixed, work);
        left.start();
        long old = pid();

        try (left;
                RsyncDaemon next = daemon(fixed, work)) {
            next.start();

            // At once: the next one could not have taken the port before.
            assertThat(hasEnded(old)).isTrue();
            assertThat(canList(next)).isTrue();
        }
    }

    @Test
    void callThatWaitsForAFifoIsEnded() throws Exception {
        Path root = Files.createDirectory(work.resolve("root"));
        Files.writeString(root.resolve("first"), "x".repeat(200_000));
        Files.writeString(root.resolve("then"), "a file while the list is made");
        Path copy = Files.createDirectory(work.resolve("copy"));
        try (RsyncDaemon daemon = daemon(RsyncdSettings.loopback(), root)) {
            daemon.start();
            // Slow enough that the second file can change before the sender opens it.
            Process client = new ProcessBuilder(
                            "rsync",
                            "--password-file=" + daemon.passwordFile().orElseThrow(),
                            "--bwlimit=50",
                            "-a",
                            daemon.url("data") + "/",
                            copy + "/")
                    .redirectErrorStream(true)
                    .redirectOutput(work.resolve("client.log").toFile())
                    .start();
            await().atMost(LONG).until(() -> {
                try (Stream<Path> files = Files.list(copy)) {
                    return files.findAny().isPresent();
                }
            });
            Files.delete(root.resolve("then"));
            assertThat(new ProcessBuilder("mkfifo", root.resolve("then").toString())
                            .start()
                            .waitFor())
                    .isZero();

            assertThat(client.waitFor(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(client.exitValue()).isNotZero();
            assertThat(copy.resolve("then")).doesNotExist();
        }
    }

    /** Also when nobody has asked for its exit code yet. */
    private static boolean hasEnded(long pid) throws IOException {
        try {
            return Files.readAllBytes(Path.of("/proc", Long.toString(pid), "cmdline")).length == 0;
        } catch (NoSuchFileException e) {
            return true;
        }
    }

    @Test
    void aMissingRsyncNamesThePackage() {
        RsyncdSettings missing =
                new RsyncdSettings(true, "/no/such/rsync", "127.0.0.1", 0, "weir", Optional.empty(), List.of(), 8);

        try (RsyncDaemon daemon = daemon(missing, work)) {
            assertThatThrownBy(daemon::start)
                    .isInstanceOf(WeirException.class)
                    .hasMessageContaining("install the package 'rsync'");
        }
    }

    @Test
    void aTakenPortIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0);
                RsyncDaemon daemon = daemon(
                        new RsyncdSettings(
                                true,
                                "rsync",
                                "127.0.0.1",
                                taken.getLocalPort(),
                                "weir",
                                Optional.empty(),
                                List.of(),
                                8),
                        work)) {
            assertThatThrownBy(daemon::start)
                    .isInstanceOf(WeirException.class)
                    .hasMessageContaining("port " + taken.getLocalPort());
        }
    }

    @Test
    void anAddressForOthersNeedsASharedSecret() {
        RsyncdSettings open = new RsyncdSettings(true, "rsync", "0.0.0.0", 0, "weir", Optional.empty(), List.of(), 8);

        try (RsyncDaemon daemon = daemon(open, work)) {
            assertThatThrownBy(daemon::start).hasMessageContaining("rsyncd.secrets-file");
        }
    }

    private RsyncDaemon daemon(RsyncdSettings settings, Path root) {
        SourceRoot source = new SourceRoot("data", root.toString().getBytes(StandardCharsets.UTF_8));
        return new RsyncDaemon(
                settings, List.of(source), work.resolve("state"), Heartbeat.unwatched("rsyncd"), (component, cause) -> {
                    throw new AssertionError(component, cause);
                });
    }

    private long pid() throws IOException {
        return Long.parseLong(
                Files.readString(work.resolve("state/rsyncd/rsyncd.pid")).strip());
    }

    private static boolean canList(RsyncDaemon daemon) throws Exception {
        return rsync("--password-file=" + daemon.passwordFile().orElseThrow(), daemon.url("data") + "/") == 0;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static int rsync(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("rsync", "--timeout=30"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.redirectInput(new java.io.File("/dev/null")).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        Process process = builder.start();
        assertThat(process.waitFor(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }
}
