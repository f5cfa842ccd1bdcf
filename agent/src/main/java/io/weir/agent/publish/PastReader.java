package io.weir.agent.publish;

import io.weir.service.ClockWatch;
import io.weir.service.KafkaSettings;
import io.weir.service.WakingConsumer;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** Reads what a topic holds, up to where it ended when that was asked, by a consumer in no group. Confined to one thread. */
final class PastReader {
    /** How long one poll waits. */
    private static final Duration POLL = Duration.ofMillis(500);

    /** How long Kafka may give nothing. */
    static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Consumer<byte[], byte[]> consumer;
    private final Map<TopicPartition, Long> end;
    private final Duration patience;
    private final String purpose;
    private long least;
    private long progressAtNanos = System.nanoTime();

    /**
     * A reader that begins where the consumer stands.
     *
     * @param end the first offset of each partition that need not be read
     * @param patience how long Kafka may give nothing
     * @param purpose what is done by reading, for people
     */
    PastReader(Consumer<byte[], byte[]> consumer, Map<TopicPartition, Long> end, Duration patience, String purpose) {
        this.consumer = consumer;
        this.end = end;
        this.patience = patience;
        this.purpose = purpose;
        this.least = left();
    }

    /** A consumer of raw records, with nothing assigned; for one thread, which closes it. What waits when the clock is set back fails. */
    static KafkaConsumer<byte[], byte[]> open(KafkaSettings kafka, ClockWatch clock, String clientId) {
        return new WakingConsumer(
                kafka.reader(clientId, "earliest", Map.of(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int)
                        PATIENCE.toMillis())),
                clock);
    }

    /** Whether there is more before the end. */
    boolean hasMore() {
        return left() > 0;
    }

    /**
     * The next records, perhaps none yet; the last ones may be of behind the end.
     *
     * @throws IOException when nothing came for longer than the patience: a partition has no leader, or the topic was made again
     */
    ConsumerRecords<byte[], byte[]> poll() throws IOException {
        long left = left();
        if (left < least) {
            least = left;
            progressAtNanos = System.nanoTime();
        } else if (System.nanoTime() - progressAtNanos > TimeUnit.NANOSECONDS.convert(patience)) {
            throw new IOException(purpose + ": no record within " + patience);
        }
        return consumer.poll(POLL);
    }

    private long left() {
        return end.entrySet().stream()
                .mapToLong(each -> Math.max(0, each.getValue() - consumer.position(each.getKey())))
                .sum();
    }
}
