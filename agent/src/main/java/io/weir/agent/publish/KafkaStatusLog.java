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
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The status topic in Kafka, through one producer for all sources of an agent. */
public final class KafkaStatusLog implements StatusLog, Service {
    private static final Logger log = LoggerFactory.getLogger(KafkaStatusLog.class);
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);

    private final KafkaSettings kafka;
    private final String topic;
    private @Nullable Producer<String, Status> producer; // guarded by this
    private boolean closed; // guarded by this
    private @Nullable KafkaException failure; // guarded by this
    private long failedNanos; // guarded by this

    /** A log to the status topic; the connection is made at the start, or later when the brokers' names cannot be resolved
     * then. */
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
            producer();
        } catch (KafkaException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            if (Unresolved.is(e)) {
                log.warn(
                        "the brokers cannot be found, tried again with each record: servers={} cause={}",
                        kafka.bootstrapServers(),
                        cause.getMessage());
                return;
            }
            throw new WeirException(
                    ExitCode.SETTINGS,
                    "open a producer for topic " + topic + ": " + cause.getMessage() + "; check the kafka settings",
                    e);
        }
    }

    private synchronized Producer<String, Status> producer() {
        if (closed) {
            throw new IllegalStateException("the status log is closed");
        }
        Producer<String, Status> open = producer;
        if (open == null) {
            open = open();
            producer = open;
        }
        return open;
    }

    private synchronized Producer<String, Status> open() {
        KafkaException before = failure;
        if (before != null && System.nanoTime() - failedNanos < RETRY_NANOS) {
            throw before;
        }
        try {
            return new KafkaProducer<>(
                    kafka.producer(config()),
                    new StringSerializer(),
                    RecordSerde.of(Status.class).serializer());
        } catch (KafkaException e) {
            failure = e;
            failedNanos = System.nanoTime();
            throw e;
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
        try {
            Future<RecordMetadata> unused = producer()
                    .send(new ProducerRecord<>(topic, status.getComponent(), status), (metadata, failure) -> {
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
            Throwable cause = Unresolved.is(e) && e.getCause() != null ? e.getCause() : e;
            offset.completeExceptionally(cause);
        }
        return offset;
    }

    @Override
    public void close() {
        Producer<String, Status> open;
        synchronized (this) {
            closed = true;
            open = producer;
        }
        if (open != null) {
            open.close(CLOSE_PATIENCE);
        }
    }
}
