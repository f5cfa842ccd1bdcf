package io.weir.applier.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.schemas.DeadLetter;
import io.weir.schemas.DeadLetterKey;
import io.weir.schemas.DeadLetterKind;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.WireFormat;
import io.weir.service.WeirException;
import io.weir.service.registry.RegistryUnavailableException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is read of the dead letters at a start, with Kafka's own stand-in for a broker. */
class DeadLetterLoaderTest {
    private static final String TOPIC = "weir.deadletters";
    private static final TopicPartition ZERO = new TopicPartition(TOPIC, 0);
    private static final TopicPartition ONE = new TopicPartition(TOPIC, 1);
    private static final Duration LONG = Duration.ofSeconds(60);

    private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("none");
    private final List<Integer> asked = new ArrayList<>();
    private int refusals;

    private final WireFormat format = WireFormat.registry(
            (subject, schema) -> {
                throw new RegistryUnavailableException("nothing is written here", null);
            },
            id -> {
                asked.add(id);
                if (refusals > 0) {
                    refusals--;
                    throw new RegistryUnavailableException("the registry is away", null);
                }
                return Optional.empty();
            });

    @BeforeEach
    void makeTopic() {
        Node node = new Node(0, "localhost", 1);
        Node[] nodes = {node};
        consumer.updatePartitions(
                TOPIC,
                List.of(
                        new PartitionInfo(TOPIC, 0, node, nodes, nodes),
                        new PartitionInfo(TOPIC, 1, node, nodes, nodes)));
        consumer.updateBeginningOffsets(Map.of(ZERO, 0L, ONE, 0L));
        consumer.updateEndOffsets(Map.of(ZERO, 0L, ONE, 0L));
    }

    private List<DeadLetter> load(Duration most) {
        return DeadLetterLoader.load(consumer, TOPIC, "backup1", format, most);
    }

    private void add(TopicPartition partition, long offset, String path, byte[] value) {
        consumer.addRecord(new ConsumerRecord<>(TOPIC, partition.partition(), offset, key(path), value));
    }

    private static byte[] key(String path) {
        return DeadLetterKey.encode("data", "backup1", path.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] letter(String path) {
        return RecordSerde.of(DeadLetter.class)
                .encode(DeadLetter.newBuilder()
                        .setReplica("backup1")
                        .setSource("data")
                        .setPath(ByteBuffer.wrap(path.getBytes(StandardCharsets.UTF_8)))
                        .setRecursive(false)
                        .setKind(DeadLetterKind.FAILED)
                        .setReason("test")
                        .setFirstFailedAt(Instant.EPOCH)
                        .setLastFailedAt(Instant.EPOCH)
                        .build());
    }

    private static byte[] withId(int id) {
        return ByteBuffer.allocate(6).put((byte) 0).putInt(id).array();
    }

    @Test
    void aLetterWithAnIdThatNobodyKnowsIsPassedWhenThatIsCertain() {
        refusals = 2;
        consumer.updateEndOffsets(Map.of(ZERO, 3L, ONE, 1L));
        // The stand-in for a broker gives each record once.
        for (int i = 0; i < 3; i++) {
            boolean isFirst = i == 0;
            consumer.schedulePollTask(() -> {
                if (isFirst) {
                    add(ZERO, 0, "before", letter("before"));
                    add(ONE, 0, "elsewhere", letter("elsewhere"));
                }
                add(ZERO, 1, "unknown", withId(7));
                add(ZERO, 2, "behind", letter("behind"));
            });
            consumer.schedulePollTask(() -> assertThat(consumer.paused()).hasSize(2));
        }

        assertThat(load(LONG))
                .extracting(
                        each -> StandardCharsets.UTF_8.decode(each.getPath()).toString())
                .containsExactlyInAnyOrder("before", "elsewhere", "behind");
        assertThat(asked).containsExactly(7, 7, 7);
    }

    @Test
    void aRegistryThatStaysAwayIsTheReasonAndNotKafka() {
        refusals = Integer.MAX_VALUE;
        consumer.updateEndOffsets(Map.of(ZERO, 1L));
        consumer.schedulePollTask(() -> add(ZERO, 0, "unknown", withId(7)));

        assertThatThrownBy(() -> load(Duration.ZERO))
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessage("the registry is away");
    }

    @Test
    void aTopicThatIsNotReadToItsEndIsKafkasFault() {
        consumer.updateEndOffsets(Map.of(ZERO, 1L));

        assertThatThrownBy(() -> load(Duration.ZERO))
                .isInstanceOf(WeirException.class)
                .hasMessageContaining("check Kafka");
    }
}
