package io.weir.agent.scan;

import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

/**
 * Numbers the times in which moments of the agent's clock can be compared with change times: a new one begins with each
 * session, and when the clock was set back. Thread-safe.
 */
final class SessionClock {
    /** By so much the clock may be set back without being noticed. */
    static final long SLACK_MICROS = 500_000;

    private final LongSupplier wallMicros;
    private final LongSupplier monotonicNanos;
    private long aheadMicros; // guarded by this
    private long session; // guarded by this

    /** A new session with these clocks. */
    SessionClock(LongSupplier wallMicros, LongSupplier monotonicNanos) {
        this.wallMicros = wallMicros;
        this.monotonicNanos = monotonicNanos;
        begin();
    }

    /** What is to be noted with a moment that was just now; {@link Since#NEVER} when it lies in the future. */
    synchronized Since since(long atMicros) {
        check();
        return atMicros > wallMicros.getAsLong() + SLACK_MICROS ? Since.NEVER : new Since(session, atMicros);
    }

    /** Whether what changed after this moment has a change time after it. */
    synchronized boolean isWithin(Since since) {
        check();
        return since.session() == session;
    }

    /** The clock that is never set, in nanoseconds. */
    long nanos() {
        return monotonicNanos.getAsLong();
    }

    private void check() {
        if (ahead() < aheadMicros - SLACK_MICROS) {
            begin();
        } else {
            aheadMicros = Math.max(aheadMicros, ahead());
        }
    }

    private void begin() {
        aheadMicros = ahead();
        session = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
    }

    private long ahead() {
        return wallMicros.getAsLong() - monotonicNanos.getAsLong() / 1000;
    }
}
