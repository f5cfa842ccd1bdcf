package io.weir.agent.scan;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Holds the walkers of a scan to a rate, all together. Thread-safe. */
final class Throttle {
    private final long perSecond;
    private long dueNanos = System.nanoTime(); // guarded by this

    /** At most so many entries a second; 0 for as many as can be. */
    Throttle(long perSecond) {
        this.perSecond = perSecond;
    }

    /** Waits until these entries are paid for, or until stopped. */
    void spend(long entries, BooleanSupplier stopped) {
        if (perSecond == 0) {
            return;
        }
        long until;
        synchronized (this) {
            long now = System.nanoTime();
            // A tenth of a second may be saved up.
            dueNanos = Math.max(dueNanos, now - TimeUnit.MILLISECONDS.toNanos(100))
                    + TimeUnit.SECONDS.toNanos(entries) / perSecond;
            until = dueNanos;
        }
        long left = until - System.nanoTime();
        while (left > 0 && !stopped.getAsBoolean()) {
            LockSupport.parkNanos(Math.min(left, TimeUnit.MILLISECONDS.toNanos(100)));
            left = until - System.nanoTime();
        }
    }
}
