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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A small registry over real HTTP that does what it is told: it answers as the documentation of Confluent's API says, or with any
 * fault. Strict: what is asked in another way than that says is refused. What a real one says to Weir is looked at elsewhere.
 */
final class RegistryServer implements AutoCloseable {
    /** What is answered to everything instead. */
    record Fault(int status, String body) {}

    private static final String TYPE = "application/vnd.schemaregistry.v1+json";
    private static final Fault NO_PATH = error(404, "HTTP 404 Not Found");
    private static final Fault NO_SUBJECT = new Fault(404, "{\"error_code\":40401,\"message\":\"Subject not found\"}");
    private static final Fault NO_SCHEMA = new Fault(404, "{\"error_code\":40403,\"message\":\"Schema not found\"}");

    final List<String> requests = new CopyOnWriteArrayList<>();
    final Map<String, String> compatibilities = new ConcurrentHashMap<>();
    volatile @Nullable Fault fault;
    volatile @Nullable String location;
    volatile @Nullable String authorization;
    /** Whether no schema fits to any other. */
    volatile boolean isMisfit;

    /** Runs what waits for a client in a thread of its own: the common pool has one on two cores, and since JDK 25 the HTTP client needs it. */
    static final Executor ASIDE = task -> new Thread(task).start();

    private final List<String> schemas = new ArrayList<>(); // guarded by this
    private final Map<String, Set<String>> subjects = new HashMap<>(); // guarded by this
    private final HttpServer server;
    private final String scheme;

    /** On a free port. */
    RegistryServer() throws IOException {
        this(0, null);
    }

    /** On a port, with TLS when there is something to configure it with. */
    RegistryServer(int port, @Nullable HttpsConfigurator tls) throws IOException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        if (tls == null) {
            server = HttpServer.create(address, 0);
            scheme = "http";
        } else {
            HttpsServer secure = HttpsServer.create(address, 0);
            secure.setHttpsConfigurator(tls);
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
        return new RegistrySettings(
                List.of(URI.create(url())), register, user, "secret", Optional.empty(), Optional.empty());
    }

    /** Has a schema below a subject from now on; its id. */
    synchronized int put(String subject, String schema) {
        subjects.computeIfAbsent(subject, each -> new HashSet<>()).add(schema);
        if (!schemas.contains(schema)) {
            schemas.add(schema);
        }
        return schemas.indexOf(schema) + 1;
    }

    /** How many schemas it has. */
    synchronized int size() {
        return schemas.size();
    }

    private void handle(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String method = exchange.getRequestMethod();
        String path = exchange.getRequestURI().getPath();
        requests.add(method + " " + path);
        Fault answer = fault;
        if (answer == null) {
            answer = refusal(exchange, body);
        }
        if (answer == null) {
            answer = answer(method, path, body);
        }
        String elsewhere = location;
        if (elsewhere != null) {
            exchange.getResponseHeaders().set("Location", elsewhere);
        }
        byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private @Nullable Fault refusal(HttpExchange exchange, String body) {
        String wanted = authorization;
        if (wanted != null && !wanted.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            return error(401, "Unauthorized");
        }
        if (!String.valueOf(exchange.getRequestHeaders().getFirst("Accept")).contains(TYPE)) {
            return error(406, "Not Acceptable");
        }
        boolean isTyped = TYPE.equals(exchange.getRequestHeaders().getFirst("Content-Type"));
        return body.isEmpty() || isTyped ? null : error(415, "Unsupported Media Type");
    }

    private static Fault error(int status, String message) {
        return new Fault(status, "{\"error_code\":" + status + ",\"message\":\"" + message + "\"}");
    }

    private synchronized Fault answer(String method, String path, String body) {
        String[] parts = path.split("/", -1);
        Map<String, String> fields = RegistryJson.fields(body);
        String schema = fields == null || !method.equals("POST") ? null : fields.get("schema");
        String asked = method + " " + path;
        if (asked.matches("GET /schemas/ids/\\d+")) {
            return schema(Integer.parseInt(parts[3]));
        }
        if (asked.matches("(GET|PUT) /config/[^/]+")) {
            return config(parts[2], method.equals("PUT") && fields != null ? fields.get("compatibility") : null);
        }
        return schema == null ? NO_PATH : post(path, parts, schema);
    }

    private synchronized Fault post(String path, String[] parts, String schema) {
        if (path.matches("/compatibility/subjects/[^/]+/versions/latest")) {
            return subjects.containsKey(parts[3])
                    ? new Fault(200, "{\"is_compatible\":" + !isMisfit + "}")
                    : NO_SUBJECT;
        }
        if (path.matches("/subjects/[^/]+")) {
            Set<String> known = subjects.get(parts[2]);
            if (known == null) {
                return NO_SUBJECT;
            }
            return known.contains(schema) ? id(parts[2], schema) : NO_SCHEMA;
        }
        if (path.matches("/subjects/[^/]+/versions")) {
            return isMisfit ? error(409, "incompatible") : id(parts[2], schema);
        }
        return NO_PATH;
    }

    private Fault id(String subject, String schema) {
        return new Fault(200, "{\"id\":" + put(subject, schema) + "}");
    }

    private synchronized Fault schema(int id) {
        return id > schemas.size()
                ? NO_SCHEMA
                : new Fault(
                        200,
                        RegistryJson.object("schema", schemas.get(id - 1)).replaceFirst("}$", ",\"references\":[]}"));
    }

    private Fault config(String subject, @Nullable String change) {
        if (change != null) {
            compatibilities.put(subject, change);
            return new Fault(200, RegistryJson.object("compatibility", change));
        }
        String level = compatibilities.get(subject);
        return level == null
                ? new Fault(404, "{\"error_code\":40408,\"message\":\"not configured\"}")
                : new Fault(200, RegistryJson.object("compatibilityLevel", level));
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
