package io.weir.agent.publish;

import io.weir.service.ClockWatch;
import io.weir.service.KafkaSettings;
import io.weir.service.WakingConsumer;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/** Opens consumers that look at what a topic holds and join no group. */
final class PastReader {
    /** How long one poll waits. */
    static final Duration POLL = Duration.ofMillis(500);

    /** How long Kafka may give nothing. */
    static final Duration PATIENCE = Duration.ofSeconds(20);

    private PastReader() {}

    /** A consumer of raw records, with nothing assigned; for one thread, which closes it. What waits when the clock is set back fails. */
    static KafkaConsumer<byte[], byte[]> open(KafkaSettings kafka, ClockWatch clock, String clientId) {
        Map<String, Object> ours = Map.of(
                ConsumerConfig.CLIENT_ID_CONFIG,
                clientId,
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest",
                ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                false,
                ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                (int) PATIENCE.toMillis());
        return new WakingConsumer(kafka.consumer(ours), clock);
    }
}
