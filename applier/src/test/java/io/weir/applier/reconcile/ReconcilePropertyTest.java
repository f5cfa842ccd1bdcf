package io.weir.applier.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.applier.disk.DeletePolicy;
import io.weir.posix.ErrnoException;
import io.weir.posix.Stat;
import io.weir.schemas.FileType;
import io.weir.schemas.RelPath;
import io.weir.service.RsyncProgram;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The recipe against real rsync. A round: a random source and an equal replica; the source changes twice, and once more while the first
 * batch is applied; each batch carries what was observed when it was published, so the first is stale when it is applied. When it is
 * quiet the trees are equal in everything, nothing outside the replica has changed and no temporary file is left.
 *
 * <p>{@code -Dweir.seed=N -Dweir.rounds=N} for other rounds, {@code -Dweir.rsync=/path} or {@code WEIR_RSYNC} for another rsync.
 */
class ReconcilePropertyTest {
    private static final int ROUNDS = Integer.getInteger("weir.rounds", 300);
    private static final long SEED = Long.getLong("weir.seed", 20_261_123L);

    private final Map<Outcome.State, Integer> tally = new EnumMap<>(Outcome.State.class);

    @Test
    void replicaEqualsSourceAfterStaleBatches(@TempDir Path work) throws IOException, InterruptedException {
        RsyncProgram rsync = RsyncProgram.find();
        System.out.printf("rsync %s at %s, %d rounds from seed %d%n", rsync.version(), rsync.path(), ROUNDS, SEED);
        try (Bench bench = new Bench(
                work, settings -> Bench.with(settings, Bench.impatient(), Selection.ALL, DeletePolicy.ALLOW))) {
            Map<RelPath, String> outside = bench.outside.snapshot();
            for (int round = 0; round < ROUNDS; round++) {
                long seed = SEED + round;
                round(bench, new Random(seed), seed);
                assertThat(bench.outside.snapshot())
                        .as("what is outside the replica, seed %d", seed)
                        .isEqualTo(outside);
                assertThat(bench.temporaryFiles())
                        .as("temporary files, seed %d", seed)
                        .isEmpty();
            }
        }
        System.out.println("outcomes " + tally);
        assertThat(tally.get(Outcome.State.DONE)).isGreaterThanOrEqualTo(ROUNDS);
    }

    private void round(Bench bench, Random random, long seed) throws IOException, InterruptedException {
        Mutator mutator = new Mutator(random, bench.source, Mutator.bytes(bench.outsidePath.toString()));
        clear(bench.source);
        mutator.mutate(pick(random, 5, 20, 60), new TreeSet<>());
        expectDone(bench.baseline(), seed);
        Map<RelPath, String> before = bench.source.snapshot();
        assertEqual(bench, seed, "baseline");

        Set<RelPath> firstTouched = new TreeSet<>();
        mutator.mutate(pick(random, 1, 3, 10, 40), firstTouched);
        List<Target> first = firstBatch(bench, random, firstTouched, before);
        Set<RelPath> touched = new TreeSet<>();
        mutator.mutate(pick(random, 0, 1, 5, 20), touched);

        int late = pick(random, 0, 1, 5);
        long pause = random.nextInt(40_000_000);
        CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
            LockSupport.parkNanos(pause);
            try {
                mutator.mutate(late, touched);
            } catch (ErrnoException e) {
                throw new IllegalStateException(e);
            }
        });
        Outcome outcome = count(bench.reconciler.reconcile(first));
        writer.join();

        if (outcome.state() != Outcome.State.DONE) {
            first.forEach(target -> touched.add(target.path()));
        }
        touched.addAll(outcome.failed().keySet());
        Map<RelPath, Target> second = new TreeMap<>();
        for (RelPath path : touched) {
            second.put(path, bench.source.target(path));
        }
        for (Target target : first) {
            // Held work is done again as it was asked for: a recursive directory recursively.
            if (outcome.state() != Outcome.State.DONE && target.recursive()) {
                second.put(target.path(), bench.source.recursive(target.path()));
            }
        }
        expectDone(count(bench.reconciler.reconcile(new ArrayList<>(second.values()))), seed);
        assertEqual(bench, seed, "first " + first + "\nheld " + outcome + "\nsecond " + second.values());
    }

    private static void clear(TestTree tree) throws ErrnoException {
        for (RelPath path : tree.children(RelPath.ROOT)) {
            if (!path.isOwn()) {
                tree.remove(path);
            }
        }
    }

    /** What was touched and a little noise, as observed now; sometimes the top directories as a whole. */
    private static List<Target> firstBatch(
            Bench bench, Random random, Set<RelPath> touched, Map<RelPath, String> before) throws ErrnoException {
        Set<RelPath> paths = new TreeSet<>(touched);
        List<RelPath> old = new ArrayList<>(before.keySet());
        for (int i = 0; i < 3 && !old.isEmpty(); i++) {
            paths.add(old.get(random.nextInt(old.size())));
        }
        boolean whole = random.nextInt(10) < 3;
        List<Target> batch = new ArrayList<>();
        if (!whole) {
            for (RelPath path : paths) {
                batch.add(bench.source.target(path));
            }
            return batch;
        }
        Set<RelPath> tops = new TreeSet<>();
        paths.forEach(path ->
                tops.add(path.ancestors().isEmpty() ? path : path.ancestors().get(0)));
        for (RelPath top : tops) {
            Stat stat = bench.source.lstat(top);
            boolean directory = stat != null && stat.isDirectory();
            batch.add(directory ? bench.source.recursive(top) : bench.source.target(top));
        }
        return batch;
    }

    private static int pick(Random random, int... numbers) {
        return numbers[random.nextInt(numbers.length)];
    }

    private Outcome count(Outcome outcome) {
        tally.merge(outcome.state(), 1, Integer::sum);
        return outcome;
    }

    private static void expectDone(Outcome outcome, long seed) {
        assertThat(outcome.state()).as("seed %d: %s", seed, outcome).isEqualTo(Outcome.State.DONE);
        assertThat(outcome.failed()).as("seed %d", seed).isEmpty();
        assertThat(outcome.deferred()).as("seed %d", seed).isEmpty();
    }

    private static void assertEqual(Bench bench, long seed, String story) throws ErrnoException {
        Map<RelPath, String> expected = bench.source.snapshot();
        Map<RelPath, String> actual = bench.replica.snapshot();
        Map<RelPath, String> wrong = new TreeMap<>();
        Set<RelPath> all = new TreeSet<>(expected.keySet());
        all.addAll(actual.keySet());
        for (RelPath path : all) {
            String want = expected.getOrDefault(path, FileType.ABSENT.name());
            String got = actual.getOrDefault(path, FileType.ABSENT.name());
            if (!want.equals(got)) {
                wrong.put(path, "\n  source  " + want + "\n  replica " + got + "\n");
            }
        }
        assertThat(wrong).as("seed %d, %s", seed, story).isEmpty();
    }
}
