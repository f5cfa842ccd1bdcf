package io.weir.cli;

import io.weir.schemas.Topics;
import io.weir.service.ExitCode;
import io.weir.service.KafkaClients;
import io.weir.service.KafkaSettings;
import io.weir.service.Refusal;
import io.weir.service.WeirException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/** Reads topics as they are, in no consumer group, so that nobody is disturbed. Used by one thread. */
public final class TopicReader implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    private final KafkaSettings kafka;
    private final KafkaConsumer<byte[], byte[]> consumer;

    /**
     * Connects lazily.
     *
     * @throws WeirException (UNAVAILABLE, SETTINGS) when the client cannot be made
     */
    public TopicReader(KafkaSettings kafka) {
        this.kafka = kafka;
        this.consumer = KafkaClients.make(
                kafka,
                "read from Kafka",
                () -> new KafkaConsumer<>(
                        kafka.reader(
                                "weir-cli",
                                "earliest",
                                Map.of(
                                        ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                                        (int) DEADLINE.toMillis(),
                                        // Nobody looks at the metrics of a command.
                                        ConsumerConfig.METRIC_REPORTER_CLASSES_CONFIG,
                                        "",
                                        ConsumerConfig.ENABLE_METRICS_PUSH_CONFIG,
                                        false)),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer()));
    }

    /**
     * Reads what is in the topics now, from the start to the end.
     *
     * @throws WeirException (UNAVAILABLE) when Kafka does not answer or a topic is missing
     */
    public void readAll(Collection<String> topics, Consumer<ConsumerRecord<byte[], byte[]>> sink) {
        try {
            List<TopicPartition> partitions = assign(topics);
            consumer.seekToBeginning(partitions);
            drain(consumer.endOffsets(partitions), sink);
        } catch (KafkaException e) {
            throw unavailable(topics, Refusal.explain(e, AclOperation.READ), e);
        }
    }

    /**
     * A part of one partition.
     *
     * @param first its first offset
     * @param end the offset behind its last one
     * @param isCut whether what was before is no longer kept
     */
    public record Range(TopicPartition partition, long first, long end, boolean isCut) {}

    /**
     * What a topic has between two moments, by the times of its records: a range of every partition.
     *
     * @param source only of the partition that has the records with this key; null for all
     * @throws WeirException (UNAVAILABLE) when Kafka does not answer or the topic is missing
     */
    public List<Range> ranges(String topic, Instant since, Instant until, @Nullable String source) {
        try {
            List<TopicPartition> all = partitions(List.of(topic));
            List<TopicPartition> partitions =
                    source == null ? all : List.of(all.get(Topics.partitionOf(source, all.size())));
            Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            Map<TopicPartition, Long> firsts = offsetsAt(since, ends);
            Map<TopicPartition, Long> lasts = offsetsAt(until, ends);
            return partitions.stream()
                    .map(each -> new Range(
                            each,
                            firsts.getOrDefault(each, 0L),
                            lasts.getOrDefault(each, 0L),
                            beginnings.getOrDefault(each, 0L) > 0
                                    && firsts.getOrDefault(each, 0L) <= beginnings.getOrDefault(each, 0L)))
                    .toList();
        } catch (KafkaException e) {
            throw unavailable(List.of(topic), Refusal.explain(e, AclOperation.READ), e);
        }
    }

    private Map<TopicPartition, Long> offsetsAt(Instant moment, Map<TopicPartition, Long> ends) {
        Map<TopicPartition, Long> offsets = new HashMap<>(ends);
        Map<TopicPartition, Long> times = new HashMap<>();
        // Nothing is before the first time that Kafka knows, which refuses to be asked for one.
        ends.keySet().forEach(each -> times.put(each, Math.max(0, moment.toEpochMilli())));
        consumer.offsetsForTimes(times).forEach((partition, found) -> {
            if (found != null) {
                offsets.put(partition, found.offset());
            }
        });
        return offsets;
    }

    /**
     * Reads a range from its first record to its last.
     *
     * @throws WeirException (UNAVAILABLE) when Kafka does not answer
     */
    public void read(Range range, Consumer<ConsumerRecord<byte[], byte[]>> sink) {
        try {
            consumer.assign(List.of(range.partition()));
            consumer.seek(range.partition(), range.first());
            drain(Map.of(range.partition(), range.end()), entry -> {
                if (entry.offset() < range.end()) {
                    sink.accept(entry);
                }
            });
        } catch (KafkaException e) {
            throw unavailable(List.of(range.partition().topic()), Refusal.explain(e, AclOperation.READ), e);
        }
    }

    /**
     * Reads a range in slices of so many records, the newest slice first and each from its first record on, so that what is new in a
     * long topic is found soon and little is held at a time.
     *
     * @param isEnough asked after each slice whether to leave the rest
     * @throws WeirException (UNAVAILABLE) when Kafka does not answer
     */
    public void readBackwards(
            Range range, int slice, Consumer<ConsumerRecord<byte[], byte[]>> sink, BooleanSupplier isEnough) {
        for (long end = range.end(); end > range.first() && !isEnough.getAsBoolean(); end -= slice) {
            read(new Range(range.partition(), Math.max(range.first(), end - slice), end, false), sink);
        }
    }

    private void drain(Map<TopicPartition, Long> ends, Consumer<ConsumerRecord<byte[], byte[]>> sink) {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (ends.entrySet().stream().anyMatch(each -> consumer.position(each.getKey()) < each.getValue())) {
            ConsumerRecords<byte[], byte[]> some = consumer.poll(POLL);
            some.forEach(sink);
            if (!some.isEmpty()) {
                deadline = System.nanoTime() + DEADLINE.toNanos();
            } else if (System.nanoTime() - deadline > 0) {
                Set<String> topics =
                        ends.keySet().stream().map(TopicPartition::topic).collect(Collectors.toSet());
                throw unavailable(topics, "no answer within " + DEADLINE.toSeconds() + " s", null);
            }
        }
    }

    /** From now on, {@link #poll} returns what is added to these topics, and what is in them before if asked for. */
    public void follow(Collection<String> topics, boolean fromBeginning) {
        try {
            List<TopicPartition> partitions = assign(topics);
            if (fromBeginning) {
                consumer.seekToBeginning(partitions);
            } else {
                consumer.seekToEnd(partitions);
            }
            // Seeks are lazy: asked for now, or what is written before the first poll would be missed.
            partitions.forEach(consumer::position);
        } catch (KafkaException e) {
            throw unavailable(topics, Refusal.explain(e, AclOperation.READ), e);
        }
    }

    /**
     * From now on, {@link #poll} returns what was added to these topics since a time, and what is added.
     *
     * @param since by the clocks of those who wrote it
     */
    public void followSince(Collection<String> topics, Instant since) {
        try {
            List<TopicPartition> partitions = assign(topics);
            consumer.seekToEnd(partitions);
            consumer.offsetsForTimes(
                            partitions.stream().collect(Collectors.toMap(each -> each, each -> since.toEpochMilli())))
                    .forEach((partition, at) -> {
                        if (at != null) {
                            consumer.seek(partition, at.offset());
                        }
                    });
            // As above.
            partitions.forEach(consumer::position);
        } catch (KafkaException e) {
            throw unavailable(topics, Refusal.explain(e, AclOperation.READ), e);
        }
    }

    /** What came within at most the given time. */
    public Iterable<ConsumerRecord<byte[], byte[]>> poll(Duration most) {
        return consumer.poll(most);
    }

    /** Makes a {@link #poll} under way throw {@code WakeupException}; the one method for other threads. */
    public void wakeUp() {
        consumer.wakeup();
    }

    private List<TopicPartition> assign(Collection<String> topics) {
        List<TopicPartition> partitions = partitions(topics);
        consumer.assign(partitions);
        return partitions;
    }

    /** In the order of their numbers. */
    private List<TopicPartition> partitions(Collection<String> topics) {
        List<TopicPartition> partitions = topics.stream()
                .flatMap(topic -> consumer.partitionsFor(topic).stream())
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .sorted(Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition))
                .collect(Collectors.toList());
        if (partitions.isEmpty()) {
            throw unavailable(topics, "there are no such topics; run `weir topics create`", null);
        }
        return partitions;
    }

    private WeirException unavailable(Collection<String> topics, String why, @Nullable Throwable cause) {
        return new WeirException(
                ExitCode.UNAVAILABLE,
                "read " + String.join(", ", topics) + " from Kafka at " + kafka.bootstrapServers() + ": " + why
                        + "; check that Kafka runs and that the address is right",
                cause);
    }

    @Override
    public void close() {
        // The fetch that waits for the next record would be waited for.
        consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
}
