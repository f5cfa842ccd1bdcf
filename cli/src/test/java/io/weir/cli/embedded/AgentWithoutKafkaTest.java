package io.weir.cli.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.schemas.Change;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.RelPath;
import io.weir.service.KafkaSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An agent while Kafka is away: it captures, says what waits, keeps its bounds, and publishes all of it in the end. */
@Timeout(600)
class AgentWithoutKafkaTest {
    private static final Duration DEADLINE = Duration.ofMinutes(2);
    private static final int DIRECTORIES = 40;
    private static final int FILES = 100;

    private final Path directory;
    private final Path source;
    private final KafkaSettings kafka;
    private final int port;
    private int before;

    AgentWithoutKafkaTest(@TempDir Path directory) throws Exception {
        this.directory = directory;
        this.source = Files.createDirectory(directory.resolve("source"));
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        // As with the defaults, only sooner.
        Map<String, String> impatient = Map.of("delivery.timeout.ms", "4000", "request.timeout.ms", "2000");
        kafka = new KafkaSettings("127.0.0.1:" + port, "weir", Map.of(), impatient, Map.of(), Map.of(), Map.of());
    }

    @Test
    void outlivesOutagesAtEveryPointOfItsLife() throws Exception {
        try (AgentUnderTest agent = agent().start()) {
            Files.writeString(source.resolve("early"), "made before there was any Kafka");
            await().atMost(DEADLINE).until(() -> agent.says("wait to be published, the oldest since 20"));
            await().atMost(DEADLINE).until(() -> agent.says("RETRYING"));

            try (LocalKafka first = broker()) {
                first.start();
                await().atMost(DEADLINE).until(agent::isReady);
                await().atMost(DEADLINE).until(() -> isPublished("early"));
                await().atMost(DEADLINE).until(() -> Files.exists(directory.resolve("state/data.inventory")));
                before = AgentUnderTest.published(kafka).size();
            }

            long journals = journals();
            write();
            await().atMost(DEADLINE).until(() -> agent.metric("weir.agent.collapses") >= 1);
            await().atMost(DEADLINE).until(() -> agent.says("wait to be published, the oldest since 20"));
            assertThat(agent.metric("weir.agent.pending"))
                    .isPositive()
                    .isLessThanOrEqualTo(AgentUnderTest.DIRTY_PATHS + AgentUnderTest.UNACKNOWLEDGED);
            assertThat(agent.metric("weir.agent.pending.age")).isPositive();
            assertThat(journals() - journals).isLessThan(100 * 1024);
            assertThat(agent.faults.fault()).isNull();
        }

        Files.delete(source.resolve("early"));
        try (AgentUnderTest agent = agent().start()) {
            Files.writeString(source.resolve("late"), "made in the next life");
            await().atMost(DEADLINE).until(() -> agent.says("RETRYING"));
            assertThat(agent.says("wait to be published")).isTrue();
            try (LocalKafka second = broker()) {
                second.start();
                await().atMost(DEADLINE).until(agent::isReady);
                await().atMost(DEADLINE).until(() -> isGone("early") && isPublished("late") && areAllPublished());
                assertThat(agent.faults.fault()).isNull();
                await().atMost(DEADLINE).until(() -> agent.metric("weir.agent.pending") == 0);
            }
        }
    }

    private AgentUnderTest agent() {
        return new AgentUnderTest(directory.resolve("state"), source, kafka);
    }

    private LocalKafka broker() {
        return new LocalKafka(new EmbeddedBroker(directory.resolve("kafka"), port), directory.resolve("weir.yaml"));
    }

    private void write() throws IOException {
        for (int d = 0; d < DIRECTORIES; d++) {
            Files.createDirectory(source.resolve("d" + d));
            for (int f = 0; f < FILES; f++) {
                Files.writeString(source.resolve("d" + d + "/f" + f), "f");
            }
        }
    }

    private boolean isPublished(String path) {
        return since(0).anyMatch(change -> AgentUnderTest.covers(change, RelPath.of(path)));
    }

    private boolean isGone(String path) {
        return since(before)
                .anyMatch(change -> AgentUnderTest.covers(change, RelPath.of(path))
                        && (change.getKind() == ChangeKind.DELETED || change.getRecursive()));
    }

    private boolean areAllPublished() {
        List<Change> changes = since(before).toList();
        return IntStream.range(0, DIRECTORIES * FILES)
                .mapToObj(each -> RelPath.of("d" + each / FILES + "/f" + each % FILES))
                .allMatch(path -> changes.stream().anyMatch(change -> AgentUnderTest.covers(change, path)));
    }

    private Stream<Change> since(int index) {
        return AgentUnderTest.published(kafka).stream().skip(index);
    }

    private long journals() {
        try (Stream<Path> files = Files.list(directory.resolve("state"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("data.journal-"))
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
