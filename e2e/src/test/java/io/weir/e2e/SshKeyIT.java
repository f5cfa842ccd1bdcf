package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.agent.rsyncd.SshSettings;
import io.weir.applier.reconcile.Outcome;
import io.weir.applier.reconcile.SourceMarker;
import io.weir.applier.rsync.RsyncEndpoint;
import io.weir.applier.rsync.Way;
import io.weir.cli.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real sshd, and the line that {@code weir authorize} prints: a key that pulls, and nothing else. */
@Timeout(600)
class SshKeyIT {
    @TempDir
    Path folder;

    private FileServer files;
    private Sshd sshd;
    private Path key;
    private Path knownHosts;
    private String line;

    @BeforeEach
    void start() throws Exception {
        Sshd.required();
        files = FileServer.in(folder);
        files.serve(new SshSettings(Sshd.user(), folder.resolve("rsyncd-ssh.conf")));
        sshd = Sshd.start(folder.resolve("sshd"), Ports.free());
        key = Sshd.newKey(folder.resolve("key"));
        line = authorize(folder.resolve("key.pub"));
        sshd.authorize(line);
        knownHosts = Files.writeString(folder.resolve("known_hosts"), sshd.knownHost() + "\n");
    }

    @AfterEach
    void stop() {
        if (sshd != null) {
            sshd.close();
        }
        if (files != null) {
            files.close();
        }
    }

    private String authorize(Path publicKey) throws IOException {
        Path settings = Files.writeString(folder.resolve("agent.yaml"), """
                kafka.bootstrap.servers: localhost:9092
                agent.sources:
                  - name: data
                    root: %s
                agent.rsyncd.ssh.user: %s
                agent.rsyncd.ssh.config: %s
                """.formatted(
                        files.source(), Sshd.user(), folder.resolve("rsyncd-ssh.conf")));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        assertThat(Main.run(
                        new PrintWriter(out),
                        new PrintWriter(err),
                        "authorize",
                        "--config",
                        settings.toString(),
                        publicKey.toString()))
                .as(err.toString())
                .isZero();
        return out.toString().strip();
    }

    private RsyncEndpoint endpoint(int port) {
        return new RsyncEndpoint(
                "rsync+ssh://127.0.0.1:" + port + "/data/", null, Sshd.user(), new Way.Ssh(key, knownHosts));
    }

    private SourceMarker.Found ask() throws InterruptedException {
        return FileServer.ask(endpoint(sshd.port()));
    }

    @Test
    void theKeyReadsTheSource() throws Exception {
        SourceMarker.Found found = ask();

        assertThat(found.id()).as(found.message()).isEqualTo(FileServer.ID);
    }

    @Test
    void theKeyRunsNothing() throws Exception {
        Path made = folder.resolve("made");

        assertThat(ssh("127.0.0.1", "touch " + made + "; id").output())
                .startsWith("@RSYNCD:")
                .doesNotContain("uid=");
        assertThat(ssh("127.0.0.1", "rsync --server --sender -a . " + folder).output())
                .startsWith("@RSYNCD:")
                .doesNotContain("agent.yaml");
        assertThat(ssh("-s", "127.0.0.1", "sftp").output()).startsWith("@RSYNCD:");
        assertThat(ssh("-tt", "127.0.0.1").output()).contains("PTY allocation request failed");
        assertThat(made).doesNotExist();
    }

    @Test
    void theKeyForwardsNothing() throws Exception {
        Called direct = ssh("-W", "127.0.0.1:" + sshd.port(), "127.0.0.1");
        assertThat(direct.exit()).isNotZero();
        assertThat(direct.output()).contains("administratively prohibited").doesNotContain("SSH-");

        Called back = ssh("-o", "ExitOnForwardFailure=yes", "-N", "-R", "0:127.0.0.1:" + sshd.port(), "127.0.0.1");
        assertThat(back.exit()).isNotZero();
        assertThat(back.output()).contains("remote port forwarding failed");
    }

    @Test
    void theKeyWritesNothingAndListsNoModules() throws Exception {
        Path file = Files.writeString(folder.resolve("f"), "x");

        assertThat(rsync(file.toString(), "127.0.0.1::data/g").exit()).isNotZero();
        assertThat(files.source().resolve("g")).doesNotExist();
        assertThat(rsync("127.0.0.1::").output()).doesNotContain("data");
    }

    @Test
    void whatIsWrongIsToldWithWhatToDoAndMendedByItself() throws Exception {
        assertHeld("`weir authorize`", () -> sshd.authorize("# nobody"));
        sshd.authorize(line);

        assertHeld("`ssh.known.hosts` does not name", () -> Files.writeString(knownHosts, ""));
        Path other = Sshd.newKey(folder.resolve("other"));
        assertHeld(
                "another ssh host key",
                () -> Files.writeString(knownHosts, "[127.0.0.1]:" + sshd.port() + " " + Sshd.publicKey(other) + "\n"));
        Files.writeString(knownHosts, sshd.knownHost() + "\n");

        assertHeld("chmod 600", () -> permit("rw-r--r--"));
        permit("rw-------");

        Path config = folder.resolve("rsyncd-ssh.conf");
        Path aside = folder.resolve("aside.conf");
        assertHeld("finds no configuration", () -> Files.move(config, aside));
        Files.move(aside, config);

        Path keyAside = folder.resolve("aside.key");
        assertHeld("`ssh.identity` cannot be used", () -> Files.move(key, keyAside));
        Files.move(keyAside, key);

        SourceMarker.Found gone = FileServer.ask(endpoint(Ports.free()));
        assertThat(gone.state()).isEqualTo(Outcome.State.TRANSPORT);
        assertThat(gone.message()).contains("nothing answers at the host and port");

        assertThat(ask().id()).isEqualTo(FileServer.ID);
    }

    private void permit(String permissions) throws IOException {
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString(permissions));
    }

    /** Breaks something. */
    @FunctionalInterface
    private interface Damage {
        void run() throws IOException, InterruptedException;
    }

    private void assertHeld(String advice, Damage damage) throws Exception {
        damage.run();
        SourceMarker.Found found = ask();
        assertThat(found.state()).isEqualTo(Outcome.State.TRANSPORT);
        assertThat(found.message()).contains(advice);
    }

    /** What a command said. */
    private record Called(int exit, String output) {}

    /** As somebody who has got hold of the key would call. */
    private Called ssh(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("ssh"));
        command.addAll(options());
        command.addAll(Arrays.asList(words));
        return call(command);
    }

    private List<String> options() {
        return List.of(
                "-F",
                "none",
                "-o",
                "BatchMode=yes",
                "-o",
                "UserKnownHostsFile=" + knownHosts,
                "-o",
                "IdentitiesOnly=yes",
                "-i",
                key.toString(),
                "-p",
                "" + sshd.port(),
                "-l",
                Sshd.user());
    }

    private Called rsync(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("rsync", "--rsh=ssh " + String.join(" ", options())));
        command.addAll(Arrays.asList(words));
        return call(command);
    }

    private static Called call(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Called(process.waitFor(), output.replaceAll("(?m)^Authorized users only.*\\R", ""));
    }
}
