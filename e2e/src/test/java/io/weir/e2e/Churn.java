package io.weir.e2e;

import io.weir.posix.ErrnoException;
import io.weir.posix.Fd;
import io.weir.posix.Fs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongPredicate;

/**
 * Writers that change a tree in every way that a replica must follow. Each writer has a subtree of its own ({@code w0},
 * {@code w1} ...) and all share one ({@code shared}), where they get in each other's way. The choices of each writer come from
 * the seed; what they meet in the shared tree depends on timing. A run may follow another one on the same tree.
 */
public final class Churn {
    /** What a writer does in one step. */
    public enum Operation {
        CREATE,
        APPEND,
        TRUNCATE,
        /** Other bytes, same length. */
        OVERWRITE,
        RENAME,
        MOVE_DIRECTORY,
        DELETE,
        DELETE_TREE,
        MAKE_DIRECTORY,
        SYMLINK,
        HARD_LINK,
        FIFO,
        CHMOD,
        /** Written under a temporary name, then renamed onto the final one. */
        REPLACE
    }

    /**
     * What to do.
     *
     * @param seed of all choices; print it
     * @param writers number of threads
     * @param maxEntries a writer that finds more names than that in one of its two subtrees deletes there
     * @param pause between two operations of one writer; zero for none
     * @param operations what is done
     */
    public record Plan(long seed, int writers, int maxEntries, Duration pause, Set<Operation> operations) {
        private static final Duration GENTLE = Duration.ofMillis(Integer.getInteger("weir.churn.pause.ms", 20));

        /** Everything. */
        public Plan(long seed, int writers, int maxEntries, Duration pause) {
            this(seed, writers, maxEntries, pause, EnumSet.allOf(Operation.class));
        }

        /** A plan without pauses and at most 2000 names in each subtree. */
        public static Plan of(long seed, int writers) {
            return new Plan(seed, writers, 2000, Duration.ZERO);
        }

        /**
         * Three writers that pause between their steps: leaves the processes of a small machine time, and still meets a fault in
         * the middle of something.
         */
        public static Plan gentle(long seed) {
            return new Plan(seed, 3, 400, GENTLE).withoutHardLinks();
        }

        /** The same with other pauses. */
        public Plan pausing(Duration other) {
            return new Plan(seed, writers, maxEntries, other, operations);
        }

        /**
         * The same without second names of a file: a write through one that is made, written and gone before an agent can look
         * is found by the sweep of the hour, for which no scenario of a fault waits.
         */
        public Plan withoutHardLinks() {
            Set<Operation> fewer = EnumSet.copyOf(operations);
            fewer.remove(Operation.HARD_LINK);
            return new Plan(seed, writers, maxEntries, pause, fewer);
        }
    }

    /**
     * What was done.
     *
     * @param done operations that succeeded, by kind
     * @param missed operations that found nothing to work on, or lost a race
     */
    public record Report(Map<Operation, Long> done, long missed) {
        /** Operations that succeeded. */
        public long total() {
            return done.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    private final Path root;
    private final Plan plan;
    private final AtomicLong steps = new AtomicLong();
    private volatile boolean stopped;

    /** Churn below an existing directory. */
    public Churn(Path root, Plan plan) {
        this.root = root;
        this.plan = plan;
    }

    /**
     * Runs all writers for a time and waits for them.
     *
     * @throws IOException what a writer met that is no race, such as a full disk
     * @throws InterruptedException when interrupted; the writers are stopped
     */
    public Report runFor(Duration duration) throws IOException, InterruptedException {
        long start = System.nanoTime();
        return run(done -> System.nanoTime() - start < duration.toNanos());
    }

    /**
     * Runs all writers until another thread calls {@link #stop}, and waits for them.
     *
     * @throws IOException what a writer met that is no race, such as a full disk
     * @throws InterruptedException when interrupted; the writers are stopped
     */
    public Report runUntilStopped() throws IOException, InterruptedException {
        return run(done -> !stopped);
    }

    /** Ends {@link #runUntilStopped}. May be called by any thread. */
    public void stop() {
        stopped = true;
    }

    /** How many steps all writers have begun. May be called by any thread. */
    public long steps() {
        return steps.get();
    }

    /**
     * Runs all writers for a number of steps each and waits for them.
     *
     * @throws IOException what a writer met that is no race, such as a full disk
     * @throws InterruptedException when interrupted; the writers are stopped
     */
    public Report runSteps(long stepsPerWriter) throws IOException, InterruptedException {
        return run(done -> done < stepsPerWriter);
    }

    private Report run(LongPredicate goOn) throws IOException, InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(plan.writers());
        try (Fd top = Fs.openDirectory(root.toString().getBytes(StandardCharsets.UTF_8))) {
            byte[] shared = ascii("shared");
            makeIfMissing(top, shared);
            List<Future<ChurnWriter>> running = new ArrayList<>();
            for (int i = 0; i < plan.writers(); i++) {
                byte[] own = ascii("w" + i);
                makeIfMissing(top, own);
                ChurnWriter writer = new ChurnWriter(top, List.of(own, shared), plan, i);
                running.add(threads.submit(() -> {
                    writer.run(done -> {
                        steps.incrementAndGet();
                        return goOn.test(done);
                    });
                    return writer;
                }));
            }
            return collect(running, threads);
        } finally {
            threads.shutdownNow();
        }
    }

    /** Waits for all of them also after a failure: they use the open root. */
    private static Report collect(List<Future<ChurnWriter>> running, ExecutorService threads)
            throws IOException, InterruptedException {
        Map<Operation, Long> done = new EnumMap<>(Operation.class);
        long missed = 0;
        IOException failure = null;
        for (Future<ChurnWriter> future : running) {
            try {
                ChurnWriter writer = future.get();
                writer.done().forEach((operation, count) -> done.merge(operation, count, Long::sum));
                missed += writer.missed();
            } catch (ExecutionException e) {
                failure = new IOException("a churn writer failed", e.getCause());
                threads.shutdownNow();
            }
        }
        if (failure != null) {
            throw failure;
        }
        return new Report(done, missed);
    }

    private static void makeIfMissing(Fd dir, byte[] name) throws ErrnoException {
        if (Fs.lstat(dir, name) == null) {
            Fs.mkdir(dir, name, 0755);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
