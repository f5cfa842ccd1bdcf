package io.weir.cli.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.schemas.Rights;
import io.weir.schemas.Rights.Right;
import io.weir.schemas.Topics;
import io.weir.schemas.Topics.Topic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.utils.SecurityUtils;
import org.junit.jupiter.api.Test;

/** The manifests for Strimzi's operators have the topics of the catalogue and the rights of each role. {@code -Dweir.docs.write=true} renews them. */
final class StrimziPagesTest {
    /** Relative to the module, where the tests run. */
    private static final Path FOLDER = Path.of("../deploy/strimzi");

    private static final String REPLICA = "backup1";

    private static final String TOPICS_HEAD = """
            # The topics of Weir, for Strimzi's topic operator, 0.49 or later. Generated from the catalogue in the code.
            # `my-cluster` is the name of your Kafka resource. How many copies there are is the default.replication.factor of the brokers.
            # With three or more, the brokers' min.insync.replicas has to be 2, as `weir topics create` sets it: `weir topics check` tells.
            """;

    private static final String USERS_HEAD = """
            # The users of Weir and what each must be allowed at least, for Strimzi's user operator, 0.49 or later. Generated; `weir acls`
            # prints the same for any other Kafka. `my-cluster` is the name of your Kafka resource, and needs `authorization: {type: simple}`.
            # Every replica has an applier, whose user has rights on groups with the replica's name: copy the last one for each, and put its
            # name in the place of `backup1`.
            """;

    private static String resource(String kind, String name) {
        return """
                ---
                apiVersion: kafka.strimzi.io/v1
                kind: %s
                metadata:
                  name: %s
                  labels:
                    strimzi.io/cluster: my-cluster
                spec:
                """.formatted(kind, name);
    }

    private static String topics() {
        return TOPICS_HEAD
                + new Topics(Topics.DEFAULT_PREFIX)
                        .all().stream().map(StrimziPagesTest::topic).collect(Collectors.joining());
    }

    private static String topic(Topic topic) {
        StringBuilder text = new StringBuilder(resource("KafkaTopic", topic.name()));
        text.append("  partitions: ").append(topic.partitions()).append("\n  config:\n");
        new TreeMap<>(topic.config())
                .forEach((key, value) -> text.append("    ")
                        .append(key)
                        .append(": \"")
                        .append(value)
                        .append("\"\n"));
        return text.toString();
    }

    private static String users() {
        Topics topics = new Topics(Topics.DEFAULT_PREFIX);
        Map<String, List<Right>> roles = new LinkedHashMap<>();
        roles.put("weir-agent", Rights.agent(topics));
        roles.put("weir-aggregator", Rights.aggregator(topics));
        roles.put("weir-operator", Rights.operator(topics));
        roles.put("weir-setup", Rights.setup(topics));
        roles.put("weir-applier-" + REPLICA, Rights.applier(topics, REPLICA));
        StringBuilder text = new StringBuilder(USERS_HEAD);
        roles.forEach((name, rights) -> text.append(user(name, rights)));
        return text.toString();
    }

    private static String user(String name, List<Right> rights) {
        StringBuilder text = new StringBuilder(resource("KafkaUser", name));
        text.append("  authentication:\n    type: scram-sha-512\n  authorization:\n    type: simple\n    acls:\n");
        rights.forEach(right -> text.append(acl(right)));
        return text.toString();
    }

    private static String acl(Right right) {
        return """
                      - resource:
                          type: %s
                          name: %s
                          patternType: %s
                        operations: [%s]
                """.formatted(
                right.resource().name().toLowerCase(Locale.ROOT),
                right.name(),
                right.pattern() == PatternType.PREFIXED ? "prefix" : "literal",
                right.operations().stream().map(SecurityUtils::operationName).collect(Collectors.joining(", ")));
    }

    @Test
    void theManifestsAreUpToDate() throws IOException {
        Map<Path, String> wanted =
                Map.of(FOLDER.resolve("topics.yaml"), topics(), FOLDER.resolve("users.yaml"), users());
        for (Map.Entry<Path, String> each : wanted.entrySet()) {
            if (Boolean.getBoolean("weir.docs.write")) {
                Files.createDirectories(FOLDER);
                Files.writeString(each.getKey(), each.getValue());
            }
            assertThat(each.getKey())
                    .as("renew it with -Dweir.docs.write=true")
                    .content()
                    .isEqualTo(each.getValue());
        }
    }
}
