package io.weir.applier.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.applier.disk.DeletePolicy;
import io.weir.applier.rsync.RsyncOptions;
import io.weir.posix.Stat;
import io.weir.schemas.RelPath;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What makes a reconcile cheap, and must not make it wrong: renames from hints, files in place, calls side by side. */
class ShortcutsTest {
    private static void assertDone(Outcome outcome) {
        assertThat(outcome.state()).as(outcome.message()).isEqualTo(Outcome.State.DONE);
        assertThat(outcome.failed()).isEmpty();
    }

    private static void assertEqual(Bench bench) throws IOException {
        assertThat(bench.replica.snapshot()).isEqualTo(bench.source.snapshot());
    }

    @Test
    void renameHintMovesLocallyAndIsVerified(@TempDir Path work) throws IOException, InterruptedException {
        try (Bench bench = new Bench(work)) {
            bench.source.mkdir("old");
            bench.source.write(RelPath.of("old/big"), new byte[3_000_000]);
            assertDone(bench.baseline());
            Stat before = bench.replica.lstat(RelPath.of("old/big"));
            bench.source.rename(RelPath.of("old"), RelPath.of("new"));
            RelPath to = RelPath.of("new");
            Target moved = new Target(to, bench.source.observe(to), true, RelPath.of("old"));

            Outcome outcome = bench.reconcile(bench.source.target("old"), moved);

            assertDone(outcome);
            assertEqual(bench);
            assertThat(outcome.tally().renamed()).isEqualTo(1);
            assertThat(outcome.tally().bytesReceived()).isLessThan(100_000);
            assertThat(ino(bench.replica.lstat(RelPath.of("new/big")))).isEqualTo(ino(before));
        }
    }

    @Test
    void staleRenameHintAndSwapMoveNothing(@TempDir Path work) throws IOException, InterruptedException {
        try (Bench bench = new Bench(work)) {
            bench.source.mkdir("a");
            bench.source.write("a/x", "1");
            bench.source.mkdir("b");
            bench.source.write("b/y", "2");
            assertDone(bench.baseline());
            RelPath a = RelPath.of("a");
            RelPath b = RelPath.of("b");
            RelPath c = RelPath.of("c");
            bench.source.mkdir("c");
            Target stale = new Target(c, bench.source.observe(c), true, a);
            bench.source.rename(a, RelPath.of("t"));
            bench.source.rename(b, a);
            bench.source.rename(RelPath.of("t"), b);

            Outcome outcome = bench.reconcile(
                    stale,
                    new Target(a, bench.source.observe(a), true, b),
                    new Target(b, bench.source.observe(b), true, a));

            assertDone(outcome);
            assertThat(outcome.tally().renamed()).isZero();
            assertEqual(bench);
        }
    }

    @Test
    void staleHardLinkIsBrokenUp(@TempDir Path work) throws IOException, InterruptedException {
        try (Bench bench = new Bench(work)) {
            bench.source.write("a", "same");
            bench.source.link(RelPath.of("a"), RelPath.of("b"));
            assertDone(bench.baseline());
            Stat old = bench.source.lstat(RelPath.of("a"));
            bench.source.remove("b");
            bench.source.write("b", "same");
            bench.source.setTimes(RelPath.of("b"), old == null ? 0 : old.mtimeNanos());

            assertDone(bench.apply("a", "b"));

            assertEqual(bench);
        }
    }

    @Test
    void largeFileIsUpdatedInPlace(@TempDir Path work) throws IOException, InterruptedException {
        RsyncOptions options = RsyncOptions.of(Map.of("in-place-above", "1k"));
        try (Bench bench =
                new Bench(work, settings -> Bench.with(settings, options, Selection.ALL, DeletePolicy.ALLOW))) {
            bench.source.write(RelPath.of("big"), new byte[5000]);
            bench.source.write("small", "s");
            assertDone(bench.baseline());
            Stat before = bench.replica.lstat(RelPath.of("big"));
            bench.source.write(RelPath.of("big"), new byte[6000]);
            bench.source.write("small", "t");

            assertDone(bench.apply("big", "small"));

            assertEqual(bench);
            assertThat(ino(bench.replica.lstat(RelPath.of("big")))).isEqualTo(ino(before));
        }
    }

    @Test
    void callsSideBySideLeaveExactDirectoryTimes(@TempDir Path work) throws Exception {
        try (Bench bench = new Bench(work)) {
            bench.source.mkdir("d");
            for (int i = 0; i < 4; i++) {
                bench.source.mkdir("d/" + i);
            }
            assertDone(bench.baseline());
            List<CompletableFuture<Outcome>> lanes = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                String file = "d/" + i % 4 + "/f" + i;
                bench.source.write(file, "x" + i);
                bench.source.write("d/direct" + i, "y" + i);
                Target one = bench.source.target(file);
                Target two = bench.source.target("d/direct" + i);
                lanes.add(CompletableFuture.supplyAsync(() -> reconcile(bench, one, two)));
            }
            for (CompletableFuture<Outcome> lane : lanes) {
                assertDone(lane.get(60, TimeUnit.SECONDS));
            }

            assertEqual(bench);
        }
    }

    private static Outcome reconcile(Bench bench, Target... targets) {
        try {
            return bench.reconcile(targets);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static long ino(@Nullable Stat stat) {
        return stat == null ? -1 : stat.ino();
    }
}
