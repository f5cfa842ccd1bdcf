package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rsync of one backup host fails in every way it can; the replica becomes equal when it works again, without a hand. */
@Tag("extended")
class RsyncFaultsIT {
    private static final int STILL_FILES = 50;

    /** All that rsync(1) documents and some that it does not. */
    private static final List<Integer> EXITS =
            List.of(1, 2, 3, 4, 5, 6, 10, 11, 12, 13, 14, 20, 21, 22, 23, 24, 25, 30, 35, 99, 127, 137, 255);

    @TempDir
    Path folder;

    @Test
    void replicasEqualTheSourceAfterRsyncFailedHungAndDied() throws Exception {
        Random random = new Random(Seeds.next("rsync that fails"));
        Path kept = NoUnexplainedDelete.makeFiles(folder.resolve("source"), STILL_FILES);
        assertThat(kept).isDirectory();
        RsyncWrapper rsync = RsyncWrapper.in(folder.resolve("wrapper"));
        try (Stages stages = stages(rsync)) {
            stages.awaitEqual();
            try (NoUnexplainedDelete watch = NoUnexplainedDelete.watch(stages.source(), stages.replicas())) {
                for (int exit : EXITS) {
                    spoil(
                            rsync,
                            "exit " + exit,
                            stages.source(),
                            stages.replicas().get(0),
                            random);
                }
                spoil(rsync, "hang", stages.source(), stages.replicas().get(0), random);
                for (String seconds : List.of("0.005", "0.02", "0.05")) {
                    spoil(
                            rsync,
                            "die " + seconds,
                            stages.source(),
                            stages.replicas().get(0),
                            random);
                }
                stages.awaitEqual();
                watch.assertNone();
                BoundedLag.awaitNone(stages);
            }
        }
    }

    /** Whose first applier calls that rsync. */
    private Stages stages(RsyncWrapper rsync) throws IOException {
        return StagesPlan.in(folder)
                .hasty()
                .surroundings("applier-1", WeirProcess.Surroundings.PLAIN.with(rsync.environment()))
                .start();
    }

    @Test
    void anRsyncThatFailsAgainAndAgainIsLoggedOnceAndItsEndToo() throws Exception {
        RsyncWrapper rsync = RsyncWrapper.in(folder.resolve("wrapper"));
        try (Stages stages = stages(rsync)) {
            stages.awaitEqual();
            rsync.mode("exit 10");
            Files.writeString(stages.source().resolve("late"), "pulled when rsync works again");
            rsync.awaitCalls("exit 10", 5);

            rsync.mode("run");

            stages.awaitEqual();
            // A reminder more on a machine where five calls take minutes.
            assertThat(logged(stages, " source held: ")).hasSizeBetween(1, 2);
            await().atMost(EventuallyEqual.DEADLINE)
                    .untilAsserted(() ->
                            assertThat(logged(stages, " source works again: ")).hasSize(1));
        }
    }

    private static List<String> logged(Stages stages, String words) throws IOException {
        return stages.process("applier-1")
                .log()
                .lines()
                .filter(line -> line.contains(words))
                .toList();
    }

    /** Changes of every kind meet an rsync that does this, which then works again. */
    private static void spoil(RsyncWrapper rsync, String mode, Path source, Path replica, Random random)
            throws IOException {
        rsync.mode(mode);
        String name = mode.replace(' ', '-');
        Path directory = Files.createDirectories(source.resolve("spoilt/" + name));
        byte[] content = new byte[1 + random.nextInt(200_000)];
        random.nextBytes(content);
        Files.write(directory.resolve("f"), content);
        Files.writeString(source.resolve("spoilt/rewritten"), name);
        Files.deleteIfExists(source.resolve("spoilt/comes and goes"));
        if (random.nextBoolean()) {
            Files.writeString(source.resolve("spoilt/comes and goes"), name);
        }
        rsync.awaitCall(mode);
        rsync.mode("run");
        // Or waits would grow from one failure to the next.
        Path there = replica.resolve("spoilt").resolve(name).resolve("f");
        await(mode).atMost(EventuallyEqual.DEADLINE).until(() -> Files.exists(there));
    }
}
