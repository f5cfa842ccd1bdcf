package io.weir.agent.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.schemas.RelPath;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random operations by several threads: what was captured covers every path that differs, and a replica of it is equal, but
 * for what only a sweep can find (see {@link ModelReplica#sweepContent}), which must have been a doubt and must be rare.
 */
class CaptureChurnTest {
    private static final int ROUNDS = Integer.getInteger("weir.churn.rounds", 40);
    private static final int THREADS = 3;
    private static final int OPERATIONS = 250;

    @Test
    void everyPathThatDiffersIsCaptured(@TempDir Path temporary) throws Exception {
        long seed = Long.getLong("weir.seed", System.nanoTime());
        System.out.println("capture churn: -Dweir.seed=" + seed);
        try (WatchedSource source = new WatchedSource(temporary)) {
            ModelReplica replica = new ModelReplica(source.root, source.links);
            source.also = replica::apply;
            source.start();
            int swept = 0;
            for (int round = 0; round < ROUNDS; round++) {
                Map<RelPath, String> before = ModelReplica.snapshot(source.root);
                churn(source, seed + round * 1_000L);
                List<Captured> captured = source.take();
                Map<RelPath, String> after = ModelReplica.snapshot(source.root);

                String where = "seed " + seed + " round " + round;
                assertThat(source.lost).as(where).isNull();
                assertCovered(captured, before, after, where);
                swept += assertEqual(replica, after, captured, where);
                assertThat(swept).as("%s: files that no event told of", where).isLessThanOrEqualTo(ROUNDS / 10 + 1);
            }
            assertThat(swept == 0 || source.doubts.get() > 0)
                    .as("seed %s: doubts, where no event told of %s files", seed, swept)
                    .isTrue();
            assertThat(source.metric("weir.agent.watches"))
                    .as("no watch is left over, none is missing")
                    .isEqualTo(1.0 + directories(source));
        }
    }

    /** How many files only a sweep could find. */
    private static int assertEqual(
            ModelReplica replica, Map<RelPath, String> after, List<Captured> captured, String where) {
        int[] swept = {0};
        Awaitility.await(where).atMost(WatchedSource.DEADLINE).untilAsserted(() -> {
            replica.settleLinks();
            swept[0] += replica.sweepContent();
            assertThat(differing(replica.entries(), after))
                    .as(
                            "%s: differing paths; captured were %s",
                            where, captured.stream().map(WatchedSource::brief).toList())
                    .isEmpty();
        });
        return swept[0];
    }

    private static List<String> differing(Map<RelPath, String> replica, Map<RelPath, String> source) {
        Set<RelPath> all = new TreeSet<>(replica.keySet());
        all.addAll(source.keySet());
        return all.stream()
                .filter(path -> !Objects.equals(replica.get(path), source.get(path)))
                .map(path -> path + ": replica " + replica.get(path) + ", source " + source.get(path))
                .toList();
    }

    /** Other names of a written file are the link index's business: {@link #assertEqual} looks at those. */
    private static void assertCovered(
            List<Captured> captured, Map<RelPath, String> before, Map<RelPath, String> after, String where) {
        Set<RelPath> paths = new HashSet<>();
        Set<RelPath> subtrees = new HashSet<>();
        for (Captured one : captured) {
            paths.add(one.path());
            if (one.recursive()) {
                subtrees.add(one.path());
            }
        }
        Set<RelPath> all = new HashSet<>(before.keySet());
        all.addAll(after.keySet());
        for (RelPath path : all) {
            boolean nameDiffers = before.containsKey(path) != after.containsKey(path);
            if (nameDiffers && !Objects.equals(before.get(path), after.get(path))) {
                assertThat(paths.contains(path) || path.ancestors().stream().anyMatch(subtrees::contains))
                        .as("%s path %s was %s is %s", where, path, before.get(path), after.get(path))
                        .isTrue();
            }
        }
    }

    private static int directories(WatchedSource source) {
        return (int) ModelReplica.snapshot(source.root).values().stream()
                .filter(mode -> mode.startsWith("40"))
                .count();
    }

    private static void churn(WatchedSource source, long seed) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            threads.add(new Thread(new Churn(source.directory, source.outside, seed + i, OPERATIONS), "churn-" + i));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
    }
}
