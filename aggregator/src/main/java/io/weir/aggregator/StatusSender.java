package io.weir.aggregator;

import io.micrometer.core.instrument.MeterRegistry;
import io.weir.schemas.Status;
import io.weir.schemas.WireFormat;
import io.weir.service.KafkaSettings;
import io.weir.service.Outage;
import io.weir.service.Refusal;
import io.weir.service.RenewingProducer;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends heartbeats to the status topic. One that cannot be sent is dropped, since a newer one follows.
 * Confined to one thread, but for {@link #renew}.
 */
final class StatusSender implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StatusSender.class);
    private static final String CLIENT_ID = "weir-aggregator-status";
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final String topic;
    private final RenewingProducer<String, Status> producer;
    private final Outage outage = new Outage();

    StatusSender(KafkaSettings kafka, WireFormat format, String topic, MeterRegistry metrics) {
        this.topic = topic;
        this.producer = new RenewingProducer<>(
                CLIENT_ID,
                kafka.producer(Map.of(
                        ProducerConfig.CLIENT_ID_CONFIG, CLIENT_ID,
                        ProducerConfig.ACKS_CONFIG, "all",
                        ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true,
                        ProducerConfig.LINGER_MS_CONFIG, 0,
                        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 10_000,
                        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000,
                        ProducerConfig.MAX_BLOCK_MS_CONFIG, 1_000)),
                new StringSerializer(),
                format.serde(Status.class).serializer(),
                metrics);
        producer.open();
    }

    void send(Status status) {
        producer.send(new ProducerRecord<>(topic, status.getComponent(), status), (metadata, failure) -> note(failure));
    }

    /** Another producer from now on; a heartbeat that is under way is dropped. In any thread. */
    void renew(String reason) {
        producer.renew(reason);
    }

    private void note(@Nullable Exception failure) {
        if (failure == null) {
            outage.end()
                    .ifPresent(lasted ->
                            LOG.info("Heartbeats are sent again: topic={} awaySeconds={}", topic, lasted.toSeconds()));
            return;
        }
        String cause = Refusal.explain(failure, AclOperation.WRITE);
        if (outage.isNews(cause)) {
            LOG.warn("Heartbeats cannot be sent, tried again with each: topic={} cause={}", topic, cause);
        }
    }

    /** Waits a moment for what was sent. */
    @Override
    public void close() {
        producer.close(CLOSE_TIMEOUT);
    }
}
