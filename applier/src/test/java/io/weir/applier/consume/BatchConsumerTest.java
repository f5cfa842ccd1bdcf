package io.weir.applier.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.awaitility.Awaitility.await;

import io.weir.applier.position.PositionFile;
import io.weir.applier.reconcile.Outcome;
import io.weir.applier.reconcile.Target;
import io.weir.applier.replica.ReplicaRoot;
import io.weir.schemas.Batch;
import io.weir.schemas.WireFormat;
import io.weir.service.ExitCode;
import io.weir.service.WeirException;
import io.weir.service.registry.RegistryUnavailableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From the assignment to the commit, with Kafka's own stand-in for a broker and a real replica directory. */
class BatchConsumerTest extends ReplicationBench {
    private static final TopicPartition ZERO = new TopicPartition("weir.batches", 0);
    private static final TopicPartition ONE = new TopicPartition("weir.batches", 1);

    private final List<String> asked = new ArrayList<>();
    private ReplicaRoot root;
    private String topicId = "topic-1";
    private boolean isDiskBroken;
    private boolean isRegistryAway;
    private boolean hasNews = true;
    private MockConsumer<byte[], byte[]> consumer;
    private Replication replication;
    private PositionKeeper positions;
    private BatchConsumer step;

    @BeforeEach
    void openRoot(@TempDir Path directory) {
        root = ReplicaRoot.open("data", directory, false);
        open();
    }

    @AfterEach
    void closeRoot() {
        root.close();
    }

    private void open() {
        consumer = new MockConsumer<>("none");
        topicHas(List.of(ZERO, ONE));
        consumer.updateBeginningOffsets(Map.of(ZERO, 0L, ONE, 0L));
        consumer.updateEndOffsets(Map.of(ZERO, 4L, ONE, 0L));
        clocks = Clocks.system();
        replication = replication(4, Map.of("data", this::reconcile));
        positions = new PositionKeeper(
                "backup1", replication, Map.of("data", root), Map.of(), this::sync, Duration.ofMillis(500));
        step = new BatchConsumer(
                "weir.batches",
                new BatchConsumer.Identity() {
                    @Override
                    public String ask() {
                        if (topicId.equals(GONE)) {
                            throw new WeirException(ExitCode.UNAVAILABLE, "no such topic");
                        }
                        return topicId;
                    }

                    @Override
                    public @Nullable String look() {
                        return hasNews ? topicId : null;
                    }
                },
                consumer,
                new BatchReader(
                        Set.of("data"),
                        WireFormat.registry(
                                (subject, schema) -> {
                                    throw new RegistryUnavailableException("nothing is written here", null);
                                },
                                id -> {
                                    if (isRegistryAway) {
                                        throw new RegistryUnavailableException("the registry is away", null);
                                    }
                                    return Optional.of(Batch.getClassSchema().toString());
                                })),
                replication,
                positions,
                () -> replication.drain(Duration.ofSeconds(60)));
        step.subscribe();
    }

    private void topicHas(List<TopicPartition> all) {
        Node node = new Node(0, "localhost", 1);
        List<PartitionInfo> partitions = new ArrayList<>();
        for (TopicPartition each : all) {
            partitions.add(
                    new PartitionInfo(each.topic(), each.partition(), node, new Node[] {node}, new Node[] {node}));
        }
        consumer.updatePartitions("weir.batches", partitions);
    }

    private Outcome reconcile(List<Target> targets) {
        targets.forEach(target -> asked.add(target.path().toString()));
        return DONE;
    }

    private void sync(Path path) throws IOException {
        if (isDiskBroken) {
            throw new IOException("input/output error");
        }
    }

    private void add(long offset, String path) {
        consumer.addRecord(new ConsumerRecord<>(
                "weir.batches",
                0,
                offset,
                "data".getBytes(StandardCharsets.UTF_8),
                BatchReaderTest.batch("data", path)));
    }

    /** With a registry's id in front of the body, which is the same in both framings. */
    private void addWithId(int partition, long offset, String path) {
        byte[] builtIn = BatchReaderTest.batch("data", path);
        int header = 10;
        byte[] data = ByteBuffer.allocate(5 + builtIn.length - header)
                .put((byte) 0)
                .putInt(1)
                .put(builtIn, header, builtIn.length - header)
                .array();
        consumer.addRecord(
                new ConsumerRecord<>("weir.batches", partition, offset, "data".getBytes(StandardCharsets.UTF_8), data));
    }

    @Test
    void aRightThatIsMissingHoldsReadingUntilItIsGranted() throws Exception {
        consumer.schedulePollTask(() -> consumer.rebalance(List.of(ZERO, ONE)));
        step.run();
        runAll();
        consumer.setPollException(new TopicAuthorizationException(Set.of("weir.batches")));
        step.run();
        assertThat(replication.held()).singleElement(STRING).contains("lacks the right READ on topic weir.batches");
        add(4, "later");
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            step.run();
            runAll();
            assertThat(asked).contains("later");
        });
        assertThat(replication.held()).isEmpty();
    }

    @Test
    void aBatchWhoseSchemaIsNotKnownYetIsReadAgainAndHoldsUpItsPartitionOnly() throws Exception {
        consumer.schedulePollTask(() -> consumer.rebalance(List.of(ZERO, ONE)));
        step.run();
        runAll();
        isRegistryAway = true;
        add(4, "before");
        addWithId(0, 5, "held");
        add(6, "behind");
        consumer.addRecord(new ConsumerRecord<>(
                "weir.batches",
                1,
                0,
                "data".getBytes(StandardCharsets.UTF_8),
                BatchReaderTest.batch("data", "elsewhere")));

        step.run();
        runAll();

        assertThat(asked).containsExactlyInAnyOrder(".", "before", "elsewhere");
        assertThat(replication.held()).singleElement(STRING).contains("offset=5: the registry is away");
        assertThat(consumer.paused()).containsExactly(ZERO);
        assertThat(consumer.position(ZERO)).isEqualTo(5);

        isRegistryAway = false;
        // The stand-in for a broker gives each record once.
        addWithId(0, 5, "held");
        add(6, "behind");
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            step.run();
            runAll();
            assertThat(asked).contains("held", "behind");
        });
        assertThat(replication.held()).isEmpty();
        assertThat(replication.nextToRead(0)).isEqualTo(7);
    }

    /** Both partitions stay before a record of which the registry knows nothing now. */
    private void stay() throws Exception {
        consumer.schedulePollTask(() -> consumer.rebalance(List.of(ZERO, ONE)));
        step.run();
        runAll();
        isRegistryAway = true;
        addWithId(0, 4, "held");
        addWithId(1, 0, "held too");
        step.run();
        assertThat(replication.held()).singleElement(STRING).contains("the registry is away");
        assertThat(consumer.paused()).containsExactlyInAnyOrder(ZERO, ONE);
        asked.clear();
    }

    @Test
    void aRecordThatExpiresWhileItIsWaitedForHoldsNothingAnyMore() throws Exception {
        stay();
        consumer.updateBeginningOffsets(Map.of(ZERO, 20L, ONE, 10L));
        consumer.updateEndOffsets(Map.of(ZERO, 30L, ONE, 10L));

        consumer.setPollException(new OffsetOutOfRangeException(Map.of(ZERO, 4L)));
        step.run();
        assertThat(replication.held()).singleElement(STRING).contains("partition=1 offset=0: the registry is away");
        consumer.setPollException(new OffsetOutOfRangeException(Map.of(ONE, 0L)));
        step.run();
        assertThat(replication.held()).isEmpty();

        assertThat(consumer.paused()).isEmpty();
        runAll();
        assertThat(asked).contains(".");
    }

    @Test
    void anAssignmentEndsAStayToo() throws Exception {
        stay();

        consumer.schedulePollTask(() -> {
            consumer.rebalance(List.of());
            consumer.rebalance(List.of(ZERO, ONE));
        });
        step.run();

        assertThat(replication.held()).isEmpty();
        assertThat(consumer.position(ZERO)).isEqualTo(4);
        assertThat(consumer.position(ONE)).isZero();
    }

    @Test
    void theEndOfAStayDoesNotHideThatTheTopicIsGone() throws Exception {
        stay();
        topicId = BatchConsumer.Identity.GONE;
        step.run();
        hasNews = false;
        isRegistryAway = false;

        addWithId(0, 4, "held");
        addWithId(1, 0, "held too");
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            step.run();
            runAll();
            assertThat(asked).contains("held", "held too");
        });

        assertThat(replication.held()).singleElement(STRING).contains("weir.batches is gone");
    }

    @Test
    void beginsWithABaselineAndGoesOnFromWhereTheStreamStood() throws Exception {
        consumer.schedulePollTask(() -> consumer.rebalance(List.of(ZERO, ONE)));
        step.run();

        assertThat(new PositionFile(root.own()).read()).hasValueSatisfying(position -> {
            assertThat(position.baselineDone()).isFalse();
            assertThat(position.offsets()).containsEntry(0, 4L);
        });
        assertThat(asked).isEmpty();
        runAll();
        add(4, "a");
        step.run();
        runAll();
        assertThat(asked).containsExactly(".", "a");
        positions.save();
        assertThat(new PositionFile(root.own()).read()).hasValueSatisfying(position -> {
            assertThat(position.baselineDone()).isTrue();
            assertThat(position.offsets()).containsEntry(0, 5L);
        });
        step.run();
        assertThat(consumer.committed(Set.of(ZERO))).containsEntry(ZERO, new OffsetAndMetadata(5));
    }

    @Test
    void readsNothingUntilThePositionCanBeWritten() throws Exception {
        Path inTheWay = Files.createDirectory(root.own().resolve("position.new"));
        consumer.schedulePollTask(() -> consumer.rebalance(List.of(ZERO, ONE)));
        step.run();

        assertThat(replication.held()).singleElement(STRING).contains("write position of source data");
        assertThat(consumer.paused()).containsExactlyInAnyOrder(ZERO, ONE);
        assertThat(asked).isEmpty();

        Files.delete(inTheWay);
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            step.run();
            assertThat(replication.held()).isEmpty();
        });
        assertThat(consumer.paused()).isEmpty();
        assertThat(consumer.position(ZERO)).isEqualTo(4);
        runAll();
        assertThat(asked).containsExactly(".");
    }

    @Test
    void startsAgainAtTheOlderPositionWithoutABaseline() throws Exception {
        consumer.schedulePollTask(() -> consumer.rebalance(List.of(ZERO, ONE)));
        step.run();
        runAll();
        step.finish();
        assertThat(consumer.closed()).isTrue();
        asked.clear();

        open();
        consumer.updateEndOffsets(Map.of(ZERO, 9L, ONE, 0L));
        consumer.schedulePollTask(() -> {
            consumer.rebalance(List.of(ZERO, ONE));
            add(4, "b");
        });
        step.run();
        step.run();
        runAll();
        assertThat(asked).containsExactly("b");
    }

    @Test
    void makesTheSourceEqualWhenBatchesAreGoneWhileItRuns() throws Exception {
        consumer.schedulePollTask(() -> consumer.rebalance(List.of(ZERO, ONE)));
        step.run();
        runAll();
        asked.clear();
        consumer.updateBeginningOffsets(Map.of(ZERO, 20L, ONE, 0L));
        consumer.updateEndOffsets(Map.of(ZERO, 30L, ONE, 0L));
        consumer.setPollException(new OffsetOutOfRangeException(Map.of(ZERO, 4L)));
        step.run();

        assertThat(new PositionFile(root.own()).read())
                .hasValueSatisfying(
                        position -> assertThat(position.baselineDone()).isFalse());
        runAll();
        assertThat(asked).containsExactly(".");
        assertThat(replication.finished()).containsEntry(0, 30L);
        assertThat(consumer.position(ZERO)).isEqualTo(30);
    }

    @Test
    void saysWhatToDoWhenADiskCannotBeSynced() throws Exception {
        consumer.schedulePollTask(() -> consumer.rebalance(List.of(ZERO, ONE)));
        step.run();
        runAll();
        isDiskBroken = true;

        assertThatThrownBy(positions::save).hasMessageContainingAll("sync replica of source data", "check the disk");
    }

    @Test
    void doesNotCommitWhatIsUnderWay() throws Exception {
        consumer.schedulePollTask(() -> consumer.rebalance(List.of(ZERO, ONE)));
        step.run();
        runAll();
        add(4, "a");
        step.run();
        positions.save();
        step.run();

        assertThat(consumer.committed(Set.of(ZERO))).containsEntry(ZERO, new OffsetAndMetadata(4));
        runAll();
    }

    @Test
    void makesTheSourceEqualWhenTheTopicIsMadeAgainWhileItRuns() throws Exception {
        consumer.schedulePollTask(() -> consumer.rebalance(List.of(ZERO, ONE)));
        step.run();
        runAll();
        positions.save();
        asked.clear();

        topicId = "topic-2";
        // It has grown past the place where reading stood: the consumer itself sees nothing.
        consumer.updateEndOffsets(Map.of(ZERO, 7L, ONE, 3L));
        step.run();
        assertThat(new PositionFile(root.own()).read()).hasValueSatisfying(position -> {
            assertThat(position.topicId()).isEqualTo("topic-2");
            assertThat(position.baselineDone()).isFalse();
            assertThat(position.offsets()).containsEntry(0, 7L).containsEntry(1, 3L);
        });
        runAll();
        assertThat(asked).containsExactly(".");
        assertThat(consumer.position(ZERO)).isEqualTo(7);
        positions.save();
        assertThat(new PositionFile(root.own()).read())
                .hasValueSatisfying(
                        position -> assertThat(position.baselineDone()).isTrue());
    }

    @Test
    void saysThatTheTopicIsGoneAndDoesNotTakeAnOldOffsetForOneOfTheNewTopic() throws Exception {
        consumer.schedulePollTask(() -> consumer.rebalance(List.of(ZERO, ONE)));
        step.run();
        runAll();
        asked.clear();

        topicId = BatchConsumer.Identity.GONE;
        step.run();
        assertThat(replication.held()).singleElement(STRING).contains("weir.batches is gone", "weir topics create");
        topicId = "topic-2";
        consumer.updateEndOffsets(Map.of(ZERO, 1L, ONE, 0L));
        consumer.schedulePollTask(() -> consumer.rebalance(List.of(ZERO, ONE)));
        step.run();
        assertThat(replication.held()).isEmpty();
        assertThat(consumer.position(ZERO)).isEqualTo(1);
        runAll();
        assertThat(asked).containsExactly(".");
    }

    @Test
    void makesTheSourceEqualWhenAPartitionIsAddedWhileItRuns() throws Exception {
        consumer.schedulePollTask(() -> consumer.rebalance(List.of(ZERO, ONE)));
        step.run();
        runAll();
        asked.clear();
        TopicPartition two = new TopicPartition("weir.batches", 2);
        topicHas(List.of(ZERO, ONE, two));
        consumer.updateBeginningOffsets(Map.of(two, 0L));
        consumer.updateEndOffsets(Map.of(two, 1L));
        consumer.schedulePollTask(() -> {
            consumer.rebalance(List.of());
            consumer.rebalance(List.of(ZERO, ONE, two));
        });
        step.run();

        assertThat(new PositionFile(root.own()).read()).hasValueSatisfying(position -> {
            assertThat(position.baselineDone()).isFalse();
            assertThat(position.offsets()).containsEntry(2, 1L);
        });
        runAll();
        assertThat(asked).containsExactly(".");
        assertThat(consumer.position(two)).isEqualTo(1);
    }

    @Test
    void savesNoPositionBetweenAWrittenPlanAndItsStart() throws Exception {
        consumer.schedulePollTask(() -> consumer.rebalance(List.of(ZERO, ONE)));
        step.run();
        runAll();
        positions.save();
        topicId = "topic-2";
        Path inTheWay = Files.createDirectory(root.own().resolve("position.new"));
        step.run();
        assertThat(replication.held()).isNotEmpty();
        Files.delete(inTheWay);
        positions.save();

        assertThat(new PositionFile(root.own()).read())
                .as("an offset of the old topic with the id of the new one would be a hole")
                .hasValueSatisfying(position -> assertThat(position.topicId()).isEqualTo("topic-1"));
    }
}
