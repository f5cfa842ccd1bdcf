package io.weir.e2e;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Four writers churn a source at random while it is replicated; afterwards both replicas equal it. {@code
 * -Dweir.churn.seeds=10 -Dweir.churn.seconds=60} is the long form, {@code -Dweir.churn.seed=N} repeats one.
 */
@OnOneWeirUp
@Order(1)
class ChurnIT {
    private static final int WRITERS = 4;
    private static final long STEPS = 2_000;

    static List<Long> seeds() {
        long first = firstSeed();
        int count = Integer.getInteger("weir.churn.seeds", 2);
        return LongStream.range(first, first + count).boxed().toList();
    }

    private static long firstSeed() {
        return Long.getLong("weir.churn.seed", System.nanoTime() & 0xFFFFFF);
    }

    private static Duration duration() {
        return Duration.ofSeconds(Integer.getInteger("weir.churn.seconds", 20));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void replicasEqualTheSourceAfterChurn(long seed, WeirUp weir) throws Exception {
        System.out.println("churn seed " + seed + " for " + duration());
        Path directory = Files.createDirectory(weir.source().resolve("churn-" + seed));
        weir.awaitEqual(directory);
        Churn.Report report = new Churn(directory, Churn.Plan.of(seed, WRITERS)).runFor(duration());
        System.out.println("churn seed " + seed + " done: operations=" + report.total());
        weir.awaitEqual(directory);
    }

    /** Everything at once, broker included. */
    @Test
    void replicasEqualTheSourceAfterAKillOfAllInTheMiddle(@TempDir Path folder) throws Exception {
        long seed = firstSeed();
        System.out.println("churn with a kill, seed " + seed);
        Path source = Files.createDirectories(folder.resolve("source"));
        Files.writeString(source.resolve("before"), "the first start");
        try (WeirUp weir = WeirUp.start(folder)) {
            weir.awaitEqual();
            try (BackgroundChurn churn = BackgroundChurn.start(weir.source(), Churn.Plan.of(seed, WRITERS))) {
                churn.awaitSteps(STEPS);
                weir.process().kill();
                churn.awaitSteps(STEPS);
                weir.process().restart();
                churn.awaitSteps(STEPS);
                churn.stop();
            }
            weir.awaitEqual();
        }
    }
}
