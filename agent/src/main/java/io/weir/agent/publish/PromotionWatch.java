package io.weir.agent.publish;

import io.micrometer.core.instrument.MeterRegistry;
import io.weir.schemas.Desired;
import io.weir.schemas.RecordSerde;
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
 * Finds out while an agent runs that a replica was promoted in the place of one of its sources. An agent that only starts asks by
 * itself, see {@link EpochClaim}. The steps are confined to one thread.
 */
public final class PromotionWatch implements Loop.Step {
    private static final Logger log = LoggerFactory.getLogger(PromotionWatch.class);

    /** A source of this agent. */
    public interface Served {
        /** Its name. */
        String source();

        /** A replica was promoted to be it, now or long ago. Called from the watching thread, perhaps more than once; must not block. */
        void promoted(Desired promotion);
    }

    private final Map<String, Served> sources = new HashMap<>();
    private final RecordSerde<Desired> serde;
    private final PartitionFollower follower;

    /** Watches for these sources, from the beginning. */
    public PromotionWatch(
            KafkaSettings kafka, WireFormat format, List<? extends Served> served, MeterRegistry metrics) {
        served.forEach(each -> sources.put(each.source(), each));
        serde = format.serde(Desired.class);
        follower = new PartitionFollower(
                kafka,
                new PartitionFollower.Plan(
                        new TopicPartition(
                                new Topics(kafka.topicPrefix()).desired().name(), 0),
                        "weir-agent-desired",
                        "earliest",
                        "it cannot be seen whether a replica is promoted in the place of a source"),
                metrics,
                this::take);
    }

    @Override
    public void run() throws InterruptedException {
        follower.run();
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        Served named = record.key() == null ? null : sources.get(new String(record.key(), StandardCharsets.UTF_8));
        if (named == null || record.value() == null) {
            return;
        }
        try {
            Desired desired = serde.decode(record.value());
            if (desired.getPromotion() != null) {
                named.promoted(desired);
            }
        } catch (UndecodableRecordException e) {
            // The next epoch is not claimed before it can be read.
            log.warn("a promotion cannot be read: offset={} cause={}", record.offset(), e.getMessage());
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
