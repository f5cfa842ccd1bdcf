package io.weir.applier.consume;

import io.weir.schemas.Desired;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.WireFormat;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.Loop;
import io.weir.service.Refusal;
import io.weir.service.WeirException;
import io.weir.service.registry.RegistryUnavailableException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads {@code weir.desired}, in no group: to its end before anything is done, and on from there in a loop of its own. What was wanted
 * last holds while the topic cannot be read, so trouble with it never stops the replication. Used by one thread after the other.
 */
final class DesiredConsumer implements Loop.Step {
    private static final Logger log = LoggerFactory.getLogger(DesiredConsumer.class);

    private final PartitionReader reader;
    /** The replica's sources by the keys of their records. */
    private final Map<String, String> sources = new HashMap<>();

    private final Consumer<byte[], byte[]> consumer;
    private final Promotions promotions;
    private final Wanted wanted;
    private final RecordSerde<Desired> serde;

    /** Who is told. */
    @FunctionalInterface
    interface Wanted {
        /** What is wanted of a source from now on, a promotion as a rest; null for nothing. */
        void want(String source, @Nullable Desired desired);
    }

    /** A reader for these sources of a replica; takes over the consumer, and tells of promotions first. */
    DesiredConsumer(
            String topic,
            String replica,
            Collection<String> sources,
            WireFormat format,
            Consumer<byte[], byte[]> consumer,
            Promotions promotions,
            Wanted wanted) {
        reader = new PartitionReader(topic, consumer);
        sources.forEach(source -> {
            this.sources.put(source + "/" + replica, source);
            // A slash is in no source's name.
            this.sources.put(source, source);
        });
        this.promotions = promotions;
        serde = format.serde(Desired.class);
        this.consumer = consumer;
        this.wanted = wanted;
    }

    /** Settings of a consumer that begins with the oldest record, also of a topic that was made again. */
    static Map<String, Object> reading(KafkaSettings kafka, String replica) {
        return kafka.reader("weir-applier-" + replica + "-desired", "earliest", Map.of());
    }

    /**
     * Takes all that is in the topic now, and nothing that was heard before.
     *
     * @throws WeirException UNAVAILABLE when Kafka does not let it be read, or that takes longer than allowed
     * @throws RegistryUnavailableException when the schema of what is wanted of this replica cannot be had now
     */
    void load(Duration most) {
        long start = System.nanoTime();
        TopicPartition partition = reader.partition();
        promotions.forget();
        try {
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            while (consumer.position(partition) < end) {
                if (System.nanoTime() - start > most.toNanos()) {
                    throw unavailable("it was not read to its end within " + most.toSeconds() + " s", null);
                }
                reader.poll(this::take);
            }
        } catch (RegistryUnavailableException e) {
            // Not Kafka's fault, though it is one of its exceptions.
            throw e;
        } catch (KafkaException e) {
            throw unavailable(Refusal.explain(e, AclOperation.READ), e);
        }
    }

    private WeirException unavailable(String why, @Nullable Throwable cause) {
        return new WeirException(
                ExitCode.UNAVAILABLE,
                "read from " + reader.partition().topic() + " whether this replica is paused: " + why
                        + "; check Kafka, and that the topic is there and may be read",
                cause);
    }

    @Override
    public void run() throws InterruptedException {
        reader.step("what is wanted of this replica", this::take, () -> {});
    }

    private void take(ConsumerRecord<byte[], byte[]> each) {
        String key = each.key() == null ? "" : new String(each.key(), StandardCharsets.UTF_8);
        String source = sources.get(key);
        if (source == null) {
            return;
        }
        try {
            Desired desired = each.value() == null ? null : serde.decode(each.value());
            if (key.equals(source)) {
                promotions.newest(source, desired);
            } else {
                promotions.own(source, desired);
            }
            wanted.want(source, promotions.rest(source));
        } catch (SerializationException e) {
            // What was wanted before goes on to hold; whoever wrote it waits for an answer in vain and says so.
            log.warn(
                    "what is wanted was not read: topic={} offset={} cause={}",
                    each.topic(),
                    each.offset(),
                    e.getMessage());
        }
    }

    @Override
    public void wakeUp() {
        reader.wakeUp();
    }

    @Override
    public void finish() {
        consumer.close();
    }
}
