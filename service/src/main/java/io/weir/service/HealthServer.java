package io.weir.service;

import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@code /health/live}, {@code /health/ready} (200 or 503, with one line of text per problem) and {@code /metrics}
 * in Prometheus' text format. Plain HTTP; with a token only to who sends it as a bearer token (RFC 6750).
 */
public final class HealthServer implements Service {
    private static final Logger log = LoggerFactory.getLogger(HealthServer.class);
    private static final String TEXT = "text/plain; charset=utf-8";

    private final InetSocketAddress address;
    private final Optional<String> token;
    private final HealthRegistry health;
    private final PrometheusMeterRegistry metrics;
    private final ExecutorService threads = Executors.newFixedThreadPool(2, task -> {
        Thread thread = new Thread(task, "health-server");
        thread.setDaemon(true);
        return thread;
    });
    private @Nullable HttpServer server;

    /**
     * A server that is to be started.
     *
     * @param address where; port 0 takes a free one
     * @param token what every request must bear; empty to answer everybody who can connect
     */
    public HealthServer(
            InetSocketAddress address, Optional<String> token, HealthRegistry health, PrometheusMeterRegistry metrics) {
        this.address = address;
        this.token = token;
        this.health = health;
        this.metrics = metrics;
    }

    @Override
    public String name() {
        return "health";
    }

    /**
     * Binds the port.
     *
     * @throws WeirException (CONFLICT) when it is taken or not ours to bind
     */
    @Override
    public synchronized void start() {
        HttpServer created;
        try {
            created = HttpServer.create(address, 0);
        } catch (IOException e) {
            throw new WeirException(
                    ExitCode.CONFLICT,
                    "listen on " + address + " for health and metrics: " + e.getMessage()
                            + "; set health.port to a free port, or to 0 for none",
                    e);
        }
        serve(created, "/health/live", exchange -> report(exchange, health::stale));
        serve(created, "/health/ready", exchange -> report(exchange, health::notReady));
        serve(created, "/metrics", exchange -> answer(exchange, 200, TEXT, metrics.scrape()));
        Gauge.builder("weir.loops.stalled", health, each -> each.stale().size())
                .description("Loops of this process that make no progress")
                .register(metrics);
        Gauge.builder("weir.health.problems", health, each -> each.notReady().size())
                .description("What keeps this process from its work now: the lines of /health/ready")
                .register(metrics);
        created.setExecutor(threads);
        created.start();
        server = created;
        log.info(
                "health and metrics served: url=http://{}:{}",
                created.getAddress().getHostString(),
                port());
    }

    private void serve(HttpServer on, String path, HttpHandler handler) {
        HttpContext context = on.createContext(path, handler);
        token.ifPresent(wanted -> context.setAuthenticator(new BearerToken(wanted)));
    }

    /** The port bound. */
    public synchronized int port() {
        if (server == null) {
            throw new IllegalStateException("the health server is not started");
        }
        return server.getAddress().getPort();
    }

    private static void report(HttpExchange exchange, Supplier<List<String>> problems) throws IOException {
        List<String> lines = problems.get();
        if (lines.isEmpty()) {
            answer(exchange, 200, TEXT, "ok\n");
        } else {
            answer(exchange, 503, TEXT, String.join("\n", lines) + "\n");
        }
    }

    private static void answer(HttpExchange exchange, int status, String type, String body) throws IOException {
        try (exchange) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", type);
            if (exchange.getRequestMethod().equals("HEAD")) {
                exchange.sendResponseHeaders(status, -1);
            } else {
                exchange.sendResponseHeaders(status, bytes.length);
                exchange.getResponseBody().write(bytes);
            }
        }
    }

    @Override
    public synchronized void close() {
        if (server != null) {
            server.stop(0);
            server = null;
        }
        threads.shutdownNow();
    }
}
