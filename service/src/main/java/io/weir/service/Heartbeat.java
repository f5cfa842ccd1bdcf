package io.weir.service;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The sign of progress of one loop. It is stale when the last beat is older than the limit: the loop hangs, whatever
 * ports are open. Thread-safe.
 */
public final class Heartbeat {
    private final String name;
    private final Duration limit;
    private final LongSupplier nanoClock;
    private volatile long lastNanos;
    private volatile boolean stopped;

    Heartbeat(String name, Duration limit, LongSupplier nanoClock) {
        this.name = name;
        this.limit = limit;
        this.nanoClock = nanoClock;
        lastNanos = nanoClock.getAsLong();
    }

    /** A heartbeat nobody watches, for tests and for loops whose hanging harms nothing. */
    public static Heartbeat unwatched(String name) {
        return new Heartbeat(name, Duration.ofDays(1), System::nanoTime);
    }

    /** The loop is alive now. */
    public void beat() {
        stopped = false;
        lastNanos = nanoClock.getAsLong();
    }

    /** The loop has ended in order; it is not stale any more. */
    public void stop() {
        stopped = true;
    }

    /** The name of the loop. */
    public String name() {
        return name;
    }

    /** How long ago the last beat was. */
    public Duration age() {
        return Duration.ofNanos(nanoClock.getAsLong() - lastNanos);
    }

    /** Whether the loop makes no progress. */
    public boolean isStale() {
        return !stopped && age().compareTo(limit) > 0;
    }
}
