package io.weir.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.weir.schemas.Subjects;
import io.weir.schemas.Topics;
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

    /** Has an id for what is written to each of these topics from now on, and the schema of that id; from 1, as {@link Subjects} has them. */
    public FakeRegistry know(Topics topics) {
        int id = 0;
        for (Map.Entry<String, String> each : Subjects.of(topics).entrySet()) {
            id++;
            String schema = each.getValue().replace("\\", "\\\\").replace("\"", "\\\"");
            answer("POST /subjects/" + each.getKey(), 200, "{\"id\":" + id + "}");
            answer("GET /schemas/ids/" + id, 200, "{\"schema\":\"" + schema + "\"}");
        }
        return this;
    }

    /** Its address. */
    public String url() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    /** Kafka with this registry. */
    public KafkaSettings with(KafkaSettings kafka) {
        return kafka.with(Optional.of(RegistrySettings.of(url())));
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
