package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * A real schema registry, Apicurio, with what Confluent's API is served by it, in a process of its own. Its parts are unpacked by the
 * profile {@code registry}; it needs a newer Java than Weir. What it holds outlives a stop in order.
 */
final class RegistryProcess implements AutoCloseable {
    private static final Path PARTS = Path.of("target/registry");
    private static final int NEEDED_JAVA = 21;
    private static final Path JDKS = Path.of("/usr/lib/jvm");

    private final Path folder;
    private final int port = Ports.free();
    private final int management = Ports.free();
    private @Nullable Process process;

    /** Not started yet; keeps its data in the folder. */
    RegistryProcess(Path folder) throws IOException {
        this.folder = folder;
    }

    /** Why there can be none here; empty when there can. */
    static Optional<String> missing() {
        if (!Files.exists(PARTS.resolve("quarkus-run.jar"))) {
            return Optional.of("no parts of a schema registry: build with -Pregistry");
        }
        return java().isPresent() ? Optional.empty() : Optional.of("no Java " + NEEDED_JAVA + " below " + JDKS);
    }

    private static Optional<Path> java() {
        if (Runtime.version().feature() >= NEEDED_JAVA) {
            return Optional.of(Path.of(System.getProperty("java.home"), "bin/java"));
        }
        try (Stream<Path> all = Files.list(JDKS)) {
            return all.filter(each -> version(each) >= NEEDED_JAVA)
                    .map(each -> each.resolve("bin/java"))
                    .filter(Files::isExecutable)
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static int version(Path jdk) {
        Properties release = new Properties();
        try (var in = Files.newInputStream(jdk.resolve("release"))) {
            release.load(in);
            String version = release.getProperty("JAVA_VERSION", "0").replace("\"", "");
            return Runtime.Version.parse(version.replaceAll("_.*", "")).feature();
        } catch (IOException | IllegalArgumentException e) {
            return 0;
        }
    }

    /** Where Confluent's API begins. */
    String url() {
        return "http://127.0.0.1:" + port + "/apis/ccompat/v7";
    }

    /** Starts it and waits until it answers. */
    void start() throws IOException {
        Process started = new ProcessBuilder(List.of(
                        java().orElseThrow().toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Dquarkus.http.host=127.0.0.1",
                        "-Dquarkus.http.port=" + port,
                        "-Dquarkus.management.host=127.0.0.1",
                        "-Dquarkus.management.port=" + management,
                        "-Dapicurio.storage.kind=sql",
                        "-Dapicurio.datasource.url=jdbc:h2:file:"
                                + folder.resolve("schemas").toAbsolutePath(),
                        "-jar",
                        PARTS.resolve("quarkus-run.jar").toAbsolutePath().toString()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("registry.log").toFile()))
                .start();
        process = started;
        HttpClient http = HttpClient.newHttpClient();
        HttpRequest request = HttpRequest.newBuilder(URI.create(url() + "/subjects"))
                .timeout(Duration.ofSeconds(10))
                .build();
        Awaitility.await("the registry")
                .atMost(EventuallyEqual.DEADLINE)
                .ignoreExceptionsInstanceOf(IOException.class)
                .failFast("it ended", () -> !started.isAlive())
                .until(() -> http.send(request, BodyHandlers.discarding()).statusCode() == 200);
    }

    /** Stops it in order. */
    void stop() throws InterruptedException {
        Process running = process;
        if (running != null) {
            running.destroy();
            assertThat(running.waitFor(EventuallyEqual.DEADLINE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
        }
    }

    @Override
    public void close() {
        Process running = process;
        if (running != null) {
            running.destroyForcibly();
        }
    }
}
