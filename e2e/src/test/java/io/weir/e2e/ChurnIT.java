package io.weir.e2e;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Four writers churn a source at random; afterwards both replicas equal it. {@code -Dweir.churn.seeds=10
 * -Dweir.churn.seconds=60} is the long form, {@code -Dweir.churn.seed=N} repeats one.
 */
class ChurnIT {
    private static final int WRITERS = 4;

    @TempDir
    Path folder;

    static List<Long> seeds() {
        long first = Long.getLong("weir.churn.seed", System.nanoTime() & 0xFFFFFF);
        int count = Integer.getInteger("weir.churn.seeds", 2);
        return LongStream.range(first, first + count).boxed().toList();
    }

    private static Duration duration() {
        return Duration.ofSeconds(Integer.getInteger("weir.churn.seconds", 20));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void replicasEqualTheSourceAfterChurn(long seed) throws Exception {
        System.out.println("churn seed " + seed + " for " + duration());
        try (WeirUp weir = WeirUp.start(folder)) {
            new Churn(weir.source(), Churn.Plan.of(seed, WRITERS)).runFor(duration());
            weir.awaitEqual();
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void replicasEqualTheSourceAfterAKillInTheMiddle(long seed) throws Exception {
        System.out.println("churn with a kill, seed " + seed + " for " + duration());
        try (WeirUp weir = WeirUp.start(folder)) {
            Churn churn = new Churn(weir.source(), Churn.Plan.of(seed, WRITERS));
            churn.runFor(duration().dividedBy(2));
            weir.process().kill();
            churn.runFor(duration().dividedBy(8));
            weir.process().restart();
            churn.runFor(duration().dividedBy(2));
            weir.awaitEqual();
        }
    }
}
