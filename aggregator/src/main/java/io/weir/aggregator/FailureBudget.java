package io.weir.aggregator;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;

/** How many failures within a period are borne. Thread-safe. */
final class FailureBudget {
    private final int most;
    private final long periodNanos;
    private final LongSupplier nanos;
    /** Guarded by this. */
    private final Deque<Long> failures = new ArrayDeque<>();

    FailureBudget(int most, Duration period, LongSupplier nanos) {
        this.most = most;
        this.periodNanos = period.toNanos();
        this.nanos = nanos;
    }

    /** Notes a failure; false when it is one too many. */
    synchronized boolean spend() {
        long now = nanos.getAsLong();
        while (!failures.isEmpty() && now - failures.peekFirst() > periodNanos) {
            failures.removeFirst();
        }
        failures.addLast(now);
        return failures.size() <= most;
    }
}
