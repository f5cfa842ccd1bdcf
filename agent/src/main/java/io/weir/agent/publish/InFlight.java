package io.weir.agent.publish;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The records of one epoch that were sent and are not acknowledged. Bounded: {@link #awaitRoom} is where the back-pressure
 * of Kafka is felt. The first failure is final for the epoch. Thread-safe: one publisher sends, Kafka's thread answers.
 */
final class InFlight {
    private final int bound;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** By sequence, ascending; guarded by the lock. */
    private final LinkedHashMap<Long, Dirty> unacknowledged = new LinkedHashMap<>();

    private long lastSent;
    private boolean proven;
    private @Nullable Throwable failure;

    InFlight(int bound) {
        this.bound = bound;
    }

    /** A record is about to be sent. */
    void sending(long sequence, Dirty entry) {
        lock.lock();
        try {
            unacknowledged.put(sequence, entry);
            lastSent = sequence;
        } finally {
            lock.unlock();
        }
    }

    /** Kafka has the record, or (with a failure) may never have it. */
    void answered(long sequence, @Nullable Throwable cause) {
        lock.lock();
        try {
            if (cause == null) {
                unacknowledged.remove(sequence);
                proven = true;
            } else if (failure == null) {
                failure = cause;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until one more record may be sent; returns false when the time is over or the epoch has failed. */
    boolean awaitRoom(long timeout, TimeUnit unit) throws InterruptedException {
        return await(bound - 1, timeout, unit);
    }

    /** Waits until everything is acknowledged; returns false when the time is over or the epoch has failed. */
    boolean awaitEmpty(long timeout, TimeUnit unit) throws InterruptedException {
        return await(0, timeout, unit);
    }

    private boolean await(int atMost, long timeout, TimeUnit unit) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = unit.toNanos(timeout);
            while (unacknowledged.size() > atMost && failure == null && left > 0) {
                left = changed.awaitNanos(left);
            }
            return failure == null && unacknowledged.size() <= atMost;
        } finally {
            lock.unlock();
        }
    }

    /** Whether Kafka ever acknowledged a record of the epoch. */
    boolean isProven() {
        lock.lock();
        try {
            return proven;
        } finally {
            lock.unlock();
        }
    }

    /** Why the epoch has to end, if it has. */
    @Nullable
    Throwable failure() {
        lock.lock();
        try {
            return failure;
        } finally {
            lock.unlock();
        }
    }

    /** The sequence up to which, inclusive, everything is acknowledged; 0 before the first. */
    long acknowledged() {
        lock.lock();
        try {
            return unacknowledged.isEmpty()
                    ? lastSent
                    : unacknowledged.keySet().iterator().next() - 1;
        } finally {
            lock.unlock();
        }
    }

    /** Capture time of the oldest entry in microseconds since the epoch, or {@link Long#MAX_VALUE} when there is none. */
    long oldestMicros() {
        lock.lock();
        try {
            return unacknowledged.isEmpty()
                    ? Long.MAX_VALUE
                    : unacknowledged.values().iterator().next().capturedAtMicros();
        } finally {
            lock.unlock();
        }
    }

    /** How many records are not acknowledged. */
    int size() {
        lock.lock();
        try {
            return unacknowledged.size();
        } finally {
            lock.unlock();
        }
    }

    /** The entries that are not acknowledged, the oldest first. */
    List<Dirty> unacknowledged() {
        lock.lock();
        try {
            return new ArrayList<>(unacknowledged.values());
        } finally {
            lock.unlock();
        }
    }
}
