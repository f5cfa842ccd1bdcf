package io.weir.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.weir.service.KafkaSettings;
import io.weir.service.RegistrySettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A schema registry that gives the answers it is told to; 503 to everything else. */
public final class FakeRegistry implements AutoCloseable {
    /** What it was asked, such as {@code GET /schemas/ids/7}, in order. */
    public final List<String> requests = new CopyOnWriteArrayList<>();

    private final Map<String, Answer> answers = new ConcurrentHashMap<>();
    private final HttpServer server;

    private record Answer(int status, String body) {}

    /** On a free port. */
    public FakeRegistry() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.start();
    }

    /** Answers this from now on to all requests that begin like that; the longest beginning counts. */
    public FakeRegistry answer(String request, int status, String body) {
        answers.put(request, new Answer(status, body));
        return this;
    }

    /** Kafka with this registry. */
    public KafkaSettings with(KafkaSettings kafka) {
        return kafka.with(Optional.of(
                RegistrySettings.of("http://localhost:" + server.getAddress().getPort())));
    }

    private void handle(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        String request = exchange.getRequestMethod() + " " + exchange.getRequestURI();
        requests.add(request);
        Answer answer = answers.entrySet().stream()
                .filter(each -> request.startsWith(each.getKey()))
                .max(Map.Entry.comparingByKey())
                .map(Map.Entry::getValue)
                .orElse(new Answer(503, "away"));
        byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(answer.status(), bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
