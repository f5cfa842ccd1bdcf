package io.weir.agent.publish;

import io.micrometer.core.instrument.MeterRegistry;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.Status;
import io.weir.schemas.Topics;
import io.weir.schemas.UndecodableRecordException;
import io.weir.schemas.WireFormat;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.Loop;
import io.weir.service.MeteredConsumer;
import io.weir.service.Refusal;
import io.weir.service.Unresolved;
import io.weir.service.WeirException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out that another agent serves one of this agent's sources, by mistake or after a failover: that one holds a newer
 * epoch, so the aggregator ignores what this one sends. Every heartbeat of the other one says so, so nothing is missed by
 * starting late or while Kafka is away. The steps are confined to one thread.
 */
public final class RivalWatch implements Loop.Step {
    private static final Logger log = LoggerFactory.getLogger(RivalWatch.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final long RETRY_MILLIS = 1_000;
    private static final long OPEN_MILLIS = 5_000;

    /** A source of this agent. */
    public interface Claimant {
        /** The component whose status records claim epochs for the source. */
        String component();

        /** The random id of this life of the agent, as in its status records. */
        String instance();

        /** The epoch that is open; 0 while there is none. */
        long epoch();

        /** Another agent's newer epoch was seen. Called from the watching thread, perhaps more than once; must not block. */
        void superseded(Status by);
    }

    private final Map<String, Claimant> claimants = new HashMap<>();
    private final KafkaSettings kafka;
    private final MeterRegistry metrics;
    private final TopicPartition status;
    private volatile @Nullable Consumer<byte[], byte[]> consumer;
    private final RecordSerde<Status> serde;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile boolean isToRenew;
    private boolean failing;

    /** Watches the status topic for these sources, from its end. */
    public RivalWatch(
            KafkaSettings kafka, WireFormat format, List<? extends Claimant> claimants, MeterRegistry metrics) {
        claimants.forEach(each -> this.claimants.put(each.component(), each));
        this.kafka = kafka;
        this.metrics = metrics;
        this.serde = format.serde(Status.class);
        this.status =
                new TopicPartition(new Topics(kafka.topicPrefix()).status().name(), 0);
    }

    private Consumer<byte[], byte[]> consumer() {
        Consumer<byte[], byte[]> open = consumer;
        if (open == null) {
            // Not before: while the network is away the names of the brokers cannot be resolved.
            open = new MeteredConsumer(
                    kafka.consumer(Map.of(
                            ConsumerConfig.CLIENT_ID_CONFIG,
                            "weir-agent-rivals",
                            ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                            false,
                            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                            "latest",
                            ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                            false)),
                    metrics);
            open.assign(List.of(status));
            consumer = open;
        }
        return open;
    }

    @Override
    public void run() throws InterruptedException {
        try {
            if (isToRenew) {
                isToRenew = false;
                drop();
            }
            consumer().poll(POLL).forEach(this::look);
            failing = false;
        } catch (WakeupException e) {
            log.debug("Watching for other agents ends, or begins anew");
        } catch (KafkaException e) {
            if (consumer == null && !Unresolved.is(e)) {
                Throwable cause = e.getCause() == null ? e : e.getCause();
                throw new WeirException(
                        ExitCode.SETTINGS,
                        "open a consumer for topic " + status.topic() + ": " + cause.getMessage()
                                + "; check the kafka settings",
                        e);
            }
            // The aggregator ignores the older agent all the same, so this one need not stop for it.
            if (!failing) {
                log.warn(
                        "it cannot be seen whether another agent serves a source, tried again: cause={}",
                        Refusal.explain(e.getCause() == null ? e : e.getCause(), AclOperation.READ));
            }
            failing = true;
            stopping.await(consumer == null ? OPEN_MILLIS : RETRY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void look(ConsumerRecord<byte[], byte[]> entry) {
        Claimant claimant = entry.key() == null ? null : claimants.get(new String(entry.key(), StandardCharsets.UTF_8));
        if (claimant == null || entry.value() == null) {
            return;
        }
        try {
            Status seen = serde.decode(entry.value());
            long own = claimant.epoch();
            if (own > 0 && seen.getEpoch() > own && !seen.getInstance().equals(claimant.instance())) {
                claimant.superseded(seen);
            }
        } catch (UndecodableRecordException e) {
            // A newer Weir may have written it; the aggregator still ignores the older epoch.
            log.warn("a status record cannot be read: offset={} cause={}", entry.offset(), e.getMessage());
        }
    }

    /** Reads on with another consumer. In any thread. */
    public void renew() {
        isToRenew = true;
        wakeConsumer();
    }

    @Override
    public void wakeUp() {
        stopping.countDown();
        wakeConsumer();
    }

    private void wakeConsumer() {
        Consumer<byte[], byte[]> open = consumer;
        if (open != null) {
            open.wakeup();
        }
    }

    /** The next step opens another; how this one ends is of no interest to it. */
    private void drop() {
        try {
            finish();
        } catch (KafkaException e) {
            log.debug("a consumer that is replaced did not end well", e);
        } finally {
            consumer = null;
        }
    }

    @Override
    public void finish() {
        Consumer<byte[], byte[]> open = consumer;
        if (open != null) {
            open.close(CloseOptions.timeout(Duration.ofSeconds(1)));
        }
    }
}
