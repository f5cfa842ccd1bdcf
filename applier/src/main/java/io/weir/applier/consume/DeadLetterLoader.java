package io.weir.applier.consume;

import io.weir.schemas.DeadLetter;
import io.weir.schemas.DeadLetterKey;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.WireFormat;
import io.weir.service.ExitCode;
import io.weir.service.WeirException;
import io.weir.service.registry.RegistryUnavailableException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the dead letters of a replica from their topic, once, at the start of an applier. Confined to that thread. */
final class DeadLetterLoader {
    private static final Logger log = LoggerFactory.getLogger(DeadLetterLoader.class);
    private static final Duration POLL = Duration.ofMillis(200);

    /** How long the schema registry is waited for in here: longer than it takes to be sure that it does not know an id. */
    private static final Duration REGISTRY = Duration.ofSeconds(10);

    private final Consumer<byte[], byte[]> consumer;
    private final String topic;
    private final String replica;
    private final RecordSerde<DeadLetter> serde;
    private final Map<ByteBuffer, DeadLetter> letters = new LinkedHashMap<>();
    private @Nullable RegistryUnavailableException held;
    private long heldSince;

    private DeadLetterLoader(Consumer<byte[], byte[]> consumer, String topic, String replica, WireFormat format) {
        this.consumer = consumer;
        this.topic = topic;
        this.replica = replica;
        this.serde = format.serde(DeadLetter.class);
    }

    /**
     * The letters that stand, read to the end of the topic as it is now.
     *
     * @param consumer without a group; closed by the caller
     * @throws WeirException UNAVAILABLE when that takes longer than allowed
     * @throws RegistryUnavailableException when a letter's schema cannot be had within ten seconds, or that time
     */
    static List<DeadLetter> load(
            Consumer<byte[], byte[]> consumer, String topic, String replica, WireFormat format, Duration most) {
        return new DeadLetterLoader(consumer, topic, replica, format).load(most);
    }

    private List<DeadLetter> load(Duration most) {
        List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(each -> new TopicPartition(topic, each.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        Map<TopicPartition, Long> end = consumer.endOffsets(partitions);
        long start = System.nanoTime();
        while (end.entrySet().stream().anyMatch(each -> consumer.position(each.getKey()) < each.getValue())) {
            ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
            RegistryUnavailableException trouble = null;
            for (TopicPartition partition : records.partitions()) {
                RegistryUnavailableException met = takeAll(partition, records.records(partition));
                trouble = met == null ? trouble : met;
            }
            hold(trouble);
            if (System.nanoTime() - start > most.toNanos()) {
                throw late(most);
            }
        }
        return List.copyOf(letters.values());
    }

    /** Null when all were taken; otherwise what stands before the next one, which is read again. */
    private @Nullable RegistryUnavailableException takeAll(
            TopicPartition partition, List<ConsumerRecord<byte[], byte[]>> records) {
        for (ConsumerRecord<byte[], byte[]> each : records) {
            try {
                take(each);
            } catch (RegistryUnavailableException e) {
                consumer.seek(partition, each.offset());
                return e;
            }
        }
        return null;
    }

    private void hold(@Nullable RegistryUnavailableException trouble) {
        if (trouble == null) {
            held = null;
            return;
        }
        if (held == null) {
            heldSince = System.nanoTime();
        } else if (System.nanoTime() - heldSince > REGISTRY.toNanos()) {
            throw trouble;
        }
        held = trouble;
        // A rest: what was fetched before would be there again at once.
        consumer.pause(consumer.assignment());
        ConsumerRecords<byte[], byte[]> none = consumer.poll(POLL);
        log.debug("dead letters wait for the schema registry: topic={} records={}", topic, none.count());
        consumer.resume(consumer.assignment());
    }

    private RuntimeException late(Duration most) {
        RegistryUnavailableException why = held;
        return why != null
                ? why
                : new WeirException(
                        ExitCode.UNAVAILABLE,
                        "read dead letters: topic " + topic + " was not read to its end within " + most
                                + "; check Kafka, then start again");
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
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
