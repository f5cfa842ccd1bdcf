package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.schemas.Result;
import io.weir.schemas.ResultKind;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka is away, comes back empty, or has thrown away what a replica has not read. */
@Tag("faults")
class KafkaFaultsIT {
    private static final int MOST_WAITING = 1_000;

    /** {@code -Dweir.kafka.away.seconds=600} is the long form. */
    private static final Duration AWAY = Duration.ofSeconds(Integer.getInteger("weir.kafka.away.seconds", 20));

    @TempDir
    Path folder;

    @Test
    void anAgentStaysSmallWhileKafkaIsAway() throws Exception {
        long seed = Seeds.next("Kafka away for " + AWAY);
        int port = Ports.free();
        StagesPlan plan = StagesPlan.in(folder).hasty().settings("agent", """
                health.port: %d
                agent.dirty.max.paths: %d
                agent.unacknowledged.max: %2$d
                """.formatted(port, MOST_WAITING));
        Metrics agent = new Metrics(port);
        Churn.Plan fast = new Churn.Plan(seed, 3, 2_000, Duration.ofMillis(1)).withoutHardLinks();
        UnderChurn.run(plan, fast, during -> {
            long before = during.stages().process("agent").residentBytes();
            during.stages().process("broker").kill();
            long until = System.nanoTime() + AWAY.toNanos();
            while (System.nanoTime() - until < 0 || agent.value("weir_agent_collapses_total") == 0) {
                during.churnOn();
                assertThat(agent.value("weir_agent_pending"))
                        .as("paths that wait and records under way")
                        .isLessThanOrEqualTo(2 * MOST_WAITING);
            }
            System.out.printf(
                    "memory of the agent (RSS): %d MiB before, %d MiB after %s without Kafka; collapses=%.0f%n",
                    before >> 20,
                    during.stages().process("agent").residentBytes() >> 20,
                    AWAY,
                    agent.value("weir_agent_collapses_total"));
            during.stages().process("broker").restart();
        });
    }

    @Test
    void replicasConvergeAfterTheBrokerLostEverything() throws Exception {
        UnderChurn.run(StagesPlan.in(folder).hasty(), Seeds.next("wiped broker"), during -> {
            during.stages().process("broker").kill();
            Shell.run(folder, "rm", "-r", during.stages().brokerData().toString());
            during.churnOn();
            // It makes the topics again.
            during.stages().process("broker").restart();
        });
    }

    @Test
    void aReplicaWhoseUnreadBatchesExpiredIsMadeEqualAsAWhole() throws Exception {
        UnderChurn.run(StagesPlan.in(folder).hasty(), Seeds.next("expired batches"), during -> {
            Stages stages = during.stages();
            stages.process("applier-1").kill();
            during.churnOn();
            during.churn().stop();
            stages.awaitEqual(2, "applier-1");
            long before = baselines(stages);
            stages.records().expireBatches();

            stages.process("applier-1").restart();
            stages.awaitEqual();
            await().atMost(EventuallyEqual.DEADLINE).until(() -> baselines(stages) > before);
        });
    }

    private static long baselines(Stages stages) {
        return stages.records().results("replica-1").stream()
                .map(Result::getKind)
                .filter(ResultKind.BASELINE::equals)
                .count();
    }
}
