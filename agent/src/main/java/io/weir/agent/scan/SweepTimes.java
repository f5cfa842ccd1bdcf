package io.weir.agent.scan;

import java.time.Duration;

/** When a scan is due that nobody asked for. Confined to one thread, but for {@link #suspect}. */
final class SweepTimes {
    private static final long LONG_JOURNAL = 64L << 20;

    private final Journal journal;
    private final Duration interval;
    private final Duration soon;
    private final Scanner.Pace pace;
    private long sweptAtNanos = System.nanoTime();
    private long restUntilNanos = System.nanoTime();
    private long reasonSeenAtNanos;
    private boolean reasonSeen;
    private volatile boolean suspected;

    /** Times of the sweeps of what a journal notes. */
    SweepTimes(Journal journal, ScanSettings settings, Scanner.Pace pace) {
        this.journal = journal;
        this.interval = settings.sweepInterval();
        this.soon = settings.sweepSoon();
        this.pace = pace;
    }

    boolean isDue() {
        long now = System.nanoTime();
        if (now - restUntilNanos < 0) {
            return false;
        }
        if (!journal.hasTree() && !suspected) {
            reasonSeen = false;
        } else if (!reasonSeen) {
            reasonSeen = true;
            reasonSeenAtNanos = now;
        }
        return journal.hasRootTree()
                || (reasonSeen && now - reasonSeenAtNanos >= soon.toNanos())
                || journal.bytes() > LONG_JOURNAL
                || (interval.toNanos() > 0 && now - sweptAtNanos >= interval.toNanos());
    }

    /** A file may have changed whose name no event told. In any thread. */
    void suspect() {
        suspected = true;
    }

    /** A scan begins that answers what was suspected so far; says whether anything was. */
    boolean answerSuspicion() {
        boolean was = suspected;
        suspected = false;
        return was;
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
