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
    private static final int STILL_FILES = 100;
    private static final long STEPS = 400;
    private static final int MOST_WAITING = 1_000;

    /** {@code -Dweir.kafka.away.seconds=600} is the long form. */
    private static final Duration AWAY = Duration.ofSeconds(Integer.getInteger("weir.kafka.away.seconds", 20));

    @TempDir
    Path folder;

    @Test
    void anAgentStaysSmallWhileKafkaIsAway() throws Exception {
        long seed = Seeds.next("Kafka away for " + AWAY);
        int port = Ports.free();
        NoUnexplainedDelete.makeFiles(folder.resolve("source"), STILL_FILES);
        try (Stages stages = StagesPlan.in(folder)
                .hasty()
                .settings("agent", """
                        health.port: %d
                        agent.dirty.max.paths: %d
                        agent.unacknowledged.max: %2$d
                        """.formatted(port, MOST_WAITING))
                .start()) {
            stages.awaitEqual();
            Metrics agent = new Metrics(port);
            try (NoUnexplainedDelete watch = NoUnexplainedDelete.watch(stages.source(), stages.replicas());
                    BackgroundChurn churn = BackgroundChurn.start(
                            stages.source(), new Churn.Plan(seed, 3, 2_000, Duration.ofMillis(1)).withoutHardLinks())) {
                churn.awaitSteps(STEPS);
                stages.process("broker").kill();
                long until = System.nanoTime() + AWAY.toNanos();
                while (System.nanoTime() - until < 0 || agent.value("weir_agent_collapses_total") == 0) {
                    churn.awaitSteps(STEPS);
                    assertThat(agent.value("weir_agent_pending"))
                            .as("paths that wait and records under way")
                            .isLessThanOrEqualTo(2 * MOST_WAITING);
                }
                stages.process("broker").restart();
                churn.awaitSteps(STEPS);
                churn.stop();
                stages.awaitEqual();
                watch.assertNone();
                BoundedLag.awaitNone(stages);
            }
        }
    }

    @Test
    void replicasConvergeAfterTheBrokerLostEverything() throws Exception {
        long seed = Seeds.next("wiped broker");
        NoUnexplainedDelete.makeFiles(folder.resolve("source"), STILL_FILES);
        try (Stages stages = StagesPlan.in(folder).hasty().start()) {
            stages.awaitEqual();
            try (NoUnexplainedDelete watch = NoUnexplainedDelete.watch(stages.source(), stages.replicas());
                    BackgroundChurn churn = BackgroundChurn.gentle(stages.source(), seed)) {
                churn.awaitSteps(STEPS);
                stages.process("broker").kill();
                Shell.run(folder, "rm", "-r", stages.brokerData().toString());
                churn.awaitSteps(STEPS);
                // It makes the topics again.
                stages.process("broker").restart();
                churn.awaitSteps(STEPS);
                churn.stop();
                stages.awaitEqual();
                watch.assertNone();
                BoundedLag.awaitNone(stages);
            }
        }
    }

    @Test
    void aReplicaWhoseUnreadBatchesExpiredIsMadeEqualAsAWhole() throws Exception {
        long seed = Seeds.next("expired batches");
        NoUnexplainedDelete.makeFiles(folder.resolve("source"), STILL_FILES);
        try (Stages stages = StagesPlan.in(folder).hasty().start()) {
            stages.awaitEqual();
            try (NoUnexplainedDelete watch = NoUnexplainedDelete.watch(stages.source(), stages.replicas());
                    BackgroundChurn churn = BackgroundChurn.gentle(stages.source(), seed)) {
                churn.awaitSteps(STEPS);
                stages.process("applier-1").kill();
                churn.awaitSteps(STEPS);
                churn.stop();
                stages.awaitEqual(2, "applier-1");
                long before = baselines(stages);
                stages.records().expireBatches();

                stages.process("applier-1").restart();
                stages.awaitEqual();
                await().atMost(EventuallyEqual.DEADLINE).until(() -> baselines(stages) > before);
                watch.assertNone();
                BoundedLag.awaitNone(stages);
            }
        }
    }

    private static long baselines(Stages stages) {
        return stages.records().results("replica-1").stream()
                .map(Result::getKind)
                .filter(ResultKind.BASELINE::equals)
                .count();
    }
}
