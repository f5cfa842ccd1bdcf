package io.weir.agent.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.agent.watch.Captured;
import io.weir.schemas.Change;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.FileType;
import io.weir.schemas.Observed;
import io.weir.schemas.Origin;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.RelPath;
import io.weir.schemas.WireFormat;
import io.weir.service.ClockWatch;
import io.weir.service.KafkaSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The changes topic with two partitions, of which one may have no leader. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HistoryTailTest {
    private static final TopicPartition ZERO = new TopicPartition("weir.changes", 0);
    private static final TopicPartition ONE = new TopicPartition("weir.changes", 1);

    private final HistoryTail history =
            new HistoryTail(KafkaSettings.of("localhost:1", "weir"), WireFormat.builtIn(), new ClockWatch(), "data");
    private final List<String> told = new ArrayList<>();
    private final AtomicInteger ticks = new AtomicInteger();
    private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("none") {
        @Override
        public synchronized Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(Map<TopicPartition, Long> times) {
            Map<TopicPartition, OffsetAndTimestamp> found = new HashMap<>();
            times.forEach((partition, time) -> found.put(partition, new OffsetAndTimestamp(0, time)));
            return found;
        }
    };

    @BeforeEach
    void open() {
        Node node = new Node(0, "localhost", 1);
        Node[] nodes = {node};
        consumer.updatePartitions(
                "weir.changes",
                List.of(
                        new PartitionInfo("weir.changes", 0, node, nodes, nodes),
                        new PartitionInfo("weir.changes", 1, node, nodes, nodes)));
        consumer.updateBeginningOffsets(Map.of(ZERO, 0L, ONE, 0L));
        consumer.updateEndOffsets(Map.of(ZERO, 2L, ONE, 1L));
        consumer.schedulePollTask(() -> add(ZERO, 0, "data", "a"));
        consumer.schedulePollTask(() -> add(ZERO, 1, "other", "b"));
    }

    @Test
    void tellsWhatWasPublishedOfTheSourceUpToTheEnd() throws Exception {
        consumer.schedulePollTask(() -> add(ONE, 0, "data", "c"));

        assertThat(read(Duration.ofSeconds(30))).isTrue();

        assertThat(told).containsExactly("a", "c");
    }

    @Test
    void aPartitionThatGivesNothingDoesNotHoldTheScannerForEver() {
        assertThatThrownBy(() -> read(Duration.ofMillis(50)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("weir.changes: no record within");

        assertThat(told).containsExactly("a");
        assertThat(ticks.get()).isPositive();
    }

    private boolean read(Duration patience) throws IOException {
        return history.read(consumer, patience, 1, this::tell, ticks::incrementAndGet);
    }

    private void tell(Captured change) {
        told.add(change.path().toString());
    }

    private void add(TopicPartition partition, long offset, String source, String path) {
        RecordSerde<Change> serde = RecordSerde.of(Change.class);
        Change change = Change.newBuilder()
                .setSource(source)
                .setEpoch(1)
                .setSequence(1)
                .setKind(ChangeKind.CLOSED)
                .setPath(RelPath.of(path).toField())
                .setObserved(Observed.newBuilder().setType(FileType.ABSENT).build())
                .setOrigin(Origin.EVENT)
                .setCapturedAt(Instant.EPOCH)
                .build();
        consumer.addRecord(new ConsumerRecord<>(
                partition.topic(),
                partition.partition(),
                offset,
                source.getBytes(StandardCharsets.UTF_8),
                serde.encode(change)));
    }
}
