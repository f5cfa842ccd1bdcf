package io.weir.agent.scan;

import java.time.Duration;

/** When a scan is due that nobody asked for. Confined to one thread. */
final class SweepTimes {
    private static final long LONG_JOURNAL = 64L << 20;

    private final Journal journal;
    private final Duration interval;
    private final Scanner.Pace pace;
    private long sweptAtNanos = System.nanoTime();
    private long restUntilNanos = System.nanoTime();
    private long treeSeenAtNanos;
    private boolean treeSeen;

    /** Times of the sweeps of what a journal notes. */
    SweepTimes(Journal journal, Duration interval, Scanner.Pace pace) {
        this.journal = journal;
        this.interval = interval;
        this.pace = pace;
    }

    boolean isDue() {
        long now = System.nanoTime();
        if (now - restUntilNanos < 0) {
            return false;
        }
        if (!journal.hasTree()) {
            treeSeen = false;
        } else if (!treeSeen) {
            treeSeen = true;
            treeSeenAtNanos = now;
        }
        return journal.hasRootTree()
                || (treeSeen && now - treeSeenAtNanos >= pace.learnAfter().toNanos())
                || journal.bytes() > LONG_JOURNAL
                || (interval.toNanos() > 0 && now - sweptAtNanos >= interval.toNanos());
    }

    /** A scan that began then is over. */
    void scanned(long beganNanos) {
        long now = System.nanoTime();
        sweptAtNanos = now;
        restUntilNanos = Math.max(restUntilNanos, now + pace.rest() * (now - beganNanos));
    }

    /** A sweep cannot be done now. */
    void putOff() {
        restUntilNanos = System.nanoTime() + pace.retryAfter().toNanos();
    }
}
