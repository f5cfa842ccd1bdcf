package io.weir.cli;

import io.weir.applier.consume.BaselineMeter;
import io.weir.applier.reconcile.Progress;
import java.io.PrintWriter;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Tells a person at a terminal, once a second in one line, how far a sync is. Counting is thread-safe. */
final class SyncProgress implements Progress, AutoCloseable {
    private static final String CLEAR_LINE = "\r\u001B[K";

    private final AtomicLong listed = new AtomicLong();
    private final BaselineMeter meter = new BaselineMeter();
    private final PrintWriter err;
    private final ScheduledExecutorService telling;
    private final boolean isTold;

    /** Begins; tells nobody where no person reads it. */
    SyncProgress(String source, PrintWriter err, boolean isTold) {
        this.err = err;
        this.isTold = isTold;
        meter.begin(System.nanoTime());
        telling = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "progress");
            thread.setDaemon(true);
            return thread;
        });
        if (isTold) {
            ScheduledFuture<?> unused = telling.scheduleWithFixedDelay(() -> tell(source), 1, 1, TimeUnit.SECONDS);
        }
    }

    private void tell(String source) {
        meter.text(System.nanoTime()).ifPresent(text -> err.print(CLEAR_LINE + source + ": " + text));
        err.flush();
    }

    /** Entries of the source that were listed. */
    long listed() {
        return listed.get();
    }

    @Override
    public void listed(long entries) {
        listed.addAndGet(entries);
        meter.listed(entries);
    }

    @Override
    public void toDo(long paths) {
        meter.toDo(paths);
    }

    @Override
    public void done(long paths, long bytes) {
        meter.done(paths, bytes);
    }

    @Override
    public void close() {
        telling.shutdownNow();
        if (isTold) {
            err.print(CLEAR_LINE);
            err.flush();
        }
    }
}
