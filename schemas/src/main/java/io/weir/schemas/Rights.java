package io.weir.schemas;

import static org.apache.kafka.common.acl.AclOperation.ALTER_CONFIGS;
import static org.apache.kafka.common.acl.AclOperation.CREATE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE_CONFIGS;
import static org.apache.kafka.common.acl.AclOperation.READ;
import static org.apache.kafka.common.acl.AclOperation.WRITE;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourceType;

/**
 * What the Kafka user of each part of Weir must be allowed at least, on a cluster with an authorizer: with one of these less it
 * does not work. Kafka grants DESCRIBE with READ and with WRITE, and needs no right for an idempotent producer but WRITE. Pure.
 */
public final class Rights {
    private Rights() {}

    /**
     * Operations on one topic or group.
     *
     * @param pattern LITERAL, or PREFIXED for all names that begin so
     */
    public record Right(ResourceType resource, String name, PatternType pattern, Set<AclOperation> operations) {
        /** Copies the operations, in a fixed order. */
        public Right {
            operations = new TreeSet<>(operations);
        }
    }

    /**
     * Of agents: they publish changes and states, read what was published by the last life and by a rival, take commands, and publish
     * nothing before they know whether a replica was promoted in their place.
     */
    public static List<Right> agent(Topics topics) {
        return List.of(
                topic(topics.changes(), READ, WRITE),
                topic(topics.status(), READ, WRITE),
                topic(topics.commands(), READ),
                topic(topics.desired(), READ));
    }

    /** Of aggregators: all that begins with their application's id is Kafka Streams' own. */
    public static List<Right> aggregator(Topics topics) {
        return List.of(
                topic(topics.changes(), READ),
                topic(topics.batches(), WRITE),
                topic(topics.deadLetters(), WRITE),
                topic(topics.status(), WRITE),
                new Right(
                        ResourceType.TOPIC,
                        topics.aggregatorId() + "-",
                        PatternType.PREFIXED,
                        Set.of(CREATE, READ, WRITE)),
                group(topics.aggregatorId()));
    }

    /** Of the applier of a replica. */
    public static List<Right> applier(Topics topics, String replica) {
        return List.of(
                topic(topics.batches(), READ),
                topic(topics.commands(), READ),
                topic(topics.desired(), READ),
                topic(topics.deadLetters(), READ, WRITE),
                topic(topics.results(), WRITE),
                topic(topics.status(), WRITE),
                group(topics.group(replica)),
                group(topics.commandGroup(replica)));
    }

    /**
     * Of a person who asks and commands: status, history, explain, tail, dead letters, approve, discard, baseline, verify,
     * replay, checkpoint, pause, promote.
     */
    public static List<Right> operator(Topics topics) {
        return List.of(
                topic(topics.changes(), READ),
                topic(topics.batches(), READ),
                topic(topics.results(), READ),
                topic(topics.deadLetters(), READ),
                topic(topics.status(), READ, WRITE),
                topic(topics.commands(), READ, WRITE),
                topic(topics.desired(), READ, WRITE));
    }

    /** Of {@code weir topics create} and {@code check}. */
    public static List<Right> setup(Topics topics) {
        return topics.all().stream()
                .map(topic -> topic(topic, CREATE, DESCRIBE_CONFIGS, ALTER_CONFIGS, AclOperation.DESCRIBE))
                .toList();
    }

    private static Right topic(Topics.Topic topic, AclOperation... operations) {
        return new Right(ResourceType.TOPIC, topic.name(), PatternType.LITERAL, Set.of(operations));
    }

    private static Right group(String name) {
        return new Right(ResourceType.GROUP, name, PatternType.LITERAL, Set.of(READ));
    }
}
