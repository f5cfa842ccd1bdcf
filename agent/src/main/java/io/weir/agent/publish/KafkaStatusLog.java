package io.weir.agent.publish;

import io.weir.schemas.RecordSerde;
import io.weir.schemas.Status;
import io.weir.schemas.Topics;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.Service;
import io.weir.service.WeirException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** The status topic in Kafka, through one producer for all sources of an agent. */
public final class KafkaStatusLog implements StatusLog, Service {
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);

    private final KafkaSettings kafka;
    private final String topic;
    private volatile @Nullable Producer<String, Status> producer;

    /** A log to the status topic; the connection is made at the start. */
    public KafkaStatusLog(KafkaSettings kafka, Topics topics) {
        this.kafka = kafka;
        this.topic = topics.status().name();
    }

    @Override
    public String name() {
        return "agent-status-log";
    }

    @Override
    public void start() {
        try {
            producer = new KafkaProducer<>(
                    kafka.producer(config()),
                    new StringSerializer(),
                    RecordSerde.of(Status.class).serializer());
        } catch (KafkaException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new WeirException(
                    ExitCode.SETTINGS,
                    "open a producer for topic " + topic + ": " + cause.getMessage() + "; check the kafka settings",
                    e);
        }
    }

    private static Map<String, Object> config() {
        Map<String, Object> config = new HashMap<>();
        config.put(ProducerConfig.CLIENT_ID_CONFIG, "weir-agent-status");
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 10_000);
        config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
        // What is sent here is tried again anyway, and a stop waits for it.
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 2_000);
        config.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 2_000);
        return config;
    }

    @Override
    public CompletableFuture<Long> append(Status status) {
        CompletableFuture<Long> offset = new CompletableFuture<>();
        Producer<String, Status> open = producer;
        if (open == null) {
            offset.completeExceptionally(new IllegalStateException("the status log is not open"));
            return offset;
        }
        try {
            Future<RecordMetadata> unused =
                    open.send(new ProducerRecord<>(topic, status.getComponent(), status), (metadata, failure) -> {
                        if (failure == null) {
                            offset.complete(metadata.offset());
                        } else {
                            offset.completeExceptionally(failure);
                        }
                    });
        } catch (InterruptException e) {
            // The interrupt flag is set again by then: the caller's next wait sees it.
            offset.completeExceptionally(e);
        } catch (KafkaException | IllegalStateException e) {
            offset.completeExceptionally(e);
        }
        return offset;
    }

    @Override
    public void close() {
        Producer<String, Status> open = producer;
        if (open != null) {
            open.close(CLOSE_PATIENCE);
        }
    }
}
