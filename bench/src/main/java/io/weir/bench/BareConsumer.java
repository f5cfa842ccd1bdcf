package io.weir.bench;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads the status topic and prints nothing: the least that any answer from Kafka costs a JVM. For `bench/startup`. */
public final class BareConsumer {
    private static final TopicPartition STATUS = new TopicPartition("weir.status", 0);

    private BareConsumer() {}

    /** Takes the bootstrap servers. */
    public static void main(String[] args) {
        Map<String, Object> settings = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                args[0],
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                ConsumerConfig.METRIC_REPORTER_CLASSES_CONFIG,
                "",
                ConsumerConfig.ENABLE_METRICS_PUSH_CONFIG,
                false);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(STATUS));
            consumer.seekToBeginning(List.of(STATUS));
            long end = consumer.endOffsets(List.of(STATUS)).getOrDefault(STATUS, 0L);
            while (consumer.position(STATUS) < end) {
                consumer.poll(Duration.ofMillis(200));
            }
            consumer.close(CloseOptions.timeout(Duration.ZERO));
        }
        System.exit(0);
    }
}
