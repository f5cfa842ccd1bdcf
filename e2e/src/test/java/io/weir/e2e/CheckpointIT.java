package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.service.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A checkpoint as a barrier: at the moment at which the wait for it ends, what was closed before it is on every replica. */
@OnOneWeirUp
@Tag("extended")
@Order(1)
class CheckpointIT {
    private static final int ROUNDS = Integer.getInteger("weir.checkpoint.rounds", 4);
    private static final int STEPS = 12;

    @Test
    void whatWasClosedBeforeACheckpointIsOnEveryReplicaOnceItIsPassed(WeirUp weir) throws Exception {
        long seed = Seeds.next("checkpoints under churn");
        Random random = new Random(seed);
        Path mine = Files.createDirectories(weir.source().resolve("checkpoint"));
        Path beside = Files.createDirectories(weir.source().resolve("checkpoint-beside"));
        try (BackgroundChurn churn = BackgroundChurn.start(beside, Churn.Plan.gentle(seed))) {
            for (int round = 0; round < ROUNDS; round++) {
                change(mine, random, round);

                await(weir, random.nextBoolean());

                TreeSnapshot source = TreeSnapshot.of(mine);
                for (Path replica : weir.replicas()) {
                    TreeDiff diff = TreeDiff.between(source, TreeSnapshot.of(weir.in(replica, mine)));
                    assertThat(diff.total())
                            .as("round %d of seed %d, %s:%n%s", round, seed, replica, diff)
                            .isZero();
                }
                assertThat(churn.isRunning()).isTrue();
            }
            churn.stop();
        }
    }

    @Test
    void whatIsNoCheckpointOrNoReplicaIsRefused(WeirUp weir) {
        assertThat(weir(weir, ExitCode.USAGE, "checkpoint", "create", "nowhere"))
                .contains("no agent has reported such a source");
        assertThat(weir(weir, ExitCode.USAGE, "checkpoint", "wait", "nonsense")).contains("none of this id");
        String id = weir(weir, ExitCode.OK, "checkpoint", "create").strip();
        assertThat(weir(weir, ExitCode.USAGE, "checkpoint", "wait", id, "--replica", "nobody"))
                .contains("no applier has reported replica 'nobody'");
        assertThat(weir(weir, ExitCode.USAGE, "checkpoint", "wait", id, "--timeout", "5"))
                .contains("must be a time with its unit");
        assertThat(passed(weir, "checkpoint", "wait", id, "--replica", "replica-1", "-o", "json"))
                .contains("\"id\" : \"" + id + "\"", "\"passed\" : true", "\"deadLetters\" : ")
                .doesNotContain("replica-2");
    }

    /** In one step or in two. */
    private static void await(WeirUp weir, boolean isOneStep) {
        if (isOneStep) {
            assertThat(passed(weir, "checkpoint", "create", "--wait")).contains("passed");
        } else {
            String id = weir(weir, ExitCode.OK, "checkpoint", "create").strip();
            assertThat(passed(weir, "checkpoint", "wait", id))
                    .contains("replica-1", "replica-2")
                    .doesNotContain("waiting");
        }
    }

    /** All have passed it; others on this pipeline leave dead letters, which it tells of. */
    private static String passed(WeirUp weir, String... arguments) {
        return weir(weir, Set.of(ExitCode.OK.number(), ExitCode.ATTENTION.number()), arguments);
    }

    private static String weir(WeirUp weir, ExitCode exit, String... arguments) {
        return weir(weir, Set.of(exit.number()), arguments);
    }

    /** Runs a command in this process: there are many. */
    private static String weir(WeirUp weir, Set<Integer> exits, String... arguments) {
        return InProcess.weir(weir.data(), exits, arguments);
    }

    private static void change(Path top, Random random, int round) throws IOException {
        // Another directory in each round, so that there is always one that is not watched yet.
        Path fresh = Files.createDirectories(top.resolve("r" + round % 5 + "/new" + round + "/below"));
        Files.writeString(fresh.resolve("file"), "round " + round);
        for (int step = 0; step < STEPS; step++) {
            change(top, random, round, step);
        }
    }

    private static void change(Path top, Random random, int round, int step) throws IOException {
        Path file = top.resolve("f" + random.nextInt(10));
        // Of another length in each step: two writes within one tick of the kernel's clock leave the same time, and
        // content
        // of the same size and time is taken for the same.
        String text = "round " + round + " step " + step + " " + "x".repeat(step) + "\n";
        switch (random.nextInt(8)) {
            case 0, 1 -> Files.writeString(file, text + "y\n".repeat(64 * (1 + random.nextInt(1_000))));
            case 2 -> Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            case 3 -> Files.deleteIfExists(file);
            case 4 -> {
                if (Files.exists(file)) {
                    Files.move(file, top.resolve("f" + random.nextInt(10)), StandardCopyOption.REPLACE_EXISTING);
                }
            }
            case 5 -> {
                // As an editor saves.
                Path temporary = Files.writeString(top.resolve(".f.swp" + step), text);
                Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
            }
            case 6 -> moveDirectory(top, random);
            default -> deleteTree(top.resolve("r" + random.nextInt(5)));
        }
    }

    private static void moveDirectory(Path top, Random random) throws IOException {
        Path from = top.resolve("r" + random.nextInt(5));
        Path to = top.resolve("r" + random.nextInt(5));
        if (Files.exists(from) && !Files.exists(to)) {
            Files.move(from, to);
        }
    }

    private static void deleteTree(Path top) throws IOException {
        if (!Files.exists(top)) {
            return;
        }
        try (Stream<Path> all = Files.walk(top)) {
            for (Path each : all.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(each);
            }
        }
    }
}
