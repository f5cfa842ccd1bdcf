package io.weir.aggregator;

import static io.weir.schemas.ChangeKind.CHECKPOINT;
import static io.weir.schemas.ChangeKind.CLOSED;
import static io.weir.schemas.ChangeKind.CREATED;
import static io.weir.schemas.ChangeKind.GAP;
import static io.weir.schemas.ChangeKind.RESCAN;
import static io.weir.schemas.FileType.ABSENT;
import static io.weir.schemas.FileType.DIRECTORY;
import static io.weir.schemas.FileType.FILE;
import static io.weir.schemas.FileType.UNKNOWN;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.schemas.Batch;
import io.weir.schemas.Change;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.DeadLetter;
import io.weir.schemas.DeadLetterKind;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.Topics;
import io.weir.service.KafkaSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AggregatorTopologyTest {
    private final Topics topics = new Topics(Topics.DEFAULT_PREFIX);
    private final ChangeBuilder agent = new ChangeBuilder();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AggregatorSettings settings = ChangeBuilder.settings();
    private final TopologyTestDriver driver = new TopologyTestDriver(
            AggregatorTopology.build(settings, topics, registry),
            Aggregator.config(settings, KafkaSettings.of("localhost:9", "weir"), topics));
    private final TestInputTopic<byte[], byte[]> changes =
            driver.createInputTopic(topics.changes().name(), new ByteArraySerializer(), new ByteArraySerializer());
    private final TestOutputTopic<String, Batch> batches = driver.createOutputTopic(
            topics.batches().name(),
            new StringDeserializer(),
            RecordSerde.of(Batch.class).deserializer());
    private final TestOutputTopic<byte[], DeadLetter> deadLetters = driver.createOutputTopic(
            topics.deadLetters().name(),
            new ByteArrayDeserializer(),
            RecordSerde.of(DeadLetter.class).deserializer());

    @AfterEach
    void close() {
        driver.close();
    }

    @Test
    void leadingEdgeGoesInTheCallAndABurstWithTheClock() {
        send(agent.change(CLOSED, "a", FILE));
        KeyValue<String, Batch> first = batches.readKeyValue();
        assertThat(first.key).isEqualTo("data");
        assertThat(first.value.getSequence()).isEqualTo(1);
        assertThat(SourceBufferTest.show(first.value)).containsExactly("a");

        send(agent.change(CLOSED, "b", FILE));
        send(agent.change(CLOSED, "c", FILE));
        assertThat(sent()).isEmpty();

        tick(Duration.ofMillis(25));
        assertThat(sent()).containsExactly("b", "c");
    }

    @Test
    void sentPathLeavesTheStoreBehindTheCommit() {
        send(agent.change(CLOSED, "a", FILE));
        assertThat(sent()).containsExactly("a");
        assertThat(stored()).containsExactly("a");

        // The driver commits behind each step, so the next one sees the commit.
        tick(Duration.ofMillis(5));
        assertThat(stored()).isEmpty();
    }

    @Test
    void checkpointGoesInTheCallBehindWhatWaits() {
        send(agent.change(CREATED, "a", FILE));
        assertThat(batches.isEmpty()).isTrue();

        send(agent.build(CHECKPOINT, ".", ChangeBuilder.observed(UNKNOWN))
                .setCheckpoint("c1")
                .build());

        List<Batch> sent = batches.readValuesToList();
        assertThat(sent).extracting(SourceBufferTest::show).containsExactly(List.of("a"), List.of());
        assertThat(sent).extracting(Batch::getCheckpoint).containsExactly(null, "c1");
    }

    @Test
    void gapMakesTheWholeSourcePendingWithItsReason() {
        send(agent.change(CLOSED, "a", FILE));
        agent.skip();
        tick(Duration.ofMillis(100));
        batches.readValuesToList();
        send(agent.change(CLOSED, "b", FILE));

        Batch rescan = batches.readValue();
        assertThat(SourceBufferTest.show(rescan)).containsExactly(". /");
        assertThat(rescan.getReason()).contains("sequence 3 came after epoch 1 sequence 1");
        assertThat(count("gaps")).isEqualTo(1);
    }

    @Test
    void newEpochThatDoesNotBeginAtOneIsAGap() {
        send(agent.change(CLOSED, "a", FILE));
        sent();
        tick(Duration.ofMillis(100));
        agent.epoch(2);
        agent.skip();
        send(agent.change(CLOSED, "b", FILE));

        assertThat(sent()).containsExactly(". /");
    }

    @Test
    void duplicateIsProcessedAgainAndAnOldEpochIsIgnored() {
        Change first = agent.change(CLOSED, "a", FILE);
        send(first);
        tick(Duration.ofMillis(100));
        send(first);
        assertThat(sent()).containsExactly("a", "a");
        assertThat(count("duplicates")).isEqualTo(1);

        tick(Duration.ofMillis(100));
        agent.epoch(2);
        send(agent.change(CLOSED, "b", FILE));
        tick(Duration.ofMillis(100));
        agent.epoch(1);
        send(agent.change(CLOSED, "stale", FILE));
        assertThat(sent()).containsExactly("b");
        assertThat(count("stale")).isEqualTo(1);
    }

    @Test
    void gapOfAnAgentIsHistoryAndItsRescanIsWork() {
        send(agent.change(GAP, ".", DIRECTORY));
        assertThat(sent()).isEmpty();

        send(agent.build(RESCAN, ".", ChangeBuilder.observed(DIRECTORY))
                .setRecursive(true)
                .setReason("the event queue overflowed")
                .build());
        Batch batch = batches.readValue();
        assertThat(SourceBufferTest.show(batch)).containsExactly(". /");
        assertThat(batch.getReason()).isEqualTo("the event queue overflowed");
        assertThat(count("gaps")).isZero();
    }

    @Test
    void kindOfANewerAgentIsADoubt() {
        send(agent.change(ChangeKind.UNKNOWN, "d", DIRECTORY));

        assertThat(sent()).containsExactly("d /");
    }

    @Test
    void undecodableRecordIsADeadLetterAndARescan() {
        send(agent.change(CLOSED, "a", FILE));
        tick(Duration.ofMillis(100));
        assertThat(sent()).containsExactly("a");

        changes.pipeInput("data".getBytes(UTF_8), "no change".getBytes(UTF_8));
        agent.skip();
        send(agent.change(CLOSED, "b", FILE));

        DeadLetter letter = deadLetters.readValue();
        assertThat(letter.getKind()).isEqualTo(DeadLetterKind.UNDECODABLE);
        assertThat(letter.getReason()).contains("topic weir.changes partition 0 offset 1");
        assertThat(letter.getOffset()).isEqualTo(1);
        assertThat(count("undecodable")).isEqualTo(1);
        tick(Duration.ofMillis(100));
        assertThat(sent()).contains(". /");
    }

    @Test
    void missingValueAndOddKeysAreDeadLettersAndProcessingGoesOn() {
        changes.pipeInput("x\0y".getBytes(UTF_8), "no change".getBytes(UTF_8));
        changes.pipeInput("other".getBytes(UTF_8), encoded(agent.change(CLOSED, "a", FILE)));
        changes.pipeInput(null, "no change".getBytes(UTF_8));
        assertThat(deadLetters.readValuesToList())
                .extracting(DeadLetter::getKind)
                .containsExactly(DeadLetterKind.UNDECODABLE, DeadLetterKind.REFUSED, DeadLetterKind.UNDECODABLE);

        agent.epoch(2);
        send(agent.change(CLOSED, "b", FILE));
        assertThat(sent()).containsExactly("b");
    }

    @Test
    void pathThatMayNotBeAppliedIsRefusedWithoutAGap() {
        for (String path : List.of("../a", "/etc", "", "a\0b", ".weir/id-1")) {
            send(agent.change(CLOSED, path, FILE));
        }
        send(agent.change(CLOSED, "good", FILE));

        assertThat(deadLetters.readValuesToList())
                .hasSize(5)
                .allSatisfy(letter -> assertThat(letter.getKind()).isEqualTo(DeadLetterKind.REFUSED));
        assertThat(sent()).containsExactly("good");
        assertThat(count("refused")).isEqualTo(5);
    }

    @Test
    void badOldNameCostsTheHintOnly() {
        send(agent.moved("../a", "b", FILE));

        assertThat(sent()).containsExactly("b");
        assertThat(deadLetters.readValue().getKind()).isEqualTo(DeadLetterKind.REFUSED);
    }

    @Test
    void settleAndTemporaryNamesGoByTheClock() {
        send(agent.change(CREATED, "open", FILE));
        send(agent.change(CREATED, "x.tmp", FILE));
        assertThat(sent()).isEmpty();

        tick(Duration.ofMillis(1010));
        assertThat(sent()).containsExactly("open");
        send(agent.change(ChangeKind.DELETED, "x.tmp", ABSENT));
        tick(Duration.ofSeconds(10));
        assertThat(sent()).containsExactly("x.tmp -");
    }

    private void send(Change change) {
        changes.pipeInput(change.getSource().getBytes(UTF_8), encoded(change));
    }

    private static byte[] encoded(Change change) {
        return RecordSerde.of(Change.class).serializer().serialize("", change);
    }

    private void tick(Duration time) {
        driver.advanceWallClockTime(time);
    }

    private List<String> sent() {
        List<String> shown = new ArrayList<>();
        batches.readValuesToList().forEach(batch -> shown.addAll(SourceBufferTest.show(batch)));
        return shown;
    }

    private List<String> stored() {
        KeyValueStore<Bytes, byte[]> store = driver.getKeyValueStore(AggregatorTopology.PENDING_STORE);
        List<String> paths = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> all = store.all()) {
            all.forEachRemaining(each -> {
                if (Entries.path(each.key) != null) {
                    paths.add(String.valueOf(Entries.path(each.key)));
                }
            });
        }
        return paths;
    }

    private double count(String meter) {
        return registry.get("weir.aggregator." + meter).counter().count();
    }
}
