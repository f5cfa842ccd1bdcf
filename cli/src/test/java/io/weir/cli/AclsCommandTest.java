package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.service.ExitCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.utils.SecurityUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code weir acls} prints is what Kafka's own tool takes. */
class AclsCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return Main.run(new PrintWriter(out), new PrintWriter(err), arguments);
    }

    @Test
    void rightsOfAnApplierHaveItsReplica() {
        assertThat(run(
                        "acls",
                        "--role",
                        "applier",
                        "--replica",
                        "b1",
                        "--principal",
                        "User:b1",
                        "--bootstrap",
                        "kafka:9"))
                .isEqualTo(ExitCode.OK.number());
        assertThat(out.toString().lines())
                .contains(
                        "kafka-acls.sh --bootstrap-server kafka:9 --add --allow-principal User:b1 --operation Read --topic weir.batches",
                        "kafka-acls.sh --bootstrap-server kafka:9 --add --allow-principal User:b1 --operation Read --group weir.b1",
                        "kafka-acls.sh --bootstrap-server kafka:9 --add --allow-principal User:b1 --operation Read --group weir.b1/commands");
    }

    @Test
    void topicsOfKafkaStreamsAreOnesByTheirPrefix() {
        assertThat(run("acls", "--role", "aggregator", "--prefix", "site")).isEqualTo(ExitCode.OK.number());
        assertThat(out.toString())
                .contains("--allow-principal User:weir-aggregator")
                .contains("--topic site.aggregator- --resource-pattern-type prefixed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"agent", "aggregator", "operator", "setup"})
    void everyOperationIsOneThatKafkaKnows(String role) {
        assertThat(run("acls", "--role", role)).isEqualTo(ExitCode.OK.number());
        List<String> words = List.of(out.toString().split("\\s+", -1));
        for (int i = 0; i < words.size(); i++) {
            if (words.get(i).equals("--operation")) {
                assertThat(SecurityUtils.operation(words.get(i + 1))).isNotEqualTo(AclOperation.UNKNOWN);
            }
        }
        assertThat(words).contains("--operation");
    }

    @Test
    void fileToLogInWithIsPrinted() {
        assertThat(run("acls", "--role", "setup", "--command-config", "/etc/kafka/admin properties"))
                .isEqualTo(ExitCode.OK.number());
        assertThat(out.toString().lines())
                .isNotEmpty()
                .allMatch(line -> line.contains(" --command-config '/etc/kafka/admin properties' --add "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--replica", "--prefix"})
    void nameThatSettingsRefuseIsRefused(String option) {
        assertThat(run("acls", "--role", "applier", option, "a b")).isEqualTo(ExitCode.USAGE.number());
        assertThat(err.toString()).contains("'a b' must be letters");
    }

    @Test
    void applierWithoutAReplicaIsToldWhatToGive() {
        assertThat(run("acls", "--role", "applier")).isEqualTo(ExitCode.USAGE.number());
        assertThat(err.toString()).contains("--replica NAME");
    }
}
