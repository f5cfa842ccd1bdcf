package io.weir.schemas;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.config.TopicConfig;

/**
 * The topic catalogue: every topic of one Weir deployment with its partitions and configuration. Immutable.
 *
 * <p>Topics are created by {@code weir topics create} and by the embedded mode, never by auto-creation.
 */
public final class Topics {
    /** The default prefix of all topic names and consumer groups. */
    public static final String DEFAULT_PREFIX = "weir";

    /** Partitions of the topics keyed by source; fixed at creation, since a source must never change its partition. */
    public static final int SOURCE_PARTITIONS = 6;

    private static final Duration HISTORY = Duration.ofDays(30);
    private static final Duration HEARTBEATS = Duration.ofMinutes(10);

    /** A value of {@code message.timestamp.after.max.ms} that refuses no record for what its sender's clock says. */
    public static final String ANY_TIME = Long.toString(Long.MAX_VALUE);

    private final String prefix;

    /** The catalogue below a prefix such as {@value #DEFAULT_PREFIX}. */
    public Topics(String prefix) {
        this.prefix = prefix;
    }

    /**
     * One topic as it is to be created.
     *
     * @param name the full name
     * @param partitions how many
     * @param config topic configuration to be set at creation; what is not named is the broker's default
     */
    public record Topic(String name, int partitions, Map<String, String> config) {}

    /** What was observed, keyed by source: the history. */
    public Topic changes() {
        return kept("changes", SOURCE_PARTITIONS, HISTORY);
    }

    /** Coalesced work, keyed by source, read by every replica. */
    public Topic batches() {
        return kept("batches", SOURCE_PARTITIONS, HISTORY);
    }

    /** What each replica did with each batch, keyed by source and replica. */
    public Topic results() {
        return kept("results", SOURCE_PARTITIONS, HISTORY);
    }

    /** Failed and held paths, keyed by source, replica and path. */
    public Topic deadLetters() {
        return compacted("deadletters", SOURCE_PARTITIONS);
    }

    /**
     * Heartbeats, positions and claims of epochs, see {@link StatusKey}. One partition, so that its offsets order all claims.
     *
     * <p>Two agents of one source share the key of heartbeats, and one that comes back learns from them that the other one
     * holds a newer epoch: they stay for as long as it can take to read on. Not much longer, since whoever asks for the state of
     * things reads them all; Kafka compacts only segments that are closed (KIP-58), so twice as long at most.
     */
    public Topic status() {
        Topic status = compacted("status", 1);
        Map<String, String> config = new HashMap<>(status.config());
        config.put(TopicConfig.MIN_COMPACTION_LAG_MS_CONFIG, Long.toString(HEARTBEATS.toMillis()));
        config.put(TopicConfig.SEGMENT_MS_CONFIG, Long.toString(HEARTBEATS.toMillis()));
        // Heartbeats come alone and are not smaller compressed, but who asks for them would have to load a codec first.
        config.put(TopicConfig.COMPRESSION_TYPE_CONFIG, "uncompressed");
        return new Topic(status.name(), status.partitions(), Map.copyOf(config));
    }

    /** Wanted state that outlives restarts, keyed by replica or source. */
    public Topic desired() {
        return compacted("desired", 1);
    }

    /** One-shot commands, keyed by replica or source. */
    public Topic commands() {
        return kept("commands", 1, Duration.ofDays(7));
    }

    /** All topics, in the direction of the data. */
    public List<Topic> all() {
        return List.of(changes(), batches(), results(), deadLetters(), status(), desired(), commands());
    }

    /** Where records with a source's name as key lie: Kafka's own partitioner, the only one that Weir uses, puts them there. */
    public static int partitionOf(String source, int partitions) {
        return BuiltInPartitioner.partitionForKey(source.getBytes(StandardCharsets.UTF_8), partitions);
    }

    /** The consumer group of a replica. */
    public String group(String replica) {
        return prefix + "." + replica;
    }

    /** The group in which a replica keeps its place among the commands. A slash is in no replica's name, so it is no replica's. */
    public String commandGroup(String replica) {
        return group(replica) + "/commands";
    }

    /** The application id of the aggregator: its consumer group, and the prefix of its changelog topics. */
    public String aggregatorId() {
        return prefix + ".aggregator";
    }

    private Topic kept(String name, int partitions, Duration retention) {
        return topic(
                name,
                partitions,
                TopicConfig.CLEANUP_POLICY_CONFIG,
                TopicConfig.CLEANUP_POLICY_DELETE,
                TopicConfig.RETENTION_MS_CONFIG,
                Long.toString(retention.toMillis()));
    }

    private Topic compacted(String name, int partitions) {
        return topic(
                name,
                partitions,
                TopicConfig.CLEANUP_POLICY_CONFIG,
                TopicConfig.CLEANUP_POLICY_COMPACT,
                TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG,
                "0.1");
    }

    private Topic topic(String name, int partitions, String key1, String value1, String key2, String value2) {
        return new Topic(
                prefix + "." + name,
                partitions,
                Map.of(
                        key1,
                        value1,
                        key2,
                        value2,
                        // By default, since KIP-937, records of a host whose clock is an hour ahead of the broker's are
                        // refused.
                        TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG,
                        ANY_TIME));
    }
}
