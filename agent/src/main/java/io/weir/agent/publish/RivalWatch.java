package io.weir.agent.publish;

import io.micrometer.core.instrument.MeterRegistry;
import io.weir.schemas.Status;
import io.weir.schemas.Topics;
import io.weir.schemas.WireFormat;
import io.weir.service.KafkaSettings;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;

/**
 * Finds out that another agent serves one of this agent's sources, by mistake or after a failover: that one holds a newer
 * epoch, so the aggregator ignores what this one sends. Every heartbeat of the other one says so, so nothing is missed by
 * starting late or while Kafka is away. The steps are confined to one thread.
 */
public final class RivalWatch extends SourceFollower<RivalWatch.Claimant, Status> {
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

    /** Watches the status topic for these sources, from its end. */
    public RivalWatch(
            KafkaSettings kafka, WireFormat format, List<? extends Claimant> claimants, MeterRegistry metrics) {
        // The aggregator ignores the older agent all the same, so this one need not stop while it does not read.
        // Nor for a record that cannot be read: a newer Weir may have written it.
        super(
                kafka,
                new PartitionFollower.Plan(
                        new TopicPartition(
                                new Topics(kafka.topicPrefix()).status().name(), 0),
                        "weir-agent-rivals",
                        "latest",
                        "it cannot be seen whether another agent serves a source"),
                metrics,
                claimants.stream().collect(Collectors.toMap(Claimant::component, each -> each)),
                format.serde(Status.class),
                "a status record");
    }

    @Override
    void take(Claimant claimant, Status seen) {
        long own = claimant.epoch();
        if (own > 0 && seen.getEpoch() > own && !seen.getInstance().equals(claimant.instance())) {
            claimant.superseded(seen);
        }
    }
}
