package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.agent.rsyncd.SshSettings;
import io.weir.e2e.Authority.Pair;
import io.weir.posix.Fd;
import io.weir.posix.Fs;
import io.weir.schemas.ComponentState;
import io.weir.schemas.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole pipeline with one replica that pulls over ssh and one over TLS. */
@Tag("sites")
@Timeout(900)
class WaysIT {
    private static final long STEPS = 600;

    @TempDir
    Path folder;

    @Test
    void replicasOverSshAndOverTlsEqualTheSourceAndHoldWhileTheirWayIsWrong() throws Exception {
        Sshd.required();
        Authority.required();
        String secret = UUID.randomUUID().toString();
        int sshPort = Ports.free();
        int tlsPort = Ports.free();
        SshSettings ssh = new SshSettings(Sshd.user(), folder.resolve("rsyncd-ssh.conf"));
        Path key = Sshd.newKey(folder.resolve("key"));
        Path knownHosts = folder.resolve("known_hosts");
        Authority authority = Authority.in(folder.resolve("authority"));
        Pair server = authority.sign("server", "DNS:localhost");
        StagesPlan plan = StagesPlan.in(folder)
                .hasty()
                .secret(secret)
                .rsyncPort(tlsPort)
                .settings("agent", """
                        agent.rsyncd.tls.certificate: %s
                        agent.rsyncd.tls.key: %s
                        agent.rsyncd.ssh.user: %s
                        agent.rsyncd.ssh.config: %s
                        """.formatted(server.certificate(), server.key(), ssh.user(), ssh.config()));
        plan.way(1, """
                url: rsync+ssh://%s@127.0.0.1:%d/data/
                ssh.identity: %s
                ssh.known.hosts: %s
                """.formatted(ssh.user(), sshPort, key, knownHosts));
        plan.way(2, """
                url: rsyncs://weir@localhost:%d/data/
                secrets.file: %s
                tls.ca: %s
                """.formatted(tlsPort, plan.secretFile(), authority.ca()));
        try (Sshd sshd = Sshd.start(folder.resolve("sshd"), sshPort);
                CommandLines commandLines = CommandLines.watch()) {
            sshd.authorize(ssh.authorize("rsync", Sshd.publicKey(key)));
            Files.writeString(knownHosts, sshd.knownHost() + "\n");
            try (Stages stages = plan.start()) {
                makeHostileNames(stages.source());
                stages.awaitEqual();
                try (BackgroundChurn churn =
                        BackgroundChurn.start(stages.source(), Churn.Plan.gentle(Seeds.next("both ways")))) {
                    churn.awaitSteps(STEPS);
                    churn.stop();
                }
                stages.awaitEqual();

                spoilAndMend(stages, knownHosts, sshd.knownHost(), authority, server);

                assertNowhere(secret, stages, commandLines);
                assertNowhere(Files.readAllLines(key).get(2), stages, commandLines);
                assertThat(commandLines.seen())
                        .as("calls over both ways were seen")
                        .anyMatch(line -> line.contains("openssl s_client"))
                        .anyMatch(line -> line.contains("StrictHostKeyChecking=yes"));
            }
        }
    }

    /** Neither way lets anybody through, and each replica says why; then both are mended. */
    private static void spoilAndMend(Stages stages, Path knownHosts, String knownHost, Authority authority, Pair server)
            throws Exception {
        Files.writeString(knownHosts, "\n");
        authority.signExpired("old", "DNS:localhost").into(server);
        Path held = Files.writeString(stages.source().resolve("while the ways are wrong"), "x");
        stages.awaitStatus("applier/replica-1/data", holds("`ssh.known.hosts` does not name"));
        awaitHeldOverTls(stages);
        assertThat(stages.replicas().get(0).resolve(held.getFileName())).doesNotExist();

        Files.writeString(knownHosts, knownHost + "\n");
        authority.sign("new", "DNS:localhost").into(server);
        stages.awaitEqual();
    }

    private static void makeHostileNames(Path source) throws Exception {
        try (Fd root = Fs.openDirectory(source.toString().getBytes(StandardCharsets.UTF_8))) {
            byte[] below = "hostile".getBytes(StandardCharsets.UTF_8);
            Fs.mkdir(root, below, 0755);
            try (Fd directory = Fs.openDirectoryAt(root, below)) {
                for (byte[] name : HostileNames.all()) {
                    Fs.mkdir(directory, name, 0750);
                }
            }
        }
    }

    /** The certificate is taken a moment after it was put there, so something changes until a pull meets it. */
    private static void awaitHeldOverTls(Stages stages) {
        Path touched = stages.source().resolve("touched");
        int[] round = {0};
        stages.awaitStatus("applier/replica-2/data", status -> {
            try {
                Files.writeString(touched, "round " + round[0]++);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return holds("has expired: renew it").test(status);
        });
    }

    private static Predicate<Status> holds(String why) {
        return status -> status.getState() == ComponentState.RETRYING
                && String.valueOf(status.getMessage()).contains(why);
    }

    private static void assertNowhere(String secret, Stages stages, CommandLines commandLines) throws Exception {
        assertThat(commandLines.seen()).noneMatch(line -> line.contains(secret));
        for (WeirProcess each : stages.processes()) {
            assertThat(each.log()).doesNotContain(secret);
        }
        try (Stream<Status> statuses = stages.records().statuses().values().stream()) {
            assertThat(statuses.map(Status::toString)).noneMatch(text -> text.contains(secret));
        }
    }
}
