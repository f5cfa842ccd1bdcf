package io.weir.agent.publish;

import io.micrometer.core.instrument.MeterRegistry;
import io.weir.schemas.Change;
import io.weir.schemas.Status;
import io.weir.schemas.Topics;
import io.weir.schemas.WireFormat;
import io.weir.service.ClockWatch;
import io.weir.service.ClusterWatch;
import io.weir.service.KafkaSettings;
import io.weir.service.MeteredProducer;
import io.weir.service.registry.RegistryUnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.StringSerializer;

/** The changes topic as a {@link ChangeLog}: one idempotent producer per epoch, all records keyed by the source. */
final class KafkaChangeLog implements ChangeLog {
    private final String topic;
    private final Producer<String, Change> producer;
    private final ClockWatch.Registration clock;

    /** A log to the topic; takes over the producer, which ends when the clock is set back. */
    KafkaChangeLog(String topic, Producer<String, Change> producer, ClockWatch clock) {
        this.topic = topic;
        this.producer = producer;
        this.clock = clock.onSetBack(() -> producer.close(Duration.ZERO));
    }

    /** Logs of a source on real Kafka. */
    static Factory factory(
            KafkaSettings kafka,
            Topics topics,
            WireFormat format,
            ClockWatch clock,
            String source,
            MeterRegistry metrics) {
        return new OfKafka(kafka, topics, format, clock, source, metrics);
    }

    private record OfKafka(
            KafkaSettings kafka,
            Topics topics,
            WireFormat format,
            ClockWatch clock,
            String source,
            MeterRegistry metrics)
            implements Factory {
        /** Of states too: they are told without the registry's ids, but an agent at work leaves nothing to be read by Weir alone. */
        @Override
        public void prepare() throws IOException {
            try {
                format.serde(Change.class).prepare(topics.changes().name());
                format.serde(Status.class).prepare(topics.status().name());
            } catch (RegistryUnavailableException e) {
                throw new IOException(e.getMessage(), e);
            }
        }

        @Override
        public ChangeLog open(long epoch) throws IOException {
            String topic = topics.changes().name();
            try {
                ClusterWatch<Change> watch =
                        new ClusterWatch<>(format.serde(Change.class).serializer());
                Producer<String, Change> producer = new MeteredProducer<>(
                        kafka.producer(config(source, epoch)), new StringSerializer(), watch, metrics);
                // The epoch ends, with all that is not acknowledged, and the next one has a new producer.
                watch.onChange(() -> producer.close(Duration.ZERO));
                return new KafkaChangeLog(topic, producer, clock);
            } catch (KafkaException e) {
                // The status log has the same settings, so this is Kafka's name that cannot be resolved now.
                Throwable cause = e.getCause() == null ? e : e.getCause();
                throw new IOException("open a producer for topic " + topic + ": " + cause.getMessage(), e);
            }
        }
    }

    private static Map<String, Object> config(String source, long epoch) {
        Map<String, Object> config = new HashMap<>();
        config.put(ProducerConfig.CLIENT_ID_CONFIG, "weir-agent-" + source + "-" + epoch);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        // An isolated change must not wait; under load batches form by themselves behind the requests in flight.
        config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        config.put(ProducerConfig.BATCH_SIZE_CONFIG, 128 * 1024);
        // Longer than a failover of brokers takes. When it is over, the paths are observed again under a new epoch.
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 30_000);
        config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 10_000);
        config.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 2_000);
        return config;
    }

    @Override
    public void send(Change change, Answer answer) throws InterruptedException {
        try {
            Future<RecordMetadata> unused = producer.send(
                    new ProducerRecord<>(topic, change.getSource(), change),
                    (metadata, failure) -> answer.answered(failure));
        } catch (InterruptException e) {
            // Kafka's exception sets the flag again; the checked one stands for it.
            Thread.interrupted();
            InterruptedException interrupted = new InterruptedException("interrupted while sending a change");
            interrupted.initCause(e);
            throw interrupted;
        } catch (KafkaException | IllegalStateException e) {
            answer.answered(e);
        }
    }

    @Override
    public void abandon() {
        clock.close();
        producer.close(Duration.ZERO);
    }
}
