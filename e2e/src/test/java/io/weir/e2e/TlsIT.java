package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weir.agent.rsyncd.TlsSettings;
import io.weir.applier.reconcile.Outcome;
import io.weir.applier.reconcile.SourceMarker;
import io.weir.applier.rsync.RsyncEndpoint;
import io.weir.applier.rsync.Way;
import io.weir.e2e.Authority.Pair;
import io.weir.service.WeirException;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real stunnel in front of the agent's daemon: who is not who a certificate says is refused, on both sides. */
@Timeout(600)
class TlsIT {
    @TempDir
    Path folder;

    private FileServer files;
    private Authority authority;
    private Pair server;

    @BeforeEach
    void start() throws Exception {
        Authority.required();
        files = FileServer.in(folder);
        authority = Authority.in(folder.resolve("authority"));
        server = authority.sign("server", "DNS:localhost");
    }

    @AfterEach
    void stop() {
        if (files != null) {
            files.close();
        }
    }

    private TlsSettings tls(Path... ca) {
        return new TlsSettings(
                "stunnel", server.certificate(), server.key(), ca.length == 0 ? Optional.empty() : Optional.of(ca[0]));
    }

    private static Way.Tls way(Path ca) {
        return new Way.Tls(ca, Optional.empty());
    }

    private static Way.Tls way(Path ca, Pair own) {
        return new Way.Tls(ca, Optional.of(new Way.Tls.Client(own.certificate(), own.key())));
    }

    private void assertRead(SourceMarker.Found found) {
        assertThat(found.id()).as(found.message()).isEqualTo(FileServer.ID);
    }

    private static void assertHeld(SourceMarker.Found found, String advice) {
        assertThat(found.id()).isNull();
        assertThat(found.state()).isEqualTo(Outcome.State.TRANSPORT);
        assertThat(found.message()).contains(advice);
    }

    @Test
    void onlyTheHostThatTheAuthorityNamesIsBelieved() throws Exception {
        int port = files.serve(tls());
        Authority other = Authority.in(folder.resolve("other"));

        assertRead(files.ask("localhost", port, way(authority.ca())));
        assertHeld(files.ask("127.0.0.1", port, way(authority.ca())), "is for another host");
        assertHeld(files.ask("localhost", port, way(other.ca())), "not signed by an authority in `tls.ca`");
        assertHeld(files.ask("localhost", port, way(folder.resolve("none.pem"))), "cannot be used");
        assertHeld(files.ask("localhost", Ports.free(), way(authority.ca())), "nothing answers");
    }

    @Test
    void aCertificateForAnotherNameIsRefused() throws Exception {
        authority.sign("other", "DNS:other.example").into(server);
        int port = files.serve(tls());

        assertHeld(files.ask("localhost", port, way(authority.ca())), "is for another host");
    }

    @Test
    void whoSpeaksTheWrongWayIsTold() throws Exception {
        int port = files.serve(tls());

        SourceMarker.Found plain =
                FileServer.ask(new RsyncEndpoint("rsync://localhost:" + port + "/data/", files.secretFile(), "weir"));
        assertHeld(plain, "begin with rsyncs:// when the agent has");
        try (Sink sink = new Sink()) {
            assertHeld(files.ask("localhost", sink.port(), way(authority.ca())), "does not speak TLS");
        }
    }

    @Test
    void aCertificateThatExpiredIsRefusedAndItsSuccessorTakenByItself() throws Exception {
        authority.signExpired("old", "DNS:localhost").into(server);
        int port = files.serve(tls());
        assertHeld(files.ask("localhost", port, way(authority.ca())), "has expired: renew it");

        authority.sign("new", "DNS:localhost").into(server);

        await("the new certificate")
                .atMost(EventuallyEqual.DEADLINE)
                .untilAsserted(() -> assertRead(files.ask("localhost", port, way(authority.ca()))));
    }

    @Test
    void anAddressMayBeNamedToo() throws Exception {
        authority.sign("numeric", "IP:127.0.0.1").into(server);
        int port = files.serve(tls());

        assertRead(files.ask("127.0.0.1", port, way(authority.ca())));
    }

    @Test
    void withAnAuthorityForClientsEachNeedsACertificate() throws Exception {
        Authority clients = Authority.in(folder.resolve("clients"));
        int port = files.serve(tls(clients.ca()));

        assertRead(files.ask("localhost", port, way(authority.ca(), clients.sign("backup", "DNS:backup"))));
        assertHeld(files.ask("localhost", port, way(authority.ca())), "asks for a client's certificate");
        String refused = "does not take the certificate in `tls.certificate`";
        assertHeld(files.ask("localhost", port, way(authority.ca(), authority.sign("foreign", "DNS:backup"))), refused);
        assertHeld(
                files.ask("localhost", port, way(authority.ca(), clients.signExpired("late", "DNS:backup"))), refused);
    }

    /** The daemon sees stunnel's connections only, and yet goes by where they come from. */
    @Test
    void hostsAreAllowedByTheirOwnAddress() throws Exception {
        int port = files.serve(tls(), "192.0.2.7");

        assertHeld(files.ask("localhost", port, way(authority.ca())), "not to this host");
    }

    @Test
    void theWrongSecretIsRefusedOverTlsToo() throws Exception {
        int port = files.serve(tls());
        Path wrong = Files.writeString(folder.resolve("wrong"), "wrong\n");
        Files.setPosixFilePermissions(wrong, PosixFilePermissions.fromString("rw-------"));

        assertHeld(
                FileServer.ask(
                        new RsyncEndpoint("rsyncs://localhost:" + port + "/data/", wrong, "weir", way(authority.ca()))),
                "does not take the secret");
    }

    @Test
    void anAgentThatCannotServeOverTlsSaysWhatItLacks() throws Exception {
        assertThatThrownBy(() -> files.serve(
                        new TlsSettings("/no/such/stunnel", server.certificate(), server.key(), Optional.empty())))
                .isInstanceOf(WeirException.class)
                .hasMessageContaining("apt-get install stunnel4");
        assertThatThrownBy(() ->
                        files.serve(new TlsSettings("stunnel", folder.resolve("none"), server.key(), Optional.empty())))
                .hasMessageContaining("none is not there");
        Pair other = authority.sign("unlike", "DNS:localhost");
        assertThatThrownBy(() ->
                        files.serve(new TlsSettings("stunnel", server.certificate(), other.key(), Optional.empty())))
                .hasMessageContaining("a PEM certificate and its key");
        Files.setPosixFilePermissions(server.key(), PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> files.serve(tls())).hasMessageContaining("chmod 600");
    }

    /** Takes connections and says something that is not TLS. */
    private static final class Sink implements AutoCloseable {
        private final ServerSocket socket = new ServerSocket(0);
        private final Thread thread = new Thread(this::answer, "sink");

        Sink() throws IOException {
            thread.setDaemon(true);
            thread.start();
        }

        int port() {
            return socket.getLocalPort();
        }

        private void answer() {
            try {
                while (true) {
                    try (var connection = socket.accept()) {
                        connection.getOutputStream().write("@RSYNCD: 31.0\n".getBytes(StandardCharsets.US_ASCII));
                        connection.getOutputStream().flush();
                        connection.getInputStream().readAllBytes();
                    }
                }
            } catch (IOException closed) {
                thread.interrupt();
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
