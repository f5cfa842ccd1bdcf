package io.weir.agent.publish;

import io.micrometer.core.instrument.MeterRegistry;
import io.weir.schemas.Status;
import io.weir.schemas.Topics;
import io.weir.schemas.WireFormat;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.RenewingProducer;
import io.weir.service.Service;
import io.weir.service.Unresolved;
import io.weir.service.WeirException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The status topic in Kafka, through one producer for all sources of an agent. */
public final class KafkaStatusLog implements StatusLog, Service {
    private static final Logger log = LoggerFactory.getLogger(KafkaStatusLog.class);
    private static final String CLIENT_ID = "weir-agent-status";
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);

    private final KafkaSettings kafka;
    private final String topic;
    private final RenewingProducer<String, Status> producer;

    /** A log to the status topic; the connection is made at the start, or later when the brokers' names cannot be resolved
     * then. */
    public KafkaStatusLog(KafkaSettings kafka, Topics topics, WireFormat format, MeterRegistry metrics) {
        this.kafka = kafka;
        this.topic = topics.status().name();
        this.producer = new RenewingProducer<>(
                CLIENT_ID,
                kafka.producer(config()),
                new StringSerializer(),
                format.serde(Status.class).serializer(),
                metrics);
    }

    @Override
    public String name() {
        return "agent-status-log";
    }

    @Override
    public void start() {
        try {
            producer.open();
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

    private static Map<String, Object> config() {
        Map<String, Object> config = new HashMap<>();
        config.put(ProducerConfig.CLIENT_ID_CONFIG, CLIENT_ID);
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
    public CompletableFuture<Long> append(String key, @Nullable Status status) {
        CompletableFuture<Long> offset = new CompletableFuture<>();
        producer.send(new ProducerRecord<>(topic, key, status), (metadata, failure) -> {
            if (failure == null) {
                offset.complete(metadata.offset());
            } else {
                Throwable cause = failure.getCause();
                offset.completeExceptionally(Unresolved.is(failure) && cause != null ? cause : failure);
            }
        });
        return offset;
    }

    /** Another producer from now on: an append that is under way fails. */
    public void renew(String reason) {
        producer.renew(reason);
    }

    @Override
    public void close() {
        producer.close(CLOSE_PATIENCE);
    }
}
