package io.weir.cli;

import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.Refusal;
import io.weir.service.WeirException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads topics as they are, in no consumer group, so that nobody is disturbed. Used by one thread. */
public final class TopicReader implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    private final KafkaSettings kafka;
    private final KafkaConsumer<byte[], byte[]> consumer;

    /** Connects lazily. */
    public TopicReader(KafkaSettings kafka) {
        this.kafka = kafka;
        this.consumer = new KafkaConsumer<>(
                kafka.consumer(Map.of(
                        ConsumerConfig.CLIENT_ID_CONFIG,
                        "weir-cli",
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false,
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "earliest",
                        ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                        false,
                        ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                        (int) DEADLINE.toMillis(),
                        // Nobody looks at the metrics of a command.
                        ConsumerConfig.METRIC_REPORTER_CLASSES_CONFIG,
                        "",
                        ConsumerConfig.ENABLE_METRICS_PUSH_CONFIG,
                        false)),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
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
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            long deadline = System.nanoTime() + DEADLINE.toNanos();
            while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.getOrDefault(each, 0L))) {
                if (System.nanoTime() - deadline > 0) {
                    throw unavailable(topics, "no answer within " + DEADLINE.toSeconds() + " s", null);
                }
                consumer.poll(POLL).forEach(sink);
            }
        } catch (KafkaException e) {
            throw unavailable(topics, Refusal.explain(e, AclOperation.READ), e);
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

    /** What came within at most the given time. */
    public Iterable<ConsumerRecord<byte[], byte[]>> poll(Duration most) {
        return consumer.poll(most);
    }

    /** Makes a {@link #poll} under way throw {@code WakeupException}; the one method for other threads. */
    public void wakeUp() {
        consumer.wakeup();
    }

    private List<TopicPartition> assign(Collection<String> topics) {
        List<TopicPartition> partitions = topics.stream()
                .flatMap(topic -> consumer.partitionsFor(topic).stream())
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .collect(Collectors.toList());
        if (partitions.isEmpty()) {
            throw unavailable(topics, "there are no such topics; run `weir topics create`", null);
        }
        consumer.assign(partitions);
        return partitions;
    }

    private WeirException unavailable(
            Collection<String> topics, String why, @org.jspecify.annotations.Nullable Throwable cause) {
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
