package io.weir.applier.consume;

import io.weir.schemas.Topics;
import io.weir.service.ExitCode;
import io.weir.service.Refusal;
import io.weir.service.WeirException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/**
 * Reads batches of the past, in no group: the place of the replication does not move. Every call has a consumer of its own, so threads
 * may read side by side.
 */
final class History {
    private static final Duration POLL = Duration.ofMillis(250);
    /** How long Kafka may give nothing of what it said is there. */
    private static final long PATIENCE_NANOS = Duration.ofSeconds(60).toNanos();

    private final String topic;
    private final BatchReader reader;
    private final Supplier<Consumer<byte[], byte[]>> consumers;

    /**
     * The history in a topic.
     *
     * @param consumers gives consumers without a group
     */
    History(String topic, BatchReader reader, Supplier<Consumer<byte[], byte[]>> consumers) {
        this.topic = topic;
        this.reader = reader;
        this.consumers = consumers;
    }

    /**
     * The batches of a time, of all sources in that partition.
     *
     * @param partition the source's
     * @param first the first offset
     * @param end the offset behind the last one; the same as the first when there is none
     */
    record Range(int partition, long first, long end) {}

    /** Told of each record, and how far that is. */
    @FunctionalInterface
    interface Sink {
        void take(Reading reading);
    }

    /**
     * Reads what batches of one source asked for in a time, from the oldest to the newest.
     *
     * @param to exclusive; null for all until now
     * @return where they are
     * @throws WeirException CONFLICT when the topic has dropped batches that may be of that time, UNAVAILABLE when Kafka gives no answer
     * @throws InterruptedException when the caller's thread was interrupted
     */
    Range read(String source, Instant from, @Nullable Instant to, Sink sink) throws InterruptedException {
        try (Consumer<byte[], byte[]> consumer = consumers.get()) {
            int partitions = consumer.partitionsFor(topic).size();
            TopicPartition partition = new TopicPartition(topic, Topics.partitionOf(source, partitions));
            Range range = range(consumer, partition, from, to);
            read(consumer, partition, range, source, sink);
            return range;
        } catch (InterruptException e) {
            throw interrupted(e);
        } catch (KafkaException e) {
            throw new WeirException(
                    ExitCode.UNAVAILABLE,
                    "read batches of the past from " + topic + ": " + Refusal.explain(e, AclOperation.READ)
                            + "; check Kafka, then try again",
                    e);
        }
    }

    private static InterruptedException interrupted(InterruptException cause) {
        InterruptedException interrupted = new InterruptedException(cause.getMessage());
        interrupted.initCause(cause);
        return interrupted;
    }

    private Range range(
            Consumer<byte[], byte[]> consumer, TopicPartition partition, Instant from, @Nullable Instant to) {
        Set<TopicPartition> only = Set.of(partition);
        long beginning = consumer.beginningOffsets(only).getOrDefault(partition, 0L);
        long end = consumer.endOffsets(only).getOrDefault(partition, 0L);
        long first = offset(consumer, partition, from, end);
        if (beginning > 0 && first <= beginning) {
            throw new WeirException(
                    ExitCode.CONFLICT,
                    "replay from " + from + ": " + topic + " has dropped the batches before offset " + beginning
                            + " of partition " + partition.partition()
                            + ", which may be of that time; begin later, or make the replica equal as a whole with"
                            + " `weir baseline`");
        }
        return new Range(partition.partition(), first, to == null ? end : offset(consumer, partition, to, end));
    }

    private static long offset(Consumer<byte[], byte[]> consumer, TopicPartition partition, Instant at, long end) {
        OffsetAndTimestamp found =
                consumer.offsetsForTimes(Map.of(partition, at.toEpochMilli())).get(partition);
        return found == null ? end : found.offset();
    }

    private void read(
            Consumer<byte[], byte[]> consumer, TopicPartition partition, Range range, String source, Sink sink) {
        if (range.first() >= range.end()) {
            return;
        }
        consumer.assign(List.of(partition));
        consumer.seek(partition, range.first());
        long last = System.nanoTime();
        while (consumer.position(partition) < range.end()) {
            for (ConsumerRecord<byte[], byte[]> each : consumer.poll(POLL).records(partition)) {
                last = System.nanoTime();
                Reading reading = each.offset() < range.end() ? reader.read(each) : null;
                if (reading != null && reading.source().equals(source)) {
                    sink.take(reading);
                }
            }
            if (System.nanoTime() - last > PATIENCE_NANOS) {
                throw new WeirException(
                        ExitCode.UNAVAILABLE,
                        "read batches of the past: " + topic
                                + " gave nothing for a minute; check Kafka, then try again");
            }
        }
    }
}
