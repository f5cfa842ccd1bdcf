package io.weir.applier.consume;

import io.micrometer.core.instrument.MeterRegistry;
import io.weir.schemas.WireFormat;
import io.weir.service.KafkaSettings;
import io.weir.service.RenewingProducer;
import io.weir.service.Service;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * The outbox in front of a Kafka producer. A thread of its own calls the producer, because a producer blocks while Kafka is
 * away. Bounded: at 10,000 records that wait, further ones fail at once, and who needs them sends them again. So do those that a
 * producer could not bring through which is made anew, see {@link RenewingProducer}.
 */
public final class KafkaOutbox implements Outbox, Service {
    private static final int MAX_WAITING = 10_000;
    private static final Duration CLOSE = Duration.ofSeconds(5);

    private final RenewingProducer<byte[], byte[]> producer;
    private final Serializer<byte[]> framer;
    private final ThreadPoolExecutor sender;
    private final String name;

    /**
     * An outbox of an applier; the name is the thread's.
     *
     * @param framer puts records into the format of the topics, in the sending thread; what it throws is told. See {@link WireFormat#framer}
     * @param metrics takes the producer's
     */
    public KafkaOutbox(String name, KafkaSettings kafka, Serializer<byte[]> framer, MeterRegistry metrics) {
        this.name = name;
        this.framer = framer;
        producer = new RenewingProducer<>(
                name,
                kafka.producer(Map.of(
                        ProducerConfig.CLIENT_ID_CONFIG,
                        name,
                        ProducerConfig.ACKS_CONFIG,
                        "all",
                        ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                        true,
                        ProducerConfig.COMPRESSION_TYPE_CONFIG,
                        "lz4",
                        ProducerConfig.LINGER_MS_CONFIG,
                        0)),
                new ByteArraySerializer(),
                new ByteArraySerializer(),
                metrics);
        producer.open();
        sender = new ThreadPoolExecutor(
                1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MAX_WAITING), task -> new Thread(task, name));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void start() {
        sender.prestartAllCoreThreads();
    }

    @Override
    public void send(String topic, byte[] key, byte @Nullable [] value, Done done) {
        try {
            sender.execute(() -> sendNow(topic, key, value, done));
        } catch (RejectedExecutionException e) {
            done.done(e);
        }
    }

    private void sendNow(String topic, byte[] key, byte @Nullable [] value, Done done) {
        byte[] framed;
        try {
            framed = framer.serialize(topic, value);
        } catch (RuntimeException e) {
            // Whatever it is: who waits for the record must be told.
            done.done(e);
            return;
        }
        producer.send(new ProducerRecord<>(topic, key, framed), (metadata, failure) -> done.done(failure));
    }

    /** Waits a few seconds for what was sent; what is not acknowledged then is sent again after the next start. */
    @Override
    public void close() {
        sender.shutdown();
        try {
            if (!sender.awaitTermination(CLOSE.toMillis(), TimeUnit.MILLISECONDS)) {
                sender.shutdownNow();
            }
        } catch (InterruptedException e) {
            sender.shutdownNow();
            Thread.currentThread().interrupt();
        }
        producer.close(CLOSE);
    }
}
