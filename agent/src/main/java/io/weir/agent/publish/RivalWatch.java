package io.weir.agent.publish;

import io.micrometer.core.instrument.MeterRegistry;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.Status;
import io.weir.schemas.Topics;
import io.weir.schemas.UndecodableRecordException;
import io.weir.schemas.WireFormat;
import io.weir.service.KafkaSettings;
import io.weir.service.Loop;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out that another agent serves one of this agent's sources, by mistake or after a failover: that one holds a newer
 * epoch, so the aggregator ignores what this one sends. Every heartbeat of the other one says so, so nothing is missed by
 * starting late or while Kafka is away. The steps are confined to one thread.
 */
public final class RivalWatch implements Loop.Step {
    private static final Logger log = LoggerFactory.getLogger(RivalWatch.class);

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
    private final PartitionFollower follower;
    private final RecordSerde<Status> serde;

    /** Watches the status topic for these sources, from its end. */
    public RivalWatch(
            KafkaSettings kafka, WireFormat format, List<? extends Claimant> claimants, MeterRegistry metrics) {
        claimants.forEach(each -> this.claimants.put(each.component(), each));
        this.serde = format.serde(Status.class);
        // The aggregator ignores the older agent all the same, so this one need not stop while it does not read.
        this.follower = new PartitionFollower(
                kafka,
                new PartitionFollower.Plan(
                        new TopicPartition(
                                new Topics(kafka.topicPrefix()).status().name(), 0),
                        "weir-agent-rivals",
                        "latest",
                        "it cannot be seen whether another agent serves a source"),
                metrics,
                this::look);
    }

    @Override
    public void run() throws InterruptedException {
        follower.run();
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
        follower.renew();
    }

    @Override
    public void wakeUp() {
        follower.wakeUp();
    }

    @Override
    public void finish() {
        follower.finish();
    }
}
