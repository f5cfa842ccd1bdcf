package io.weir.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.schemas.Status;
import io.weir.schemas.WireFormat;
import io.weir.service.ExitCode;
import io.weir.service.FaultLatch;
import io.weir.service.HealthRegistry;
import io.weir.service.KafkaSettings;
import io.weir.service.WeirException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who is answered, and how, on a console whose Kafka is away. */
class ConsoleTest {
    private static final String TOKEN = "Authorization: Bearer secret";

    private final List<Order> orders = new ArrayList<>();
    private final List<Console> started = new ArrayList<>();

    private final Answers answers = new NoAnswers() {
        @Override
        public String explain(String source, String path, String since) {
            throw new WeirException(ExitCode.UNAVAILABLE, "explain " + path + " of " + source + ": Kafka is away");
        }

        @Override
        public Prepared prepare(Order order, List<Status> components) {
            orders.add(order);
            return new FakeOrder("id" + orders.size(), order.options().getOrDefault("pace", ""));
        }
    };

    /** What is done at once, unless Kafka is away. */
    private record FakeOrder(String id, String pace) implements Answers.Prepared {
        @Override
        public Instant expiresAt() {
            return Instant.now().plusSeconds(60);
        }

        @Override
        public Optional<String> give() {
            if (pace.equals("none")) {
                throw new WeirException(ExitCode.UNAVAILABLE, "write to weir.commands: Kafka is away");
            }
            return Optional.of("done");
        }
    }

    private int start(Optional<String> token) {
        Console console = new Console(
                ConsoleSettings.onLoopback(0, token),
                KafkaSettings.of("127.0.0.1:1", "weir"),
                WireFormat.builtIn(),
                answers,
                new HealthRegistry(),
                new FaultLatch());
        started.add(console);
        console.start();
        return URI.create(console.url()).getPort();
    }

    @AfterEach
    void stop() {
        started.forEach(Console::close);
    }

    /** By hand: a client of the JDK lets nobody choose the host. */
    private static String request(int port, String line, String body, String... headers) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            StringBuilder text = new StringBuilder(line).append(" HTTP/1.1\r\nConnection: close\r\n");
            for (String each : headers) {
                text.append(each).append("\r\n");
            }
            if (!List.of(headers).stream().anyMatch(each -> each.startsWith("Host:"))) {
                text.append("Host: 127.0.0.1:").append(port).append("\r\n");
            }
            text.append("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ")
                    .append(body.length())
                    .append("\r\n\r\n")
                    .append(body);
            socket.getOutputStream().write(text.toString().getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String status(String answer) {
        return answer.split(" ", 3)[1];
    }

    @Test
    void thePageAndItsQuestionsNeedNoTokenOnLoopback() throws IOException {
        int port = start(Optional.of("secret"));

        assertThat(request(port, "GET /", "")).contains("<title>Weir</title>", "default-src 'self'");
        assertThat(request(port, "GET /openapi.yaml", "")).contains("openapi: 3.1.0");
        assertThat(request(port, "GET /api/status", "")).contains("application/json", "[]");
        assertThat(request(port, "GET /api/session", ""))
                .contains("\"writable\":true,\"granted\":false,\"tokenFile\":\"\"");
        assertThat(request(port, "GET /api/session", "", TOKEN)).contains("\"granted\":true");
        assertThat(request(port, "GET /api/series", "")).contains("\"lagMillis\":{}");
    }

    @Test
    void commandsNeedTheToken() throws IOException {
        int port = start(Optional.of("secret"));
        String command = "POST /api/replicas/one/retry";
        String body = "source=data&path64=/w4=&path64=Yg==&path=a%0Ab&path=&pace=slow&limit=";

        assertThat(status(request(port, command, body))).isEqualTo("401");
        assertThat(status(request(port, command, body, "Authorization: Bearer other")))
                .isEqualTo("401");
        assertThat(orders).isEmpty();
        assertThat(request(port, command, body, TOKEN))
                .contains(" 202 ", "\"id\":\"id1\"", "\"state\":\"done\"", "\"message\":\"done\"");
        Order order = orders.get(0);
        assertThat(order.action()).isEqualTo(Order.Action.RETRY);
        assertThat(order.replica() + "/" + order.source()).isEqualTo("one/data");
        assertThat(order.paths()).containsExactly(new byte[] {(byte) 0xff, 0x0e}, new byte[] {'b'});
        assertThat(order.typed()).containsExactly("a\nb");
        assertThat(order.options()).isEqualTo(Map.of("pace", "slow"));
        assertThat(request(port, "POST /api/replicas/one/explode", body, TOKEN))
                .contains(" 400 ", "there is no action 'explode'");
    }

    @Test
    void whatWasAskedForIsRememberedAlsoWhenItCouldNotBeGiven() throws IOException {
        int port = start(Optional.of("secret"));

        assertThat(request(port, "POST /api/replicas/one/replay-dry-run", "source=data&from=2h", TOKEN))
                .contains(" 202 ", "\"action\":\"replay-dry-run\"", "\"options\":{\"from\":\"2h\"}");
        assertThat(request(port, "POST /api/replicas/one/verify", "source=data&pace=none", TOKEN))
                .contains(" 503 ", "Kafka is away");
        assertThat(request(port, "GET /api/runs", ""))
                .containsSubsequence("\"id\":\"id2\"", "\"refused\"", "Kafka is away", "\"id\":\"id1\"");
        assertThat(request(port, "GET /api/runs/id1", "")).contains(" 200 ", "\"message\":\"done\"");
        assertThat(request(port, "GET /api/runs/other", ""))
                .contains(" 404 ", "application/problem+json", "no run other");
    }

    @Test
    void withoutATokenInTheSettingsItOnlyShows() throws IOException {
        int port = start(Optional.empty());

        assertThat(request(port, "POST /api/replicas/one/baseline", "source=data", TOKEN))
                .contains(" 403 ", "console.token");
        assertThat(orders).isEmpty();
    }

    @Test
    void aPageOfAnotherNameIsRefused() throws IOException {
        int port = start(Optional.empty());

        assertThat(status(request(port, "GET /api/status", "", "Host: weir.example:" + port)))
                .isEqualTo("403");
        assertThat(status(request(port, "GET /api/status", "", "Host: localhost:" + port)))
                .isEqualTo("200");
    }

    @Test
    void whatFailsIsTold() throws IOException {
        int port = start(Optional.empty());

        assertThat(request(port, "GET /api/explain?source=data&path=a", ""))
                .contains(" 503 ", "application/problem+json", "Kafka is away");
        assertThat(request(port, "GET /api/explain?source=data", "")).contains(" 400 ", "'path' is missing");
        ConsoleSettings taken = ConsoleSettings.onLoopback(port, Optional.empty());
        Console second = new Console(
                taken,
                KafkaSettings.of("127.0.0.1:1", "weir"),
                WireFormat.builtIn(),
                answers,
                new HealthRegistry(),
                new FaultLatch());
        assertThatThrownBy(second::start).isInstanceOf(WeirException.class).hasMessageContaining("console.port");
    }
}
