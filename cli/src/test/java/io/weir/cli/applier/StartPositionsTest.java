package io.weir.cli.applier;

import static io.weir.cli.applier.ApplierBench.DEADLINE;
import static io.weir.cli.applier.ApplierBench.awaitFile;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.cli.embedded.EmbeddedBroker;
import io.weir.schemas.ComponentState;
import io.weir.service.KafkaSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Where an applier goes on when its position, its group's offsets, or the topic are not what they were. What changed at the source
 * without a batch tells whether there was a baseline.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StartPositionsTest {
    private static final AtomicInteger TOPICS = new AtomicInteger();

    private EmbeddedBroker broker;
    private ApplierBench bench;

    @BeforeAll
    void startBroker(@TempDir Path directory) {
        broker = new EmbeddedBroker(directory, 0);
        broker.start();
    }

    @AfterAll
    void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void open(@TempDir Path work) throws Exception {
        bench = new ApplierBench(KafkaSettings.of(broker.bootstrapServers(), "t" + TOPICS.incrementAndGet()), work, 0);
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private Path position() {
        return bench.replica().resolve(".weir/position");
    }

    /** Applies two batches, with the first baseline before them; stopped again. Returns where the second batch is. */
    private RecordMetadata runOnce() throws Exception {
        bench.write("first", "x");
        RecordMetadata last;
        try (ApplierBench.Running running = bench.run()) {
            awaitFile(bench.replica(), "first");
            bench.change("a");
            awaitFile(bench.replica(), "a");
            last = bench.change("b");
            awaitFile(bench.replica(), "b");
            assertThat(running.faults.fault()).isNull();
        }
        assertThat(Files.readString(position()))
                .contains("baseline=done", "offset." + last.partition() + "=" + (last.offset() + 1));
        bench.leaveGroup();
        bench.write("untold", "x");
        return last;
    }

    private void assertGoesOnWithoutABaseline() throws Exception {
        long before = bench.baselines();
        try (ApplierBench.Running running = bench.run()) {
            bench.change("c");
            awaitFile(bench.replica(), "c");
            assertThat(bench.replica().resolve("untold")).doesNotExist();
            assertThat(bench.baselines()).isEqualTo(before);
            assertThat(running.faults.fault()).isNull();
        }
    }

    private void assertBeginsWithABaseline() throws Exception {
        try (ApplierBench.Running running = bench.run()) {
            awaitFile(bench.replica(), "untold");
            bench.change("c");
            awaitFile(bench.replica(), "c");
            await().atMost(DEADLINE)
                    .untilAsserted(
                            () -> assertThat(Files.readString(position())).contains("baseline=done"));
            assertThat(running.faults.fault()).isNull();
        }
    }

    @Test
    void snapshotOfTheReplicaIsOlderThanTheGroup() throws Exception {
        bench.write("first", "x");
        Path snapshot = bench.work.resolve("snapshot");
        try (ApplierBench.Running running = bench.run()) {
            awaitFile(bench.replica(), "first");
            bench.change("a");
            awaitFile(bench.replica(), "a");
            assertThat(running.faults.fault()).isNull();
        }
        ApplierBench.copy(bench.replica(), snapshot);
        try (ApplierBench.Running running = bench.run()) {
            bench.change("b");
            awaitFile(bench.replica(), "b");
            assertThat(running.faults.fault()).isNull();
        }
        ApplierBench.copy(snapshot, bench.replica());
        bench.write("untold", "x");
        assertThat(bench.replica().resolve("b")).doesNotExist();

        assertGoesOnWithoutABaseline();
        assertThat(bench.replica().resolve("b"))
                .as("of before the group's offset")
                .exists();
    }

    @Test
    void offsetsOfTheGroupAreGone() throws Exception {
        runOnce();
        bench.admin(admin -> admin.deleteConsumerGroups(List.of(bench.topics.group(ApplierBench.REPLICA)))
                .all()
                .get(60, TimeUnit.SECONDS));

        assertGoesOnWithoutABaseline();
    }

    @Test
    void offsetsOfTheGroupAreAheadOfTheDisk() throws Exception {
        RecordMetadata last = runOnce();
        RecordMetadata missed = bench.change("missed");
        assertThat(missed.offset()).isEqualTo(last.offset() + 1);
        TopicPartition partition = new TopicPartition(missed.topic(), missed.partition());
        bench.admin(admin -> admin.alterConsumerGroupOffsets(
                        bench.topics.group(ApplierBench.REPLICA),
                        Map.of(partition, new OffsetAndMetadata(missed.offset() + 1)))
                .all()
                .get(60, TimeUnit.SECONDS));

        assertGoesOnWithoutABaseline();
        assertThat(bench.replica().resolve("missed")).exists();
    }

    @Test
    void positionIsMissing() throws Exception {
        runOnce();
        Files.delete(position());

        assertBeginsWithABaseline();
    }

    @Test
    void positionIsDamaged() throws Exception {
        runOnce();
        String whole = Files.readString(position());
        Files.writeString(position(), whole.substring(0, whole.length() / 2));

        assertBeginsWithABaseline();
    }

    @Test
    void topicWasMadeAgain() throws Exception {
        runOnce();
        makeTopicAgain();
        // It has grown past the old position, which is in range therefore.
        for (int i = 0; i < 5; i++) {
            bench.send(i + 1, "a");
        }

        assertBeginsWithABaseline();
    }

    @Test
    void batchesBehindThePositionAreGone() throws Exception {
        runOnce();
        RecordMetadata gone = bench.change("gone");
        bench.change("still-there");
        Files.delete(bench.source.resolve("gone"));
        bench.admin(admin -> admin.deleteRecords(Map.of(
                        new TopicPartition(gone.topic(), gone.partition()),
                        RecordsToDelete.beforeOffset(gone.offset() + 1)))
                .all()
                .get(60, TimeUnit.SECONDS));

        assertBeginsWithABaseline();
    }

    private void makeTopicAgain() throws Exception {
        String topic = bench.topics.batches().name();
        bench.admin(admin -> admin.deleteTopics(List.of(topic)).all().get(60, TimeUnit.SECONDS));
        await().atMost(DEADLINE)
                .until(() -> bench.admin(admin ->
                        !admin.listTopics().names().get(60, TimeUnit.SECONDS).contains(topic)));
        bench.makeTopics();
    }

    @Test
    void topicIsMadeAgainWhileItIsRead() throws Exception {
        bench.write("first", "x");
        try (ApplierBench.Running running = bench.run()) {
            awaitFile(bench.replica(), "first");
            bench.change("a");
            awaitFile(bench.replica(), "a");
            bench.write("untold", "x");

            makeTopicAgain();
            for (int i = 0; i < 5; i++) {
                bench.send(i + 1, "a");
            }

            awaitFile(bench.replica(), "untold");
            bench.change("c");
            awaitFile(bench.replica(), "c");
            assertThat(running.faults.fault()).isNull();
        }
        bench.write("later", "x");
        try (ApplierBench.Running running = bench.run()) {
            bench.change("d");
            awaitFile(bench.replica(), "d");
            assertThat(running.faults.fault()).isNull();
            assertThat(bench.replica().resolve("later"))
                    .as("the position is of the new topic")
                    .doesNotExist();
        }
    }

    @Test
    void topicIsGoneForAWhile() throws Exception {
        String topic = bench.topics.batches().name();
        bench.write("first", "x");
        try (ApplierBench.Running running = bench.run()) {
            awaitFile(bench.replica(), "first");
            bench.admin(admin -> admin.deleteTopics(List.of(topic)).all().get(60, TimeUnit.SECONDS));
            await().atMost(DEADLINE).untilAsserted(() -> {
                assertThat(bench.state("applier/backup1/data").getState()).isEqualTo(ComponentState.RETRYING);
                assertThat(bench.state("applier/backup1/data").getMessage()).contains(topic);
            });
            bench.write("untold", "x");

            bench.makeTopics();

            awaitFile(bench.replica(), "untold");
            bench.change("c");
            awaitFile(bench.replica(), "c");
            await().atMost(DEADLINE)
                    .untilAsserted(
                            () -> assertThat(bench.state("applier/backup1/data").getState())
                                    .isEqualTo(ComponentState.RUNNING));
            assertThat(running.faults.fault()).isNull();
        }
    }

    @Test
    void batchesAreMissingByTheirNumbers() throws Exception {
        bench.write("first", "x");
        try (ApplierBench.Running running = bench.run()) {
            awaitFile(bench.replica(), "first");
            bench.change("a");
            awaitFile(bench.replica(), "a");
            bench.write("untold", "x");
            bench.lose();
            bench.change("b");

            awaitFile(bench.replica(), "untold");
            assertThat(running.metrics
                            .get("weir.applier.gaps")
                            .tag("source", "data")
                            .counter()
                            .count())
                    .isEqualTo(1);
            await().atMost(DEADLINE)
                    .untilAsserted(() -> assertThat(bench.baselines()).isEqualTo(2));
        }
    }
}
