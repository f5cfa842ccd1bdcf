package io.weir.applier.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.applier.rsync.RsyncOptions;
import io.weir.schemas.RelPath;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a baseline costs: nothing but a listing for what is equal, and only the rest after it was killed. With real rsync. */
class BaselineTest {
    private static final int FILES = 200;
    private static final int SIZE = 20_000;

    /** Counts, and may be waited for. */
    private static final class Counting implements Progress {
        private final AtomicLong listed = new AtomicLong();
        private final AtomicLong toDo = new AtomicLong();
        private final AtomicLong done = new AtomicLong();
        private final AtomicLong bytes = new AtomicLong();

        @Override
        public void listed(long entries) {
            listed.addAndGet(entries);
        }

        @Override
        public void toDo(long paths) {
            toDo.addAndGet(paths);
        }

        @Override
        public void done(long paths, long received) {
            done.addAndGet(paths);
            bytes.addAndGet(received);
        }
    }

    private static void fill(Bench bench) throws IOException {
        byte[] content = new byte[SIZE];
        new Random(7).nextBytes(content);
        for (int i = 0; i < FILES; i++) {
            bench.source.write(RelPath.of("f" + i), content);
        }
    }

    private static List<Target> all(Bench bench) throws IOException {
        return List.of(bench.source.recursive(RelPath.ROOT));
    }

    @Test
    void tellsHowFarItIs(@TempDir Path work) throws IOException, InterruptedException {
        try (Bench bench = new Bench(work)) {
            fill(bench);
            Counting progress = new Counting();

            Outcome outcome = bench.reconciler.baseline(all(bench), progress);

            assertThat(outcome.state()).isEqualTo(Outcome.State.DONE);
            // The root and Weir's own are listed too.
            assertThat(progress.listed.get()).isGreaterThanOrEqualTo(FILES);
            assertThat(progress.toDo.get()).isEqualTo(FILES);
            assertThat(progress.done.get()).isGreaterThanOrEqualTo(FILES);
            assertThat(progress.bytes.get()).isGreaterThanOrEqualTo((long) FILES * SIZE);
        }
    }

    @Test
    void replicaThatIsEqualAlreadyCostsAListing(@TempDir Path work) throws IOException, InterruptedException {
        try (Bench bench = new Bench(work)) {
            fill(bench);
            bench.source.link(RelPath.of("f0"), RelPath.of("linked"));
            copy(bench);

            Outcome outcome = bench.baseline();

            assertThat(outcome.state()).as(outcome.message()).isEqualTo(Outcome.State.DONE);
            assertThat(outcome.tally().updated()).isZero();
            assertThat(outcome.tally().deleted()).isZero();
            assertThat(outcome.tally().bytesReceived()).isLessThan((long) FILES * SIZE / 20);
            assertThat(bench.replica.snapshot()).isEqualTo(bench.source.snapshot());
        }
    }

    /** As somebody would seed a replica from a disk. */
    private static void copy(Bench bench) throws IOException, InterruptedException {
        Process copy = new ProcessBuilder(
                        "rsync", "-aH", "--exclude=/.weir", bench.sourcePath + "/", bench.replicaPath + "/")
                .inheritIO()
                .start();
        assertThat(copy.waitFor()).isZero();
    }

    private static boolean isPull(ProcessHandle process, Path replica) {
        return Leftovers.isPullInto(
                replica, process.info().arguments().map(Arrays::asList).orElse(List.of()));
    }

    @Test
    void killedBaselineGoesOnWithTheRest(@TempDir Path work) throws IOException, InterruptedException {
        // Slow enough to be killed in the middle.
        RsyncOptions slow = RsyncOptions.DEFAULTS.withBaselineBwlimit(300 * 1024);
        AtomicReference<ReconcilerSettings> used = new AtomicReference<>();
        try (Bench bench = new Bench(work, old -> {
            ReconcilerSettings settings = Bench.with(old, slow, old.selection(), old.deletePolicy());
            used.set(settings);
            return settings;
        })) {
            fill(bench);
            Counting progress = new Counting();
            AtomicReference<Outcome> first = new AtomicReference<>();
            List<Target> targets = all(bench);
            Thread lane = new Thread(() -> {
                try {
                    first.set(bench.reconciler.baseline(targets, progress));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            lane.start();
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> progress.done.get() >= 20);
            // As with an applier: rsync dies in the middle of a file, and nothing is tidied up.
            ProcessHandle.current()
                    .descendants()
                    .filter(process -> isPull(process, bench.replicaPath))
                    .forEach(ProcessHandle::destroyForcibly);
            lane.join();
            assertThat(first.get().state()).isEqualTo(Outcome.State.TRANSPORT);
            long there = bench.replica.walk().size();
            assertThat(there).isBetween(1L, FILES - 1L);

            try (RsyncReconciler next = new RsyncReconciler(
                    Bench.with(
                            used.get(),
                            RsyncOptions.DEFAULTS,
                            used.get().selection(),
                            used.get().deletePolicy()),
                    () -> {},
                    new SimpleMeterRegistry())) {
                Outcome outcome = next.baseline(targets, new Counting());

                assertThat(outcome.state()).as(outcome.message()).isEqualTo(Outcome.State.DONE);
                assertThat(outcome.tally().updated()).isEqualTo(FILES - there);
                assertThat(outcome.tally().bytesReceived()).isLessThan((FILES - there) * (SIZE + 500L) + 50_000);
                assertThat(bench.replica.snapshot()).isEqualTo(bench.source.snapshot());
            }
        }
    }
}
