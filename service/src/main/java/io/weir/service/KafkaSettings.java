package io.weir.service;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * How to reach Kafka, with everything a user wants to hand to its clients as it is. Immutable.
 *
 * @param bootstrapServers hosts with ports, comma separated
 * @param topicPrefix the prefix of all topic names and consumer groups
 * @param common for every client, such as {@code security.protocol}
 * @param producer for producers only; wins over common, as do the following
 * @param consumer for consumers only
 * @param streams for the aggregator's streams only
 * @param admin for administration only
 * @param registry the schema registry of the records; empty when there is none
 */
public record KafkaSettings(
        String bootstrapServers,
        String topicPrefix,
        Map<String, String> common,
        Map<String, String> producer,
        Map<String, String> consumer,
        Map<String, String> streams,
        Map<String, String> admin,
        Optional<RegistrySettings> registry) {

    /** Where Kafka is. */
    public static final Setting<String> BOOTSTRAP_SERVERS = Setting.requiredText(
            "kafka.bootstrap.servers", "Kafka brokers to begin with: hosts with ports, comma separated.");

    /** The prefix of topics. */
    public static final Setting<String> TOPIC_PREFIX = Setting.text(
                    "topics.prefix",
                    "weir",
                    "Prefix of all topics and consumer groups. Two deployments on one Kafka need two prefixes.")
            .check(Names::isName, Names.RULE);

    /** Raw settings of producers. */
    public static final Setting<Map<String, String>> PRODUCER =
            Setting.map("kafka.producer", "Raw settings of Kafka producers, such as `compression.type: zstd`.");

    /** Raw settings of consumers. */
    public static final Setting<Map<String, String>> CONSUMER =
            Setting.map("kafka.consumer", "Raw settings of Kafka consumers.");

    /** Raw settings of Kafka Streams. */
    public static final Setting<Map<String, String>> STREAMS =
            Setting.map("kafka.streams", "Raw settings of Kafka Streams in the aggregator.");

    /** Raw settings of admin clients. */
    public static final Setting<Map<String, String>> ADMIN =
            Setting.map("kafka.admin", "Raw settings of Kafka admin clients.");

    /** Raw settings of all clients. */
    public static final Setting<Map<String, String>> COMMON = Setting.map(
            "kafka",
            "Raw settings of every Kafka client, such as `security.protocol: SASL_SSL`. "
                    + "Keys that Weir's promises rest on are refused.");

    /** All settings of this record, for the reference. */
    public static final List<Setting<?>> SETTINGS =
            List.of(BOOTSTRAP_SERVERS, TOPIC_PREFIX, COMMON, PRODUCER, CONSUMER, STREAMS, ADMIN);

    /** What breaks a promise when it is changed: what is written, who reads it, and when an offset moves. */
    private static final Set<String> OWNED = Set.of(
            ProducerConfig.ACKS_CONFIG,
            ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
            ProducerConfig.TRANSACTIONAL_ID_CONFIG,
            ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION,
            ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
            ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
            ProducerConfig.PARTITIONER_CLASS_CONFIG,
            ProducerConfig.PARTITIONER_IGNORE_KEYS_CONFIG,
            ConsumerConfig.GROUP_ID_CONFIG,
            ConsumerConfig.GROUP_INSTANCE_ID_CONFIG,
            ConsumerConfig.GROUP_PROTOCOL_CONFIG,
            ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
            ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
            ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
            ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG,
            "application.id",
            "processing.guarantee",
            "default.key.serde",
            "default.value.serde",
            "deserialization.exception.handler",
            "processing.exception.handler",
            "production.exception.handler");

    /** Copies the maps. */
    public KafkaSettings {
        common = Map.copyOf(common);
        producer = Map.copyOf(producer);
        consumer = Map.copyOf(consumer);
        streams = Map.copyOf(streams);
        admin = Map.copyOf(admin);
    }

    /** Kafka without a schema registry. */
    public KafkaSettings(
            String bootstrapServers,
            String topicPrefix,
            Map<String, String> common,
            Map<String, String> producer,
            Map<String, String> consumer,
            Map<String, String> streams,
            Map<String, String> admin) {
        this(bootstrapServers, topicPrefix, common, producer, consumer, streams, admin, Optional.empty());
    }

    /** Kafka at an address, with nothing else to say about it. */
    public static KafkaSettings of(String bootstrapServers, String topicPrefix) {
        return new KafkaSettings(bootstrapServers, topicPrefix, Map.of(), Map.of(), Map.of(), Map.of(), Map.of());
    }

    /** The same with other brokers to begin with. */
    public KafkaSettings at(String otherServers) {
        return new KafkaSettings(otherServers, topicPrefix, common, producer, consumer, streams, admin, registry);
    }

    /** The same with more raw settings of every client. */
    public KafkaSettings adding(Map<String, String> moreCommon) {
        Map<String, String> all = new HashMap<>(common);
        all.putAll(moreCommon);
        return new KafkaSettings(bootstrapServers, topicPrefix, all, producer, consumer, streams, admin, registry);
    }

    /** The same with a schema registry, or without one. */
    public KafkaSettings with(Optional<RegistrySettings> otherRegistry) {
        return new KafkaSettings(
                bootstrapServers, topicPrefix, common, producer, consumer, streams, admin, otherRegistry);
    }

    /** Reads the sections {@code kafka}, {@code topics} and {@code schema} of the root; keys that Weir owns become problems. */
    public static KafkaSettings read(SettingsNode root) {
        // The narrower maps first: what they take is no part of the common one.
        String servers = root.get(BOOTSTRAP_SERVERS);
        Map<String, String> producer = root.get(PRODUCER);
        Map<String, String> consumer = root.get(CONSUMER);
        Map<String, String> streams = root.get(STREAMS);
        Map<String, String> admin = root.get(ADMIN);
        Map<String, String> common = root.get(COMMON);
        refuse(root, "kafka.", common.keySet(), KafkaSettings::clientKeys);
        refuse(root, "kafka.producer.", producer.keySet(), ProducerConfig::configNames);
        refuse(root, "kafka.consumer.", consumer.keySet(), ConsumerConfig::configNames);
        refuse(root, "kafka.streams.", streams.keySet(), streams::keySet);
        refuse(root, "kafka.admin.", admin.keySet(), AdminClientConfig::configNames);
        KafkaFiles files = new KafkaFiles(root, common);
        files.check("kafka.", Map.of());
        files.check("kafka.producer.", producer);
        files.check("kafka.consumer.", consumer);
        files.check("kafka.streams.", streams);
        files.check("kafka.admin.", admin);
        String prefix = root.get(TOPIC_PREFIX);
        Optional<RegistrySettings> registry = RegistrySettings.read(root);
        return new KafkaSettings(servers, prefix, common, producer, consumer, streams, admin, registry);
    }

    private static Set<String> clientKeys() {
        Set<String> known = new TreeSet<>(ProducerConfig.configNames());
        known.addAll(ConsumerConfig.configNames());
        known.addAll(AdminClientConfig.configNames());
        return known;
    }

    /** Asks for what is known only when there is something to look up: it takes Kafka long to say. */
    private static void refuse(
            SettingsNode root, String prefix, Collection<String> keys, Supplier<? extends Collection<String>> known) {
        for (String key : keys) {
            if (OWNED.contains(key)) {
                root.problem(prefix + key, "is Weir's own, because its promises rest on it; remove it");
            } else if (key.equals(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG)) {
                root.problem(prefix + key, "all clients use one Kafka; set kafka.bootstrap.servers only");
            } else if (!known.get().contains(key)) {
                // Plug-ins have keys of their own, so only what looks like a typing mistake is refused.
                Problems.nearest(key, known.get())
                        .ifPresent(near -> root.problem(
                                prefix + key, "is not a setting of this Kafka client; did you mean " + near + "?"));
            }
        }
    }

    /** Settings of a producer: ours, over them the common ones, over them those of producers. */
    public Map<String, Object> producer(Map<String, Object> ours) {
        return merged(ours, producer);
    }

    /** Settings of a consumer, in the same order. */
    public Map<String, Object> consumer(Map<String, Object> ours) {
        return merged(ours, consumer);
    }

    /**
     * Settings of a consumer in no group, which commits nothing and makes no topics.
     *
     * @param from where it begins without an offset: {@code earliest} or {@code latest}
     * @param more further ones of ours
     */
    public Map<String, Object> reader(String clientId, String from, Map<String, Object> more) {
        Map<String, Object> ours = new HashMap<>(more);
        ours.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId);
        ours.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        ours.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, from);
        ours.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        return consumer(ours);
    }

    /** Settings of Kafka Streams, in the same order. */
    public Map<String, Object> streams(Map<String, Object> ours) {
        return merged(ours, streams);
    }

    /** Settings of an admin client, in the same order. */
    public Map<String, Object> admin(Map<String, Object> ours) {
        return merged(ours, admin);
    }

    private Map<String, Object> merged(Map<String, Object> ours, Map<String, String> theirs) {
        Map<String, Object> merged = new HashMap<>(ours);
        merged.putAll(common);
        merged.putAll(theirs);
        for (String owned : OWNED) {
            // Also when this record was made by a program and not read from a file.
            merged.remove(owned);
            if (ours.containsKey(owned)) {
                merged.put(owned, ours.get(owned));
            }
        }
        merged.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        return merged;
    }

    /** Names the servers only: the raw settings may hold passwords. */
    @Override
    public String toString() {
        return "KafkaSettings[" + bootstrapServers + ", prefix " + topicPrefix + "]";
    }
}
