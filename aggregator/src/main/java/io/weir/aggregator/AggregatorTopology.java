package io.weir.aggregator;

import io.micrometer.core.instrument.MeterRegistry;
import io.weir.schemas.Batch;
import io.weir.schemas.Change;
import io.weir.schemas.DeadLetter;
import io.weir.schemas.Topics;
import io.weir.schemas.WireFormat;
import java.util.Map;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** The topology: changes in, one processor with its store of pending paths, batches and dead letters out. */
public final class AggregatorTopology {
    static final String CHANGES_SOURCE = "changes";
    static final String COALESCE = "coalesce";
    static final String BATCHES_SINK = "batches";
    static final String DEAD_LETTERS_SINK = "deadletters";
    static final String PENDING_STORE = "pending";
    static final String COMMIT_STORE = "commits";

    /** Small segments and eager compaction: a restore reads what is pending, not what was. */
    private static final Map<String, String> CHANGELOG = Map.of(
            TopicConfig.SEGMENT_BYTES_CONFIG, Integer.toString(4 * 1024 * 1024),
            TopicConfig.SEGMENT_MS_CONFIG, "60000",
            TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG, "0.01");

    private AggregatorTopology() {}

    /** Builds it; meters go to the registry as {@code weir.aggregator.*}. */
    public static Topology build(AggregatorSettings settings, Topics topics, MeterRegistry registry) {
        return build(settings, topics, WireFormat.builtIn(), new AggregatorMetrics(registry));
    }

    /** The format waits for its registry: a stream thread can put nothing aside. */
    static Topology build(AggregatorSettings settings, Topics topics, WireFormat format, AggregatorMetrics metrics) {
        Deserializer<Change> changes = format.serde(Change.class).deserializer();
        StoreBuilder<KeyValueStore<Bytes, byte[]>> pending = Stores.keyValueStoreBuilder(
                        Stores.inMemoryKeyValueStore(PENDING_STORE), Serdes.Bytes(), Serdes.ByteArray())
                .withCachingDisabled()
                .withLoggingEnabled(CHANGELOG);
        ByteArrayDeserializer bytes = new ByteArrayDeserializer();
        return new Topology()
                .addSource(CHANGES_SOURCE, bytes, bytes, topics.changes().name())
                .addProcessor(COALESCE, () -> new CoalesceProcessor(settings, metrics, changes), CHANGES_SOURCE)
                .addStateStore(pending, COALESCE)
                .addStateStore(new CommitMark.Builder(COMMIT_STORE), COALESCE)
                .addSink(
                        BATCHES_SINK,
                        topics.batches().name(),
                        new ByteArraySerializer(),
                        format.serde(Batch.class).serializer(),
                        COALESCE)
                .addSink(
                        DEAD_LETTERS_SINK,
                        topics.deadLetters().name(),
                        new ByteArraySerializer(),
                        format.serde(DeadLetter.class).serializer(),
                        COALESCE);
    }
}
