package io.weir.aggregator;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/** How many failures within a period are borne. Thread-safe. */
final class FailureBudget {
    private final int most;
    private final Duration period;
    private final Clock clock;
    /** Guarded by this. */
    private final Deque<Instant> failures = new ArrayDeque<>();

    FailureBudget(int most, Duration period, Clock clock) {
        this.most = most;
        this.period = period;
        this.clock = clock;
    }

    /** Notes a failure; false when it is one too many. */
    synchronized boolean spend() {
        Instant now = clock.instant();
        while (!failures.isEmpty() && failures.peekFirst().isBefore(now.minus(period))) {
            failures.removeFirst();
        }
        failures.addLast(now);
        return failures.size() <= most;
    }
}
