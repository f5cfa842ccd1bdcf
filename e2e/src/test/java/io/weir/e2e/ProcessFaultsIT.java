package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each stage, as a process of its own, dies or stands still in the middle of churn, and nobody helps. */
class ProcessFaultsIT {
    private static final int ROUNDS = 3;

    @TempDir
    Path folder;

    @Test
    @Tag("extended")
    void replicasEqualTheSourceAfterEachStageWasKilled() throws Exception {
        UnderChurn.run(StagesPlan.in(folder).hasty(), Seeds.next("kill of each stage"), during -> {
            for (String stage : Stages.names()) {
                during.stages().killAndRestart(stage);
                during.churnOn();
            }
        });
    }

    /** Longer than its session in Kafka lasts, so that it is taken for dead, and then goes on as if nothing had been. */
    @Test
    @Tag("faults")
    void replicasEqualTheSourceAfterEachStageStoodStill() throws Exception {
        UnderChurn.run(StagesPlan.in(folder).hasty(), Seeds.next("stand still of each stage"), during -> {
            for (String stage : Stages.names()) {
                during.stages().process(stage).suspend();
                during.churn().awaitTime(StagesPlan.LONGER_THAN_A_SESSION);
                during.stages().process(stage).resume();
                during.churnOn();
            }
        });
    }

    /** At the moment of the kill, what the offset has passed is on the disk. */
    @Test
    @Tag("faults")
    void noOffsetPassesWhatIsNotApplied() throws Exception {
        long seed = Seeds.next("offsets at a kill");
        NoUnexplainedDelete.makeFiles(folder.resolve("source"), UnderChurn.STILL_FILES);
        try (Stages stages = StagesPlan.in(folder).hasty().start()) {
            stages.awaitEqual();
            Path once = Files.createDirectory(stages.source().resolve("once"));
            for (int round = 0; round < ROUNDS; round++) {
                String before = stages.position(1);
                try (BackgroundChurn churn = BackgroundChurn.start(stages.source(), Churn.Plan.gentle(seed + round))) {
                    churn.awaitSteps(UnderChurn.STEPS);
                    // Changed by nobody else and never again: when its batch is passed it has to be there.
                    Files.writeString(once.resolve("f" + round), "only once " + round);
                    if (round > 0) {
                        stages.killAndRestart("applier-1");
                    }
                    churn.awaitSteps(UnderChurn.STEPS);
                    churn.stop();
                }
                stages.awaitPositionBehind(1, before);
            }
            try (BackgroundChurn churn = BackgroundChurn.start(stages.source(), Churn.Plan.gentle(seed + ROUNDS))) {
                churn.awaitSteps(UnderChurn.STEPS);
                stages.process("applier-1").kill();
                churn.awaitSteps(UnderChurn.STEPS);
                churn.stop();
            }
            // The other replica is equal, so everything is in the topic of batches.
            stages.awaitEqual(2, "applier-1");
            assertThat(OffsetNeverPassesUnapplied.check(stages, 1))
                    .as("paths looked at")
                    .isPositive();
            stages.process("applier-1").restart();
            stages.awaitEqual();
        }
    }
}
