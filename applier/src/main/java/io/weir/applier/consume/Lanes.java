package io.weir.applier.consume;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads that wait for rsync: as many as calls of it may run side by side. */
final class Lanes implements Executor, AutoCloseable {
    private static final Duration CLOSE = Duration.ofSeconds(10);

    private final ThreadPoolExecutor threads;

    Lanes(String name, int count) {
        AtomicInteger next = new AtomicInteger(1);
        threads = new ThreadPoolExecutor(
                count,
                count,
                0,
                TimeUnit.SECONDS,
                // Never long: a job is given out only when a lane is free.
                new LinkedBlockingQueue<>(),
                task -> new Thread(task, name + "-" + next.getAndIncrement()));
        threads.prestartAllCoreThreads();
    }

    @Override
    public void execute(Runnable job) {
        threads.execute(job);
    }

    /** Interrupts what still runs, which kills its rsync, and waits for the threads. */
    @Override
    public void close() {
        threads.shutdownNow();
        try {
            threads.awaitTermination(CLOSE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
