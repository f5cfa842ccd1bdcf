package io.weir.agent.scan;

import java.time.Duration;
import java.util.function.LongSupplier;

/** When a scan is due that nobody asked for. Confined to one thread, but for {@link #suspect}. */
final class SweepTimes {
    private static final long LONG_JOURNAL = 64L << 20;

    private final Journal journal;
    private final Duration interval;
    private final Duration soon;
    private final Scanner.Pace pace;
    private final LongSupplier nanoTime;
    private long sweptAtNanos;
    private long restUntilNanos;
    private long reasonSeenAtNanos;
    private boolean reasonSeen;
    private volatile boolean suspected;

    /** Times of the sweeps of what a journal notes. */
    SweepTimes(Journal journal, ScanSettings settings, Scanner.Pace pace, LongSupplier nanoTime) {
        this.journal = journal;
        this.interval = settings.sweepInterval();
        this.soon = settings.sweepSoon();
        this.pace = pace;
        this.nanoTime = nanoTime;
        this.sweptAtNanos = nanoTime.getAsLong();
        this.restUntilNanos = sweptAtNanos;
    }

    boolean isDue() {
        long now = nanoTime.getAsLong();
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

    /** Everything was compared, or is told as a whole: the next sweep is due after the interval. */
    void swept() {
        sweptAtNanos = nanoTime.getAsLong();
    }

    /** A scan is over that took so long, whatever came of it. */
    void rest(long tookNanos) {
        long until = nanoTime.getAsLong() + pace.rest() * tookNanos;
        restUntilNanos = until - restUntilNanos > 0 ? until : restUntilNanos;
    }

    /** A sweep cannot be done now. */
    void putOff() {
        restUntilNanos = nanoTime.getAsLong() + pace.retryAfter().toNanos();
    }
}
