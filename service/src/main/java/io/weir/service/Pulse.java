package io.weir.service;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The step of a loop that tells how things are: every interval, at once when told that something changed, and once more at
 * the end. {@link #changed} may come from any thread; what is told is told in the loop's thread.
 */
public final class Pulse implements Loop.Step {
    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final long intervalNanos;
    private final Runnable tell;
    private final Runnable last;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private boolean due = true;
    private boolean ending;
    private long lastNanos = System.nanoTime();

    /**
     * A pulse that begins with the first step.
     *
     * @param tell tells how things are
     * @param last tells it for the last time, instead
     */
    public Pulse(Duration interval, Runnable tell, Runnable last) {
        this.intervalNanos = interval.toNanos();
        this.tell = tell;
        this.last = last;
    }

    /** Something changed: it is told soon. Does not block. */
    public void changed() {
        lock.lock();
        try {
            due = true;
            news.signal();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void run() throws InterruptedException {
        if (isDue()) {
            lastNanos = System.nanoTime();
            tell.run();
        }
    }

    private boolean isDue() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = Math.min(STEP_NANOS, lastNanos + intervalNanos - System.nanoTime());
            while (!due && !ending && left > 0) {
                left = news.awaitNanos(left);
            }
            boolean now = !ending && (due || System.nanoTime() - lastNanos >= intervalNanos);
            due = false;
            return now;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void finish() {
        last.run();
    }

    @Override
    public void wakeUp() {
        lock.lock();
        try {
            ending = true;
            news.signal();
        } finally {
            lock.unlock();
        }
    }
}
