package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each stage, as a process of its own, is killed (SIGKILL) and started again in the middle of churn. Valid: both replicas equal
 * the source once it rests, and a directory that nobody changed was not copied again by anyone.
 */
class KillIT {
    private static final int WRITERS = 4;
    private static final int STILL_FILES = 300;

    /** Churn between two kills: a few seconds of it. */
    private static final long STEPS_BETWEEN = 3_000;

    @TempDir
    Path folder;

    @Test
    void replicasEqualTheSourceAfterEachStageWasKilled() throws Exception {
        long seed = Long.getLong("weir.churn.seed", System.nanoTime() & 0xFFFFFF);
        System.out.println("kill of each stage, churn seed " + seed);
        Path still = Files.createDirectories(folder.resolve("source/still"));
        for (int i = 0; i < STILL_FILES; i++) {
            Files.writeString(still.resolve("f" + i), "unchanged ".repeat(100 + i));
        }
        try (Stages stages = Stages.start(folder)) {
            stages.awaitEqual();
            List<String> before = inodes(stages);

            Churn churn = new Churn(stages.source(), Churn.Plan.of(seed, WRITERS));
            ExecutorService background = Executors.newSingleThreadExecutor();
            try {
                Future<Churn.Report> running = background.submit(churn::runUntilStopped);
                for (String stage : Stages.names()) {
                    awaitSteps(churn, running);
                    stages.killAndRestart(stage);
                }
                awaitSteps(churn, running);
                churn.stop();
                assertThat(running.get().total()).isPositive();
            } finally {
                churn.stop();
                background.shutdown();
            }
            stages.awaitEqual();

            assertThat(inodes(stages))
                    .as("inode and ctime of what nobody changed")
                    .isEqualTo(before);
        }
    }

    private static void awaitSteps(Churn churn, Future<?> running) {
        long goal = churn.steps() + STEPS_BETWEEN;
        Awaitility.await().atMost(EventuallyEqual.DEADLINE).until(() -> churn.steps() >= goal || running.isDone());
        assertThat(running).as("churn").isNotDone();
    }

    private static List<String> inodes(Stages stages) throws IOException {
        List<String> found = new ArrayList<>();
        for (Path replica : stages.replicas()) {
            for (int i = 0; i < STILL_FILES; i++) {
                Path file = replica.resolve("still/f" + i);
                found.add(file + " " + Files.getAttribute(file, "unix:ino") + " "
                        + Files.getAttribute(file, "unix:ctime"));
            }
        }
        return found;
    }
}
