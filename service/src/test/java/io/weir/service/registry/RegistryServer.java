package io.weir.service.registry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.weir.service.RegistrySettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A small registry over real HTTP that does what it is told: it answers as the documentation of Confluent's API says, or with any
 * fault. What a real one says to Weir is looked at elsewhere.
 */
final class RegistryServer implements AutoCloseable {
    /** What is answered to everything instead. */
    record Fault(int status, String body) {}

    final List<String> requests = new CopyOnWriteArrayList<>();
    final List<String> schemas = new ArrayList<>(); // guarded by this
    final Map<String, String> compatibilities = new HashMap<>(); // guarded by this
    volatile @Nullable Fault fault;
    volatile @Nullable String authorization;
    private final HttpServer server;
    private final String scheme;

    /** On a free port. */
    RegistryServer() throws IOException {
        this(0, null);
    }

    /** On a port, with TLS when there is a context for it. */
    RegistryServer(int port, @Nullable SSLContext tls) throws IOException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        if (tls == null) {
            server = HttpServer.create(address, 0);
            scheme = "http";
        } else {
            HttpsServer secure = HttpsServer.create(address, 0);
            secure.setHttpsConfigurator(new HttpsConfigurator(tls));
            server = secure;
            scheme = "https";
        }
        server.createContext("/", this::handle);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    String url() {
        return scheme + "://localhost:" + port();
    }

    /** How to reach it. */
    RegistrySettings settings() {
        return settings(true, Optional.empty());
    }

    RegistrySettings settings(boolean register, Optional<String> user) {
        return new RegistrySettings(List.of(URI.create(url())), register, user, "secret", Optional.empty(), "");
    }

    private void handle(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String path = exchange.getRequestURI().getPath();
        requests.add(exchange.getRequestMethod() + " " + path);
        Fault now = fault;
        String wanted = authorization;
        if (now == null
                && wanted != null
                && !wanted.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            now = new Fault(401, "{\"error_code\":401,\"message\":\"Unauthorized\"}");
        }
        Fault answer = now == null ? answer(exchange.getRequestMethod(), path, body) : now;
        byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private synchronized Fault answer(String method, String path, String body) {
        Map<String, String> fields = RegistryJson.fields(body);
        String schema = fields == null ? null : fields.get("schema");
        String[] parts = path.split("/", -1);
        String subject = parts[parts.length - 1];
        if (path.startsWith("/config/")) {
            if (method.equals("PUT") && fields != null) {
                compatibilities.put(subject, String.valueOf(fields.get("compatibility")));
                return new Fault(200, body);
            }
            String level = compatibilities.get(subject);
            return level == null
                    ? new Fault(404, "{\"error_code\":40408,\"message\":\"not configured\"}")
                    : new Fault(200, "{\"compatibilityLevel\":\"" + level + "\"}");
        }
        if (path.startsWith("/schemas/ids/")) {
            int id = Integer.parseInt(subject);
            return id > schemas.size()
                    ? new Fault(404, "{\"error_code\":40403,\"message\":\"Schema not found\"}")
                    : new Fault(
                            200,
                            RegistryJson.object("schema", schemas.get(id - 1))
                                    .replaceFirst("}$", ",\"references\":[]}"));
        }
        int at = schemas.indexOf(schema);
        if (path.endsWith("/versions") && at < 0) {
            schemas.add(String.valueOf(schema));
            at = schemas.size() - 1;
        }
        return at < 0
                ? new Fault(404, "{\"error_code\":40401,\"message\":\"Subject not found\"}")
                : new Fault(200, "{\"id\":" + (at + 1) + "}");
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
