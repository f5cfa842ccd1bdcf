package io.weir.applier.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.weir.applier.disk.DeletePolicy;
import io.weir.applier.disk.Deleter;
import io.weir.applier.disk.LocalRename;
import io.weir.applier.disk.ReplicaTree;
import io.weir.applier.disk.Trash;
import io.weir.posix.ErrnoException;
import io.weir.posix.Processes;
import io.weir.schemas.RelPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stranger with a right to write in the replica swaps a directory for a symbolic link to a tree outside, all the time, while Weir
 * works below it. Nothing outside may change.
 */
class SwapAttackTest {
    private static final Logger log = LoggerFactory.getLogger(SwapAttackTest.class);
    private static final long SEED = Long.getLong("weir.seed", System.nanoTime());
    private static final int ROUNDS = 3_000;
    private static final int PULLS = 4;
    private static final RelPath D = RelPath.of("d");
    private static final RelPath REAL = RelPath.of("real");

    /** Swaps until it is closed. */
    private static final class Swapper implements AutoCloseable {
        private final TestTree tree;
        private final byte[] target;
        private final AtomicBoolean stopped = new AtomicBoolean();
        private final AtomicLong swaps = new AtomicLong();
        private final Thread thread;

        Swapper(TestTree tree, Path outside) {
            this.tree = tree;
            this.target = outside.toString().getBytes(StandardCharsets.UTF_8);
            this.thread = new Thread(this::run, "swapper");
            thread.start();
        }

        private void run() {
            Random random = new Random(SEED);
            while (!stopped.get()) {
                try {
                    swap(random);
                } catch (ErrnoException e) {
                    // Weir was quicker: it deleted or replaced what was to be swapped.
                    restore();
                }
            }
            restore();
        }

        private void swap(Random random) throws ErrnoException {
            tree.rename(D, REAL);
            tree.symlink(target, D);
            linger(random);
            tree.remove(D);
            tree.rename(REAL, D);
            swaps.incrementAndGet();
            linger(random);
        }

        private static void linger(Random random) {
            for (int i = random.nextInt(2_000); i > 0; i--) {
                Thread.onSpinWait();
            }
        }

        private void restore() {
            try {
                if (tree.lstat(D) != null && tree.lstat(D).isSymlink()) {
                    tree.remove(D);
                }
                if (tree.lstat(REAL) != null) {
                    tree.remove(D);
                    tree.rename(REAL, D);
                }
                if (tree.lstat(D) == null) {
                    tree.mkdir(D);
                }
            } catch (ErrnoException e) {
                log.debug("not restored: {}", e.toString());
            }
        }

        @Override
        public void close() throws IOException {
            stopped.set(true);
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException(e);
            }
            log.info("seed={} swaps={}", SEED, swaps);
            assertThat(swaps.get()).as("swaps, seed %d", SEED).isPositive();
        }
    }

    /** What Weir does in one round; a refusal by the kernel is fine. */
    @FunctionalInterface
    private interface Act {
        void once(int round) throws Exception;
    }

    private static void attack(Bench bench, int rounds, Act act) throws Exception {
        bench.outside.write("a/x", "outside x");
        bench.outside.write("a/f", "outside f");
        bench.outside.mkdir("a/sub");
        bench.outside.write("a/sub/y", "outside y");
        Map<RelPath, String> before = bench.outside.snapshot();
        try (Swapper swapper = new Swapper(bench.replica, bench.outsidePath.resolve("a"))) {
            for (int round = 0; round < rounds; round++) {
                try {
                    act.once(round);
                } catch (ErrnoException e) {
                    log.trace("refused", e);
                }
            }
            assertThat(swapper.thread.isAlive()).isTrue();
        }
        assertThat(bench.outside.snapshot()).as("seed %d", SEED).isEqualTo(before);
    }

    private static void fill(Bench bench) {
        for (String name : new String[] {"d/b", "d/x"}) {
            try {
                bench.replica.write(name, "inside");
            } catch (ErrnoException e) {
                log.trace("swapped", e);
            }
        }
    }

    private static void deletes(Path work, boolean withTrash) throws Exception {
        try (Bench bench = new Bench(work);
                ReplicaTree tree = ReplicaTree.open(bench.replicaPath)) {
            bench.replica.mkdir("d");
            Trash trash =
                    withTrash ? new Trash(tree, new Trash.Keep(Duration.ofDays(1), 0), InstantSource.system()) : null;
            Deleter deleter = new Deleter(tree, DeletePolicy.ALLOW, trash);
            attack(bench, ROUNDS, round -> {
                fill(bench);
                deleter.delete(RelPath.of(round % 3 == 0 ? "d/sub" : round % 3 == 1 ? "d/x" : "d/b"));
                if (round % 10 == 0) {
                    deleter.delete(D);
                }
            });
        }
    }

    @Test
    void deleterStaysInside(@TempDir Path work) throws Exception {
        deletes(work, false);
    }

    @Test
    void trashStaysInside(@TempDir Path work) throws Exception {
        deletes(work, true);
    }

    @Test
    void localRenameStaysInside(@TempDir Path work) throws Exception {
        try (Bench bench = new Bench(work);
                ReplicaTree tree = ReplicaTree.open(bench.replicaPath)) {
            bench.replica.mkdir("d");
            LocalRename renames = new LocalRename(tree);
            attack(bench, ROUNDS, round -> {
                fill(bench);
                renames.rename(RelPath.of("d/x"), RelPath.of("d/renamed" + round), false);
                renames.rename(RelPath.of("d/b"), RelPath.of("out" + round), false);
                renames.rename(RelPath.of("d/sub"), RelPath.of("sub" + round), true);
            });
        }
    }

    @Test
    void pullStaysInside(@TempDir Path work) throws Exception {
        // Without root a mount cannot be made, and the README says what to do instead.
        assumeTrue(Processes.effectiveUid() == 0);
        try (Bench bench = new Bench(work)) {
            bench.source.mkdir("d");
            bench.source.mkdir("d/sub");
            bench.baseline();
            attack(bench, PULLS, round -> {
                for (int i = 0; i < 20; i++) {
                    bench.source.write("d/new" + round + "-" + i, "from the source");
                }
                bench.source.write("d/f", "round " + round);
                bench.source.write("d/sub/y", "round " + round);
                bench.reconcile(bench.source.recursive(D));
            });
        }
    }
}
