package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.weir.service.ExitCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program that must have been called and a web address, after what a replica changed. */
@Tag("extended")
class HookIT {
    private static final Pattern CHANGE = Pattern.compile("\\{\"action\":\"(\\w+)\",\"path\":\"([^\"]*)\""
            + "(?:,\"bytes\":\"([^\"]*)\")?(?:,\"from\":\"([^\"]*)\"(?:,\"fromBytes\":\"([^\"]*)\")?)?"
            + "(?:,\"directory\":true)?}");

    @TempDir
    Path folder;

    private final List<String> posted = new ArrayList<>();
    private HttpServer server;
    private Path source;
    private Path replica;
    private Path refuse;
    private Path told;

    @BeforeEach
    void serve() throws IOException {
        source = Files.createDirectories(folder.resolve("source"));
        replica = folder.resolve("replica");
        refuse = folder.resolve("refuse");
        told = Files.createFile(folder.resolve("told"));
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/hook", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            synchronized (posted) {
                posted.add(exchange.getRequestHeaders().getFirst("Authorization") + " " + body);
            }
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private WeirProcess up() throws IOException {
        Path token = Files.writeString(folder.resolve("token"), "s3cret-token\n");
        Path config = Files.writeString(folder.resolve("config.yaml"), """
                applier:
                  sources:
                    - hooks:
                        - name: purge
                          required: true
                          command:
                            - /bin/sh
                            - -c
                            - if [ -e "$1" ]; then echo "purge refused"; exit 3; fi; cat >> "$2"
                            - sh
                            - %s
                            - %s
                        - url: http://127.0.0.1:%d/hook
                          token.file: %s
                          paths: ['*.html']
                """.formatted(
                        refuse, told, server.getAddress().getPort(), token));
        return WeirProcess.up(folder, source, List.of(replica), "--config", config.toString());
    }

    private String weir(ExitCode exit, String... arguments) {
        return InProcess.weir(folder.resolve("data"), exit.number(), arguments);
    }

    /** The changes of calls, one text for each with the exact bytes of its paths. */
    private static Set<String> changes(List<String> calls) {
        Set<String> changes = new TreeSet<>();
        for (String call : calls) {
            Matcher change = CHANGE.matcher(call);
            while (change.find()) {
                String from = change.group(4) == null ? "" : exact(change.group(4), change.group(5)) + " -> ";
                changes.add(change.group(1) + " " + from + exact(change.group(2), change.group(3)));
            }
        }
        return changes;
    }

    private static String exact(String path, String bytes) {
        return bytes == null ? path : new String(Base64.getDecoder().decode(bytes), StandardCharsets.ISO_8859_1);
    }

    private void awaitTold(String... changes) {
        await().atMost(EventuallyEqual.DEADLINE)
                .untilAsserted(
                        () -> assertThat(changes(Files.readAllLines(told))).containsExactlyInAnyOrder(changes));
    }

    private void awaitPosted(String... changes) {
        await().atMost(EventuallyEqual.DEADLINE).untilAsserted(() -> {
            synchronized (posted) {
                assertThat(posted).allMatch(call -> call.startsWith("Bearer s3cret-token {"));
                assertThat(changes(posted)).containsExactlyInAnyOrder(changes);
            }
        });
    }

    private void forget() throws IOException {
        Files.writeString(told, "");
        synchronized (posted) {
            posted.clear();
        }
    }

    @Test
    void whatIsCalledEqualsWhatChangedAndARequiredCallIsNeverMissed() throws Exception {
        try (WeirProcess up = up()) {
            up.awaitRunning();
            Files.createDirectories(source.resolve("d"));
            Files.writeString(source.resolve("d/a.html"), "one");
            Shell.run(source, "sh", "-c", "printf x > \"$(printf 'new\\nline\\377')\"");
            Files.writeString(source.resolve("c"), "three");
            awaitTold("updated d", "updated d/a.html", "updated new\nline\u00ff", "updated c");
            awaitPosted("updated d/a.html");
            forget();

            Files.writeString(source.resolve("c"), "three more");
            Shell.run(source, "sh", "-c", "rm new*");
            Files.move(source.resolve("d"), source.resolve("e"));
            awaitTold("updated c", "deleted new\nline\u00ff", "renamed d -> e");
            awaitPosted("renamed d -> e");
            assertThat(weir(ExitCode.OK, "checkpoint", "create", "--wait")).contains("passed");
            assertThat(up.log()).doesNotContain("s3cret-token");
            forget();

            refusedCallHoldsThePositionOverAKill(up);
        }
    }

    private void refusedCallHoldsThePositionOverAKill(WeirProcess up) throws Exception {
        Files.createFile(refuse);
        Files.writeString(source.resolve("held"), "x");
        await().atMost(EventuallyEqual.DEADLINE)
                .untilAsserted(() -> assertThat(weir(ExitCode.ATTENTION, "status"))
                        .contains("retrying", "hook purge failed: exit 3, saying: purge refused"));
        assertThat(replica.resolve("held")).hasContent("x");
        Files.writeString(source.resolve("later"), "y");
        await().atMost(EventuallyEqual.DEADLINE).until(() -> Files.exists(replica.resolve("later")));
        String id = weir(ExitCode.OK, "checkpoint", "create").strip();
        assertThat(weir(ExitCode.TIMEOUT, "checkpoint", "wait", id, "--timeout", "2s"))
                .contains("waiting");

        up.kill();
        up.restart();
        up.awaitRunning();
        Files.delete(refuse);
        awaitTold("unsure held", "unsure later");
        assertThat(weir(ExitCode.OK, "checkpoint", "wait", id)).contains("passed");
        await().atMost(EventuallyEqual.DEADLINE)
                .untilAsserted(() -> assertThat(weir(ExitCode.OK, "status")).doesNotContain("hook"));
    }
}
