package io.weir.e2e;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each stage, as a process of its own, is killed (SIGKILL) and started again in the middle of churn. */
class KillIT {
    private static final int WRITERS = 4;
    private static final Duration BETWEEN = Duration.ofSeconds(5);

    @TempDir
    Path folder;

    @Test
    void replicasEqualTheSourceAfterEachStageWasKilled() throws Exception {
        long seed = Long.getLong("weir.churn.seed", System.nanoTime() & 0xFFFFFF);
        System.out.println("kill of each stage, churn seed " + seed);
        try (Stages stages = Stages.start(folder)) {
            stages.awaitEqual();
            Churn churn = new Churn(stages.source(), Churn.Plan.of(seed, WRITERS));
            for (String stage : Stages.names()) {
                churn.runFor(BETWEEN);
                stages.killAndRestart(stage);
            }
            churn.runFor(BETWEEN);
            stages.awaitEqual();
        }
    }
}
