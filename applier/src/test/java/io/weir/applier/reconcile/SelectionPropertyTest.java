package io.weir.applier.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.applier.disk.DeletePolicy;
import io.weir.posix.ErrnoException;
import io.weir.posix.Stat;
import io.weir.schemas.RelPath;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A replica of some paths against real rsync. A round: a random source, and a replica with random things of its own in and beside
 * what it takes; a baseline; then the source changes, and a batch tells of it, of whole directories above the chosen paths too. What is
 * taken is equal then in everything, unless something of the replica's own stands above it and the path has failed for that; and
 * nothing else has changed: above there are the directories and whatever else of before, and new directories at most. Lists are
 * short, and files have names in several chosen paths.
 *
 * <p>{@code -Dweir.seed=N -Dweir.rounds=N} for other rounds.
 */
class SelectionPropertyTest {
    private static final int ROUNDS = Integer.getInteger("weir.rounds", 30);
    private static final long SEED = Long.getLong("weir.seed", 20_261_127L);

    @ParameterizedTest
    @ValueSource(strings = {"a/b", "b|d e|a/a|a/c\\x0a/-x", "g -> h/\\xff|-x/\\x5c#012"})
    void whatIsTakenIsEqualAndTheRestIsLeftAlone(String paths, @TempDir Path work)
            throws IOException, InterruptedException {
        Selection chosen = Selection.of(List.of(paths.split("\\|")), List.of());
        Selection selection = Selection.of(List.of(paths.split("\\|")), List.of("#h"));
        try (Bench bench =
                new Bench(work, old -> Bench.with(old, Bench.impatient(), selection, DeletePolicy.ALLOW), 7)) {
            Map<RelPath, String> outside = bench.outside.snapshot();
            for (int round = 0; round < ROUNDS; round++) {
                new Round(bench, selection, chosen, SEED + round).run();
                assertThat(bench.outside.snapshot()).isEqualTo(outside);
            }
        }
    }

    /** One round. */
    private static final class Round {
        private final Bench bench;
        private final Selection selection;
        private final Selection chosen;
        private final long seed;
        private final Random random;

        Round(Bench bench, Selection selection, Selection chosen, long seed) {
            this.bench = bench;
            this.selection = selection;
            this.chosen = chosen;
            this.seed = seed;
            this.random = new Random(seed);
        }

        void run() throws IOException, InterruptedException {
            clear(bench.source);
            clear(bench.replica);
            mutator(bench.source).mutate(random.nextInt(80), new TreeSet<>());
            mutator(bench.replica).mutate(random.nextInt(40), new TreeSet<>());
            Map<RelPath, String> beside = bench.replica.snapshot(this::isBeside);

            Map<RelPath, String> above = above();

            check(bench.baseline(), beside, above, "baseline");
            Set<RelPath> touched = new TreeSet<>();
            mutator(bench.source).mutate(random.nextInt(40), touched);
            List<Target> batch = batch(touched);
            check(bench.reconciler.reconcile(batch), beside, above, "batch " + batch);
        }

        private Mutator mutator(TestTree tree) {
            return new Mutator(random, tree, Mutator.bytes(bench.outsidePath.toString()));
        }

        private static void clear(TestTree tree) throws ErrnoException {
            for (RelPath path : tree.children(RelPath.ROOT)) {
                if (!path.isOwn()) {
                    tree.remove(path);
                }
            }
        }

        /** What filters leave out goes with its directory, as ever. */
        private boolean isBeside(RelPath path) {
            return !chosen.takes(path) && !chosen.isAbove(path);
        }

        /** What stands above in the place of directories. */
        private Map<RelPath, String> above() throws ErrnoException {
            Map<RelPath, Stat> all = bench.replica.walk();
            return bench.replica.snapshot(path -> {
                Stat stat = all.get(path);
                return chosen.isAbove(path) && stat != null && !stat.isDirectory();
            });
        }

        private static boolean isBehind(RelPath path, Map<RelPath, String> above) {
            return path.ancestors().stream().anyMatch(above::containsKey);
        }

        /** What was touched; sometimes the directories at the top as a whole, or everything. */
        private List<Target> batch(Set<RelPath> touched) throws ErrnoException {
            int kind = random.nextInt(4);
            Set<RelPath> told = new TreeSet<>();
            for (RelPath path : touched) {
                List<RelPath> above = path.ancestors();
                told.add(kind != 1 || above.isEmpty() ? path : above.get(0));
            }
            if (kind == 2) {
                return List.of(bench.source.recursive(RelPath.ROOT));
            }
            List<Target> batch = new ArrayList<>();
            for (RelPath path : told) {
                Stat stat = bench.source.lstat(path);
                boolean whole = kind == 1 && stat != null && stat.isDirectory();
                batch.add(whole ? bench.source.recursive(path) : bench.source.target(path));
            }
            return batch;
        }

        private void check(Outcome outcome, Map<RelPath, String> beside, Map<RelPath, String> above, String story)
                throws ErrnoException, InterruptedException {
            assertThat(outcome.state())
                    .as("seed %d, %s: %s", seed, story, outcome)
                    .isEqualTo(Outcome.State.DONE);
            Map<RelPath, String> taken = bench.source.snapshot(selection::takes);
            assertThat(outcome.failed().keySet())
                    .as("what failed, seed %d, %s: %s", seed, story, outcome)
                    .allMatch(path -> taken.containsKey(path) && isBehind(path, above));
            assertThat(bench.replica.snapshot(selection::takes))
                    .as("what is taken, seed %d, %s", seed, story)
                    .isEqualTo(bench.source.snapshot(path -> selection.takes(path) && !isBehind(path, above)));
            assertThat(above()).as("what is above, seed %d, %s", seed, story).isEqualTo(above);
            assertThat(bench.replica.snapshot(this::isBeside))
                    .as("what is not taken, seed %d, %s", seed, story)
                    .isEqualTo(beside);
            Differences left = bench.reconciler.dryRun(List.of(RelPath.ROOT));
            assertThat(List.of(left.sent().first(), left.deleted().first()))
                    .as("what a dry run finds, seed %d, %s", seed, story)
                    .allMatch(List::isEmpty);
            assertThat(left.unsure().first())
                    .as("what a dry run is not sure of, seed %d, %s", seed, story)
                    .containsExactlyElementsOf(selection.within(RelPath.ROOT).stream()
                            .filter(path -> taken.containsKey(path) && isBehind(path, above))
                            .toList());
            if (story.equals("baseline")) {
                assertThat(outcome.failed().keySet())
                        .containsExactlyInAnyOrderElementsOf(left.unsure().first());
            }
        }
    }
}
