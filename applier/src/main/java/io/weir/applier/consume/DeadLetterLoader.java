package io.weir.applier.consume;

import io.weir.schemas.DeadLetter;
import io.weir.schemas.DeadLetterKey;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.WireFormat;
import io.weir.service.ExitCode;
import io.weir.service.WeirException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the dead letters of a replica from their topic, once, at the start of an applier. */
final class DeadLetterLoader {
    private static final Logger log = LoggerFactory.getLogger(DeadLetterLoader.class);
    private static final Duration POLL = Duration.ofMillis(200);

    private DeadLetterLoader() {}

    /**
     * The letters that stand, read to the end of the topic as it is now.
     *
     * @param consumer without a group; closed by the caller
     * @throws WeirException UNAVAILABLE when that takes longer than allowed; what the schema registry throws comes out
     */
    static List<DeadLetter> load(
            Consumer<byte[], byte[]> consumer, String topic, String replica, WireFormat format, Duration most) {
        List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(each -> new TopicPartition(topic, each.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        Map<TopicPartition, Long> end = consumer.endOffsets(partitions);
        RecordSerde<DeadLetter> serde = format.serde(DeadLetter.class);
        Map<ByteBuffer, DeadLetter> letters = new LinkedHashMap<>();
        long deadline = System.nanoTime() + most.toNanos();
        while (end.entrySet().stream().anyMatch(each -> consumer.position(each.getKey()) < each.getValue())) {
            if (System.nanoTime() - deadline > 0) {
                throw new WeirException(
                        ExitCode.UNAVAILABLE,
                        "read dead letters: topic " + topic + " was not read to its end within " + most
                                + "; check Kafka, then start again");
            }
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                take(record, replica, serde, letters);
            }
        }
        return List.copyOf(letters.values());
    }

    private static void take(
            ConsumerRecord<byte[], byte[]> record,
            String replica,
            RecordSerde<DeadLetter> serde,
            Map<ByteBuffer, DeadLetter> letters) {
        try {
            if (record.key() == null
                    || !DeadLetterKey.decode(record.key()).replica().equals(replica)) {
                return;
            }
            if (record.value() == null) {
                letters.remove(ByteBuffer.wrap(record.key()));
            } else {
                letters.put(ByteBuffer.wrap(record.key()), serde.decode(record.value()));
            }
        } catch (SerializationException | IllegalArgumentException e) {
            // It stays in the topic for people; only its next try is lost, and the path's next change tries it too.
            log.warn(
                    "dead letter not read: topic={} partition={} offset={} cause={}",
                    record.topic(),
                    record.partition(),
                    record.offset(),
                    e.toString());
        }
    }
}
