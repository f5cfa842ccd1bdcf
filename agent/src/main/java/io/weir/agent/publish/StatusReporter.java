package io.weir.agent.publish;

import io.weir.schemas.Status;
import io.weir.service.Loop;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the heartbeats of all sources of an agent: on a schedule, and at once when something changed. A heartbeat that
 * cannot be sent is dropped, since a newer one follows. The steps are confined to one thread.
 */
public final class StatusReporter implements Loop.Step {
    private static final Logger log = LoggerFactory.getLogger(StatusReporter.class);
    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final StatusLog statusLog;
    private final List<Supplier<Status>> sources;
    private final long intervalNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean due = true;
    private long lastNanos = System.nanoTime();
    private volatile boolean failing;

    /** Reports what the suppliers say, every interval at least. */
    public StatusReporter(StatusLog statusLog, List<Supplier<Status>> sources, Duration interval) {
        this.statusLog = statusLog;
        this.sources = List.copyOf(sources);
        this.intervalNanos = interval.toNanos();
    }

    /** Something changed: report soon. Does not block; any thread. */
    public void changed() {
        lock.lock();
        try {
            due = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void run() throws InterruptedException {
        if (isDue()) {
            lastNanos = System.nanoTime();
            for (Supplier<Status> source : sources) {
                report(source.get());
            }
        }
    }

    private boolean isDue() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = Math.min(STEP_NANOS, lastNanos + intervalNanos - System.nanoTime());
            while (!due && left > 0) {
                left = changed.awaitNanos(left);
            }
            boolean now = due || System.nanoTime() - lastNanos >= intervalNanos;
            due = false;
            return now;
        } finally {
            lock.unlock();
        }
    }

    private void report(Status status) {
        CompletableFuture<Long> unused = statusLog.append(status).whenComplete((offset, failure) -> {
            if (failure == null) {
                failing = false;
            } else if (!failing) {
                failing = true;
                log.warn(
                        "status records cannot be sent, tried again with each heartbeat: component={} cause={}",
                        status.getComponent(),
                        failure.toString());
            }
        });
    }

    @Override
    public void wakeUp() {
        changed();
    }
}
