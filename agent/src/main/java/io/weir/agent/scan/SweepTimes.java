package io.weir.agent.scan;

import java.time.Duration;
import java.util.function.LongSupplier;

/** When a scan is due that nobody asked for. Confined to one thread, but for {@link #suspect} and {@link #suspicion}. */
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
    private boolean suspected; // guarded by this
    private boolean answering; // guarded by this

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
        if (!journal.hasTree() && suspicion() != Suspicion.RAISED) {
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
    synchronized void suspect() {
        suspected = true;
    }

    /** How far a suspicion is. */
    enum Suspicion {
        NONE,
        /** No scan has begun since. */
        RAISED,
        /** The scan under way answers it. */
        IN_HAND
    }

    /** Whether a file may have changed whose name no event told. In any thread. */
    synchronized Suspicion suspicion() {
        if (suspected) {
            return Suspicion.RAISED;
        }
        return answering ? Suspicion.IN_HAND : Suspicion.NONE;
    }

    /** A scan begins that answers what was suspected so far. */
    synchronized void answerSuspicion() {
        answering = suspected;
        suspected = false;
    }

    /** The scan has ended; when it was not done to the end, its answer is none. */
    synchronized void answered(boolean done) {
        suspected |= answering && !done;
        answering = false;
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
