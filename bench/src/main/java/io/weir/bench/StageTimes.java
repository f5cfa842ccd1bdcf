package io.weir.bench;

import io.weir.schemas.Batch;
import io.weir.schemas.Change;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.Result;
import io.weir.schemas.Topics;
import io.weir.service.KafkaSettings;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Where the time of a run went, from the times in the topics: all stages of {@code weir up} share one clock. */
final class StageTimes {
    private static final Duration POLL = Duration.ofMillis(200);

    private final KafkaSettings kafka;
    private final Topics topics;

    StageTimes(KafkaSettings kafka) {
        this.kafka = kafka;
        this.topics = new Topics(kafka.topicPrefix());
    }

    /** Prints the stages of all that was captured since then. */
    void print(PrintStream out, Instant since) {
        out.println("  capture to observed and sent:     "
                + read(
                        topics.changes(),
                        Change.class,
                        since,
                        (change, sentAt) -> Duration.between(change.getCapturedAt(), sentAt)));
        out.println("  capture to batch:                 "
                + read(
                        topics.batches(),
                        Batch.class,
                        since,
                        (batch, sentAt) -> Duration.between(batch.getCapturedAt(), batch.getCreatedAt())));
        out.println("  capture to start of reconcile:    "
                + read(
                        topics.results(),
                        Result.class,
                        since,
                        (result, sentAt) -> Duration.between(result.getCapturedAt(), result.getStartedAt())));
        out.println("  reconcile (rsync), whole:         "
                + read(
                        topics.results(),
                        Result.class,
                        since,
                        (result, sentAt) -> Duration.between(result.getStartedAt(), result.getFinishedAt())));
    }

    private <T extends SpecificRecord> Percentiles read(
            Topics.Topic topic, Class<T> type, Instant since, BiFunction<T, Instant, Duration> time) {
        RecordSerde<T> serde = RecordSerde.of(type);
        List<Long> nanos = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                kafka.consumer(Map.of(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false)),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic.name()).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.getOrDefault(each, 0L))) {
                for (ConsumerRecord<byte[], byte[]> entry : consumer.poll(POLL)) {
                    Instant sentAt = Instant.ofEpochMilli(entry.timestamp());
                    if (!sentAt.isBefore(since)) {
                        nanos.add(Math.max(
                                0,
                                time.apply(serde.decode(entry.value()), sentAt).toNanos()));
                    }
                }
            }
        }
        return new Percentiles(nanos.stream().mapToLong(Long::longValue).toArray());
    }
}
