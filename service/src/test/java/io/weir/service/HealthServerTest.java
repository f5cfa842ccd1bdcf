package io.weir.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class HealthServerTest {
    private final AtomicLong nanos = new AtomicLong();
    private final HealthRegistry health = new HealthRegistry(nanos::get);
    private final PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    private HealthServer server(int port) {
        return server(port, Optional.empty());
    }

    private HealthServer server(int port, Optional<String> token) {
        return new HealthServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), token, health, metrics);
    }

    private static String get(HealthServer server, String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpResponse<String> answer =
                HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
        return answer.statusCode() + " " + answer.body();
    }

    @Test
    void withATokenOnlyWhoSendsItIsAnswered() throws Exception {
        try (HealthServer server = server(0, Optional.of("s3cret"))) {
            server.start();
            for (String path : List.of("/health/live", "/health/ready", "/metrics")) {
                assertThat(get(server, path)).as(path).isEqualTo("401 ");
                assertThat(get(server, path, "Authorization", "Bearer s3cre")).isEqualTo("401 ");
                assertThat(get(server, path, "Authorization", "Basic s3cret")).isEqualTo("401 ");
                assertThat(get(server, path, "Authorization", "bearer s3cret")).startsWith("200 ");
            }
        }
    }

    @Test
    void aliveIsProgressAndReadyIsWhatTheComponentsSay() throws Exception {
        Heartbeat heartbeat = health.heartbeat("loop", Duration.ofSeconds(5));
        AtomicReference<@Nullable String> reason = new AtomicReference<>("no Kafka");
        health.readiness("agent/data", () -> Optional.ofNullable(reason.get()));
        metrics.counter("weir.agent.events").increment(3);
        try (HealthServer server = server(0)) {
            server.start();
            assertThat(get(server, "/health/live")).isEqualTo("200 ok\n");
            assertThat(get(server, "/health/ready")).isEqualTo("503 agent/data: no Kafka\n");
            reason.set(null);
            assertThat(get(server, "/health/ready")).isEqualTo("200 ok\n");
            nanos.addAndGet(Duration.ofSeconds(6).toNanos());
            assertThat(get(server, "/health/live")).isEqualTo("503 loop: no progress for 6 s\n");
            assertThat(get(server, "/health/ready")).startsWith("503 loop");
            heartbeat.beat();
            assertThat(get(server, "/health/live")).startsWith("200");
            nanos.addAndGet(Duration.ofSeconds(6).toNanos());
            heartbeat.stop();
            assertThat(get(server, "/health/live")).startsWith("200");
            assertThat(get(server, "/metrics"))
                    .startsWith("200")
                    .contains("weir_agent_events_total 3.0", "weir_loops_stalled 0.0", "weir_health_problems 0.0");
            assertThat(get(server, "/other")).startsWith("404");
        }
    }

    @Test
    void aPortInUseSaysWhatToDo() {
        try (HealthServer first = server(0)) {
            first.start();
            HealthServer second = server(first.port());
            assertThatThrownBy(second::start)
                    .hasMessageContaining("health.port")
                    .isInstanceOfSatisfying(
                            WeirException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.CONFLICT));
            second.close();
            second.close();
        }
    }
}
