package io.weir.service.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.service.RegistrySettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is asked of a registry, and what is made of its answers and faults; over real HTTP. */
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
        server.fault = new RegistryServer.Fault(status, "<html>\n <title>Gateway\ntimeout</title><b>boom</b></html>");

        assertThatThrownBy(() -> client.register("t-value", SCHEMA))
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessageContaining("register the schema of subject t-value")
                .hasMessageContaining(server.url())
                .hasMessageContaining("a web page, \"Gateway timeout\"")
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
                    Optional.empty()));
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
                .hasMessageContaining("check that the registry runs")
                .as("commands try nothing again")
                .hasMessageNotContaining("again");
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
    void ofASubjectThatASchemaDoesNotFitToNothingIsChanged() {
        server.put("t-value", "{\"type\":\"int\"}");
        server.compatibilities.put("t-value", "BACKWARD");
        server.isMisfit = true;

        assertThatThrownBy(() -> client.add("t-value", SCHEMA))
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessageContaining("register the schema of subject t-value: ")
                .hasMessageContaining("give Weir another topics.prefix");

        assertThat(server.compatibilities).containsOnly(Map.entry("t-value", "BACKWARD"));
        assertThat(server.size()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"40401", "40402", "40408", "404"})
    void thatAnIdIsUnknownIsSaidByItsOwnCodeOnly(int code) {
        server.fault = new RegistryServer.Fault(404, "{\"error_code\":" + code + ",\"message\":\"boom\"}");

        assertThatThrownBy(() -> client.schema(1)).isInstanceOf(RegistryUnavailableException.class);
    }

    @Test
    void aRegistryThatIsReadOnlyIsToldAsThat() {
        server.fault = new RegistryServer.Fault(422, "{\"error_code\":42205,\"message\":\"boom\"}");

        assertThatThrownBy(() -> client.register("t-value", SCHEMA)).hasMessageContaining("read-only mode");
    }

    @Test
    void whereARedirectionLeadsIsTold() {
        server.fault = new RegistryServer.Fault(301, "");
        server.location = "https://elsewhere/subjects/t-value";

        assertThatThrownBy(() -> client.find("t-value", SCHEMA))
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessageContaining("it is elsewhere, at https://elsewhere/subjects/t-value")
                .hasMessageContaining("schema.registry.url");
    }

    /** A call that waits for the rest of an answer without end would hold up all that ask the same. */
    @Test
    @Timeout(60)
    void anAnswerThatStopsHalfwayIsNone() throws Exception {
        try (ServerSocket stalling = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Socket> connection =
                    CompletableFuture.supplyAsync(() -> answerHalf(stalling), RegistryServer.ASIDE);
            RegistrySettings settings = RegistrySettings.of("http://localhost:" + stalling.getLocalPort());
            RegistryClient impatient = new RegistryClient(new RegistryHttp(settings, Duration.ofMillis(500)));

            assertThatThrownBy(() -> impatient.find("t-value", SCHEMA))
                    .isInstanceOf(RegistryUnavailableException.class)
                    .hasMessageContaining("no whole answer within 500 ms; check that the registry runs");
            try (Socket socket = connection.get(60, TimeUnit.SECONDS)) {
                socket.setSoTimeout(60_000);
                assertThat(isClosed(socket)).as("its connection is closed").isTrue();
            }
        }
    }

    private static boolean isClosed(Socket socket) throws IOException {
        try {
            return socket.getInputStream().readAllBytes().length > 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (SocketException e) {
            return true;
        }
    }

    private static Socket answerHalf(ServerSocket server) {
        try {
            Socket socket = server.accept();
            socket.getOutputStream()
                    .write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{".getBytes(StandardCharsets.US_ASCII));
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
