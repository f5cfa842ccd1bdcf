package io.weir.service.registry;

import static io.weir.service.registry.Certificates.PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.service.RegistrySettings;
import io.weir.service.RegistrySettings.Store;
import io.weir.service.WeirException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who proves what to whom, and what people are told when that fails; over real TLS. */
final class RegistryTlsTest {
    @TempDir
    private static Path directory;

    private static Certificates certificates;
    private static Path authority;

    @BeforeAll
    static void makeCertificates() throws Exception {
        certificates = new Certificates(directory)
                .sign("registry", "localhost", "-validity", "2")
                .sign("expired", "localhost", "-startdate", "-10d", "-validity", "2")
                .sign("weir", "client", "-validity", "2");
        authority = certificates.authority();
    }

    private static RegistryServer server(String key, boolean asksForCertificates) throws Exception {
        return new RegistryServer(0, certificates.server(key, asksForCertificates));
    }

    private static RegistryClient client(@Nullable Path truststore, @Nullable Path keystore, String... urls) {
        return new RegistryClient(new RegistrySettings(
                List.of(urls).stream().map(URI::create).toList(),
                true,
                Optional.empty(),
                "",
                of(truststore),
                of(keystore)));
    }

    private static Optional<Store> of(@Nullable Path file) {
        return Optional.ofNullable(file)
                .map(path -> new Store(path, path.toString().endsWith(".pem") ? "" : PASSWORD));
    }

    @Test
    void aCertificateIsTrustedByAStoreOrAPemFileOnly() throws Exception {
        try (RegistryServer secure = server("registry", false)) {
            assertThatThrownBy(() -> client(null, null, secure.url()).schema(1))
                    .isInstanceOf(RegistryUnavailableException.class)
                    .hasMessageContaining("have schema.registry.truststore.file name the certificate");
            assertThat(client(authority, null, secure.url()).schema(1)).isEmpty();
            assertThat(client(certificates.store("registry"), null, secure.url())
                            .schema(1))
                    .isEmpty();
            String otherName = secure.url().replace("localhost", "127.0.0.1");
            assertThatThrownBy(() -> client(authority, null, otherName).schema(1))
                    .as("the name is checked too")
                    .hasMessageContaining("the host that is in it");
        }
    }

    @Test
    void aCertificateThatIsOutOfDateIsToldAsThatAndEveryAddressHasAHintOfItsOwn() throws Exception {
        try (RegistryServer expired = server("expired", false);
                ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Socket> connection =
                    CompletableFuture.supplyAsync(() -> refuse(plain), RegistryServer.ASIDE);
            String noTls = "https://localhost:" + plain.getLocalPort();
            String away = "http://localhost:1";

            assertThatThrownBy(() ->
                            client(authority, null, expired.url(), noTls, away).schema(1))
                    .isInstanceOf(RegistryUnavailableException.class)
                    .hasMessageMatching(".*" + expired.url() + ": [^(]*\\(the registry's certificate is out of date.*"
                            + noTls + ": [^(]*\\(this port speaks no TLS.*"
                            + away + ": cannot be connected to[^(]*\\(check that the registry runs.*")
                    .hasMessageNotContaining("truststore");
            connection.get(60, TimeUnit.SECONDS).close();
        }
    }

    /** As a web server does that gets what is no HTTP. */
    private static Socket refuse(ServerSocket server) {
        try {
            Socket socket = server.accept();
            socket.getOutputStream()
                    .write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aRegistryThatAsksForACertificateTakesThatOfTheKeystoreOnly() throws Exception {
        Path store = certificates.store("weir");
        Path pem = certificates.pem("weir");
        try (RegistryServer asking = server("registry", true)) {
            assertThat(client(authority, store, asking.url()).schema(1)).isEmpty();
            assertThat(client(authority, pem, asking.url()).schema(1)).isEmpty();

            assertThatThrownBy(() -> client(authority, null, asking.url()).schema(1))
                    .isInstanceOf(RegistryUnavailableException.class)
                    .hasMessageContaining("set schema.registry.keystore.file");
            Path expired = certificates.store("expired");
            assertThatThrownBy(() -> client(authority, expired, asking.url()).schema(1))
                    .isInstanceOf(RegistryUnavailableException.class)
                    .hasMessageContaining("not take the certificate in schema.registry.keystore.file");
        }
    }

    @Test
    void filesThatAreOfNoUseAreToldAtOnce() throws Exception {
        Path store = certificates.store("weir");
        Path wrong = Files.copy(store, directory.resolve("wrong.pem"));
        Path old = write("old.pem", Files.readString(certificates.pem("weir")).replace("PRIVATE", "RSA PRIVATE"));
        assertRefused(
                () -> client(wrong, null), "schema.registry.truststore.file and schema.registry.truststore.password");
        assertRefused(() -> client(directory.resolve("none"), null), "schema.registry.truststore.file");
        assertRefused(() -> client(null, wrong), "schema.registry.keystore.file and schema.registry.keystore.password");
        assertRefused(() -> client(null, authority), "it lacks a private key, or its certificate");
        assertRefused(() -> client(null, old), "openssl pkcs8 -topk8 -nocrypt");
    }

    private static Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    private static void assertRefused(Runnable making, String why) {
        assertThatThrownBy(making::run).isInstanceOf(WeirException.class).hasMessageContaining(why);
    }
}
