package io.weir.applier.consume;

import io.weir.applier.reconcile.Outcome;
import io.weir.service.Backoff;
import io.weir.service.Outage;
import java.time.Duration;

/**
 * When a source may be tried again after it, or the way to it, failed as a whole. For ever, with growing waits; while it
 * fails, one job at a time tries. Guarded by its owner.
 */
final class RetryPolicy {
    static final Duration INITIAL = Duration.ofMillis(250);
    static final Duration MAX = Duration.ofSeconds(10);

    private final Backoff backoff;
    private Outcome.State state = Outcome.State.DONE;
    private String message = "";
    private long retryAt;
    private final Outage outage = new Outage();

    RetryPolicy(Backoff backoff) {
        this.backoff = backoff;
    }

    boolean mayTry(int jobsUnderWay, long nowNanos) {
        return isHealthy() || (jobsUnderWay == 0 && nowNanos - retryAt >= 0);
    }

    boolean isHealthy() {
        return state == Outcome.State.DONE;
    }

    /** What of it is told. */
    Outage outage() {
        return outage;
    }

    Outcome.State state() {
        return state;
    }

    String message() {
        return message;
    }

    void succeeded() {
        backoff.reset();
        state = Outcome.State.DONE;
        message = "";
    }

    /** Notes a failure; returns how long to wait. */
    Duration failed(Outcome outcome, long nowNanos) {
        state = outcome.state();
        message = outcome.message();
        Duration wait = backoff.next();
        retryAt = nowNanos + wait.toNanos();
        return wait;
    }
}
