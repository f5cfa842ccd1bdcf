package io.weir.agent.publish;

import io.micrometer.core.instrument.MeterRegistry;
import io.weir.schemas.Desired;
import io.weir.schemas.Topics;
import io.weir.schemas.WireFormat;
import io.weir.service.KafkaSettings;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;

/**
 * Finds out while an agent runs that a replica was promoted in the place of one of its sources. An agent that only starts asks by
 * itself, see {@link EpochClaim}. The steps are confined to one thread.
 */
public final class PromotionWatch extends SourceFollower<PromotionWatch.Served, Desired> {
    /** A source of this agent. */
    public interface Served {
        /** Its name. */
        String source();

        /** A replica was promoted to be it, now or long ago. Called from the watching thread, perhaps more than once; must not block. */
        void promoted(Desired promotion);
    }

    /** Watches for these sources, from the beginning. */
    public PromotionWatch(
            KafkaSettings kafka, WireFormat format, List<? extends Served> served, MeterRegistry metrics) {
        // A record that cannot be read may be passed over, as the next epoch is not claimed before it can be.
        super(
                kafka,
                new PartitionFollower.Plan(
                        new TopicPartition(
                                new Topics(kafka.topicPrefix()).desired().name(), 0),
                        "weir-agent-desired",
                        "earliest",
                        "it cannot be seen whether a replica is promoted in the place of a source"),
                metrics,
                served.stream().collect(Collectors.toMap(Served::source, each -> each)),
                format.serde(Desired.class),
                "a promotion");
    }

    @Override
    void take(Served named, Desired desired) {
        if (desired.getPromotion() != null) {
            named.promoted(desired);
        }
    }
}
