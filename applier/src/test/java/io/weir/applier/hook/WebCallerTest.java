package io.weir.applier.hook;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Hooks that are web addresses, by a server that answers. */
@Timeout(120)
class WebCallerTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final byte[] JSON = "{}\n".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path work;

    private final List<String> got = new ArrayList<>();
    private final CountDownLatch answers = new CountDownLatch(1);
    private HttpServer server;
    private volatile int status = 204;

    @BeforeEach
    void serve() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/purge", exchange -> {
            synchronized (got) {
                got.add(exchange.getRequestMethod() + " "
                        + exchange.getRequestHeaders().getFirst("Content-Type") + " "
                        + exchange.getRequestHeaders().getFirst("Authorization") + " "
                        + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            }
            exchange.getResponseHeaders().set("Location", "/elsewhere");
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        server.createContext("/hangs", exchange -> {
            try {
                answers.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        answers.countDown();
        server.stop(0);
    }

    private Optional<String> call(String path, Duration timeout, Path... token) throws InterruptedException {
        URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
        return new WebCaller(new Hook.Web(url, Optional.ofNullable(token.length == 0 ? null : token[0])), timeout)
                .call(JSON);
    }

    @Test
    void jsonIsPostedWithTheTokenThatIsInTheFileNow() throws Exception {
        Path token = Files.writeString(work.resolve("token"), "first\n");
        assertThat(call("/purge", LONG, token)).isEmpty();
        Files.writeString(token, "second");
        assertThat(call("/purge", LONG, token)).isEmpty();
        assertThat(call("/purge", LONG)).isEmpty();

        assertThat(got)
                .containsExactly(
                        "POST application/json Bearer first {}\n",
                        "POST application/json Bearer second {}\n",
                        "POST application/json null {}\n");
    }

    @Test
    void anyOtherAnswerIsAFailureAndARedirectionIsNotFollowed() throws Exception {
        for (int other : new int[] {302, 404, 500}) {
            status = other;
            assertThat(call("/purge?key=secret", LONG).orElseThrow())
                    .contains("http://127.0.0.1", "answered " + other)
                    .doesNotContain("secret");
        }
        assertThat(got).hasSize(3);
    }

    @Test
    void serverThatIsAwayOrSaysNothingIsAFailure() throws Exception {
        assertThat(call("/hangs", Duration.ofMillis(300)).orElseThrow()).contains("did not answer within 300 ms");
        server.stop(0);
        assertThat(call("/purge", LONG).orElseThrow()).contains("cannot be reached");
    }

    @Test
    void whatIsWrongWithATokenIsToldWithoutIt() throws Exception {
        Path token = Files.writeString(work.resolve("token"), "two\nlines");

        assertThat(call("/purge", LONG, token).orElseThrow())
                .contains("is no token", token.toString())
                .doesNotContain("lines\"");
        assertThat(call("/purge", LONG, work.resolve("none")).orElseThrow()).contains("cannot be read");
        assertThat(got).isEmpty();
    }
}
