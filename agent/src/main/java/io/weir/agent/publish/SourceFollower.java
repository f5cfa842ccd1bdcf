package io.weir.agent.publish;

import io.micrometer.core.instrument.MeterRegistry;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.UndecodableRecordException;
import io.weir.service.KafkaSettings;
import io.weir.service.Loop;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows a topic for the sources of an agent, each of which has a name that its records have as key. What cannot be read is told and
 * passed over. The steps are confined to one thread.
 *
 * @param <S> a source of this agent
 * @param <T> the records of the topic
 */
abstract class SourceFollower<S, T extends SpecificRecord> implements Loop.Step {
    private static final Logger log = LoggerFactory.getLogger(SourceFollower.class);

    private final Map<String, S> sources;
    private final RecordSerde<T> serde;
    private final String kind;
    private final PartitionFollower follower;

    /**
     * A follower.
     *
     * @param sources by their names in the topic
     * @param kind what a record is, for people
     */
    SourceFollower(
            KafkaSettings kafka,
            PartitionFollower.Plan plan,
            MeterRegistry metrics,
            Map<String, S> sources,
            RecordSerde<T> serde,
            String kind) {
        this.sources = sources;
        this.serde = serde;
        this.kind = kind;
        this.follower = new PartitionFollower(kafka, plan, metrics, this::look);
    }

    /** Takes a record of one of the sources. */
    abstract void take(S source, T record);

    final Collection<S> sources() {
        return sources.values();
    }

    @Override
    public void run() throws InterruptedException {
        follower.run();
    }

    private void look(ConsumerRecord<byte[], byte[]> record) {
        S source = source(record.key());
        if (source == null || record.value() == null) {
            return;
        }
        try {
            take(source, serde.decode(record.value()));
        } catch (UndecodableRecordException e) {
            log.warn("{} cannot be read: offset={} cause={}", kind, record.offset(), e.getMessage());
        }
    }

    private @Nullable S source(byte @Nullable [] key) {
        return key == null ? null : sources.get(new String(key, StandardCharsets.UTF_8));
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
