package io.weir.service.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.service.RegistrySettings;
import io.weir.service.WeirException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is asked of a registry, and what is made of its answers and faults; over real HTTP and TLS. */
final class RegistryClientTest {
    private static final String SCHEMA = "{\"type\":\"string\",\"doc\":\"with \\\"quotes\\\" and ü\"}";

    private RegistryServer server;
    private RegistryClient client;

    @BeforeEach
    void start() throws IOException {
        server = new RegistryServer();
        client = new RegistryClient(server.settings());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aSchemaIsFoundAfterItIsRegistered() {
        assertThat(client.find("t-value", SCHEMA)).isEmpty();
        assertThat(client.compatibility("t-value")).isEmpty();
        assertThat(client.isCompatible("t-value", SCHEMA)).isTrue();

        client.setCompatibility("t-value");
        int id = client.register("t-value", SCHEMA);

        assertThat(client.find("t-value", SCHEMA)).hasValue(id);
        assertThat(client.schema(id)).contains(SCHEMA);
        assertThat(client.schema(id + 1)).isEmpty();
        assertThat(client.compatibility("t-value")).contains("FULL_TRANSITIVE");
    }

    @ParameterizedTest
    @CsvSource({
        "401, check schema.registry.user",
        "403, check schema.registry.user",
        "404, schema.registry.url must be where Confluent's API begins",
        "409, does not fit",
        "422, takes no such schema",
        "302, check schema.registry.url",
        "500, check that the registry runs",
        "429, check that the registry runs",
        "200, not what a schema registry says",
    })
    void everyFaultSaysWhatToDo(int status, String toDo) {
        server.fault = new RegistryServer.Fault(status, "<html>\n <b>boom</b></html>");

        assertThatThrownBy(() -> client.register("t-value", SCHEMA))
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessageContaining("register the schema of subject t-value")
                .hasMessageContaining(server.url())
                .hasMessageContaining("<html> <b>boom</b></html>")
                .hasMessageContaining(toDo);
        assertThatThrownBy(() -> client.schema(1))
                .as("no answer but its own code means that there is no such schema")
                .isInstanceOf(RegistryUnavailableException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"{\"id\":\"x\"}", "{\"id\":{}}", "{\"id\":", "[1]", "\"\"", "{}"})
    void garbageIsNoAnswer(String body) {
        server.fault = new RegistryServer.Fault(200, body);

        assertThatThrownBy(() -> client.register("t-value", SCHEMA))
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessageContaining("not what a schema registry says");
    }

    @Test
    void theNextAddressIsAskedWhenOneIsAwayOrBusy() throws IOException {
        try (RegistryServer other = new RegistryServer()) {
            server.fault = new RegistryServer.Fault(503, "starting");
            RegistryClient both = new RegistryClient(new RegistrySettings(
                    List.of(URI.create(server.url()), URI.create(other.url())),
                    true,
                    Optional.empty(),
                    "",
                    Optional.empty(),
                    ""));
            assertThat(both.register("t-value", SCHEMA)).isEqualTo(1);
            server.close();
            assertThat(both.find("t-value", SCHEMA)).hasValue(1);
        }
    }

    @Test
    void aRegistryThatIsAwayIsNamed() {
        String url = server.url();
        server.close();

        assertThatThrownBy(() -> client.find("t-value", SCHEMA))
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessageContaining(url + ": cannot be connected to")
                .hasMessageContaining("nothing is lost");
    }

    @Test
    void credentialsAreSentAndNeverSaid() {
        server.authorization = "Basic d2VpcjpzZWNyZXQ=";

        assertThatThrownBy(() -> client.find("t-value", SCHEMA)).hasMessageContaining("refused with 401");
        RegistrySettings settings = server.settings(true, Optional.of("weir"));
        assertThat(new RegistryClient(settings).find("t-value", SCHEMA)).isEmpty();
        assertThat(settings.toString()).doesNotContain("secret");
        server.authorization = "Basic other";
        assertThatThrownBy(() -> new RegistryClient(settings).find("t-value", SCHEMA))
                .hasMessageContaining("refused with 401")
                .hasMessageNotContaining("secret")
                .hasMessageNotContaining("d2VpcjpzZWNyZXQ");
    }

    @Test
    void aCertificateIsTrustedByAStoreOrAPemFileOnly(@TempDir Path dir) throws Exception {
        Path store = dir.resolve("keys.p12");
        Path pem = dir.resolve("ca.pem");
        keytool("-genkeypair -alias r -keyalg EC -dname CN=localhost -ext san=dns:localhost -validity 2 -keystore "
                + store);
        keytool("-exportcert -rfc -alias r -file " + pem + " -keystore " + store);
        try (RegistryServer secure = new RegistryServer(0, tls(store))) {
            assertThatThrownBy(() -> new RegistryClient(secure.settings()).find("t-value", SCHEMA))
                    .isInstanceOf(RegistryUnavailableException.class)
                    .hasMessageContaining("have schema.registry.truststore.file name the certificate");
            assertThat(trusting(secure.url(), pem, "").find("t-value", SCHEMA)).isEmpty();
            assertThat(trusting(secure.url(), store, "changeit").find("t-value", SCHEMA))
                    .isEmpty();
            String otherName = secure.url().replace("localhost", "127.0.0.1");
            assertThatThrownBy(() -> trusting(otherName, pem, "").find("t-value", SCHEMA))
                    .as("the name is checked too")
                    .hasMessageContaining("the host that is in it");
        }
        assertThatThrownBy(() -> trusting("https://localhost:1", store, "wrong"))
                .isInstanceOf(WeirException.class)
                .hasMessageContaining("check schema.registry.truststore.file and schema.registry.truststore.password");
        assertThatThrownBy(() -> trusting("https://localhost:1", dir.resolve("none"), ""))
                .isInstanceOf(WeirException.class);
    }

    private static RegistryClient trusting(String url, Path file, String password) {
        return new RegistryClient(new RegistrySettings(
                List.of(URI.create(url)), true, Optional.empty(), "", Optional.of(file), password));
    }

    private static void keytool(String arguments) throws IOException, InterruptedException {
        Path program = Path.of(System.getProperty("java.home"), "bin", "keytool");
        List<String> command = List.of((program + " " + arguments + " -storepass changeit").split(" ", -1));
        Path output = Files.createTempFile("keytool", null);
        int exit = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start()
                .waitFor();
        assertThat(exit).as(Files.readString(output)).isZero();
    }

    private static SSLContext tls(Path store) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, "changeit".toCharArray());
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, "changeit".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }
}
