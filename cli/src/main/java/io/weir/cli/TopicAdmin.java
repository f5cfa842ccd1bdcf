package io.weir.cli;

import io.weir.schemas.Topics;
import io.weir.schemas.Topics.Topic;
import io.weir.service.ExitCode;
import io.weir.service.KafkaClients;
import io.weir.service.KafkaSettings;
import io.weir.service.WeirException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;

/** Creates and checks the topics of the catalogue. Used by one thread. */
public final class TopicAdmin implements AutoCloseable {
    /** With this many replicas of a partition, two of them must have a record before it is acknowledged. */
    private static final int SAFE_REPLICAS = 3;

    private static final List<AlterConfigOp> TWO_ACKNOWLEDGE = List.of(
            new AlterConfigOp(new ConfigEntry(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, "2"), AlterConfigOp.OpType.SET));

    private final KafkaAnswers answers;
    private final Topics topics;
    private final Admin admin;

    /**
     * Connects lazily.
     *
     * @throws WeirException (UNAVAILABLE, SETTINGS) when the client cannot be made
     */
    public TopicAdmin(KafkaSettings kafka) {
        this.answers = new KafkaAnswers(
                "Kafka " + kafka.bootstrapServers(), "check that Kafka runs and that the address is right");
        this.topics = new Topics(kafka.topicPrefix());
        this.admin = KafkaClients.make(
                kafka,
                "ask Kafka for its topics",
                () -> Admin.create(kafka.admin(Map.of(
                        AdminClientConfig.CLIENT_ID_CONFIG, "weir-topics",
                        AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000,
                        AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 20_000))));
    }

    /**
     * Creates the topics that are missing, with the broker's default number of replicas; never changes one that is there.
     *
     * @return the names of the created ones, in the order of the catalogue
     * @throws WeirException (UNAVAILABLE) when Kafka cannot be asked
     */
    public List<String> create() {
        Set<String> present = existing();
        List<NewTopic> missing = topics.all().stream()
                .filter(topic -> !present.contains(topic.name()))
                .map(topic -> new NewTopic(topic.name(), Optional.of(topic.partitions()), Optional.empty())
                        .configs(topic.config()))
                .toList();
        if (missing.isEmpty()) {
            return List.of();
        }
        CreateTopicsResult result = admin.createTopics(missing);
        List<String> created = new ArrayList<>();
        Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
        for (NewTopic topic : missing) {
            if (isCreated(topic.name(), result)) {
                created.add(topic.name());
                // The number of replicas is the broker's to choose, so it is known only now.
                if (answers.get(
                                "create topic " + topic.name(),
                                AclOperation.CREATE,
                                result.replicationFactor(topic.name()))
                        >= SAFE_REPLICAS) {
                    changes.put(new ConfigResource(ConfigResource.Type.TOPIC, topic.name()), TWO_ACKNOWLEDGE);
                }
            }
        }
        if (!changes.isEmpty()) {
            answers.get(
                    "set min.insync.replicas",
                    AclOperation.ALTER_CONFIGS,
                    admin.incrementalAlterConfigs(changes).all());
        }
        awaitVisible(missing.stream().map(NewTopic::name).toList());
        return created;
    }

    private boolean isCreated(String topic, CreateTopicsResult result) {
        try {
            answers.get(
                    "create topic " + topic,
                    AclOperation.CREATE,
                    result.values().getOrDefault(topic, KafkaFuture.completedFuture(null)));
            return true;
        } catch (WeirException e) {
            if (e.getCause() instanceof ExecutionException cause && cause.getCause() instanceof TopicExistsException) {
                // Another process was quicker.
                return false;
            }
            throw e;
        }
    }

    /** The controller has made the topics; brokers hear of it a moment later, and clients would stumble until then. */
    private void awaitVisible(List<String> names) {
        long deadline = System.nanoTime() + KafkaAnswers.TIMEOUT.toNanos();
        CountDownLatch pause = new CountDownLatch(1);
        while (!existing().containsAll(names) && System.nanoTime() - deadline < 0) {
            try {
                pause.await(20, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new WeirException(ExitCode.INTERRUPTED, "create topics was interrupted", e);
            }
        }
    }

    /**
     * Compares the topics with the catalogue.
     *
     * @return one sentence a problem, with what to do; empty when all is well
     * @throws WeirException (UNAVAILABLE) when Kafka cannot be asked
     */
    public List<String> check() {
        Set<String> present = existing();
        List<String> problems = new ArrayList<>();
        Map<String, Topic> found = topics.all().stream()
                .filter(topic -> present.contains(topic.name()))
                .collect(Collectors.toMap(Topic::name, Function.identity()));
        for (Topic topic : topics.all()) {
            if (!present.contains(topic.name())) {
                problems.add("topic " + topic.name() + " is missing; run `weir topics create`");
            }
        }
        Map<String, TopicDescription> descriptions = describe(found.keySet());
        List<ConfigResource> resources = found.keySet().stream()
                .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
                .toList();
        Map<ConfigResource, Config> configs = answers.get(
                "read the configuration of topics",
                AclOperation.DESCRIBE_CONFIGS,
                admin.describeConfigs(resources).all());
        configs.forEach((resource, config) -> {
            Topic topic = found.get(resource.name());
            TopicDescription description = descriptions.get(resource.name());
            if (topic != null && description != null) {
                problems.addAll(TopicCheck.problems(
                        topic, description.partitions().size(), replicas(description), key -> value(config, key)));
            }
        });
        return problems.stream().sorted().toList();
    }

    private static String value(Config config, String key) {
        ConfigEntry entry = config.get(key);
        return entry == null || entry.value() == null ? "" : entry.value();
    }

    private static int replicas(TopicDescription description) {
        return description.partitions().stream()
                .mapToInt(each -> each.replicas().size())
                .min()
                .orElse(0);
    }

    private Set<String> existing() {
        return answers.get(
                "list topics", AclOperation.DESCRIBE, admin.listTopics().names());
    }

    private Map<String, TopicDescription> describe(Collection<String> names) {
        return names.isEmpty()
                ? Map.of()
                : answers.get(
                        "describe topics",
                        AclOperation.DESCRIBE,
                        admin.describeTopics(names).allTopicNames());
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(5));
    }
}
