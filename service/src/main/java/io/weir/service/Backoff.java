package io.weir.service;

import java.time.Duration;
import java.util.Random;
import java.util.random.RandomGenerator;

/**
 * Growing waits between tries: each is twice the one before, up to a maximum, shortened by a random share so that many
 * waiters do not come back at the same moment. Not thread-safe: one per thing that is tried.
 */
public final class Backoff {
    private final Duration initial;
    private final Duration max;
    private final double jitter;
    private final RandomGenerator random;
    private Duration base;

    /** A backoff with a random seed; jitter is the largest share taken off, from 0 to 1. */
    public Backoff(Duration initial, Duration max, double jitter) {
        this(initial, max, jitter, new Random());
    }

    /** As above, with the randomness given. */
    public Backoff(Duration initial, Duration max, double jitter, RandomGenerator random) {
        if (initial.isNegative() || initial.isZero() || max.compareTo(initial) < 0 || jitter < 0 || jitter > 1) {
            throw new IllegalArgumentException(
                    "backoff needs 0 < initial <= max and 0 <= jitter <= 1: " + initial + ", " + max + ", " + jitter);
        }
        this.initial = initial;
        this.max = max;
        this.jitter = jitter;
        this.random = random;
        base = initial;
    }

    /** How long to wait before the next try. */
    public Duration next() {
        Duration wait = base;
        base = base.compareTo(max.dividedBy(2)) > 0 ? max : base.multipliedBy(2);
        return Duration.ofNanos((long) (wait.toNanos() * (1 - jitter * random.nextDouble())));
    }

    /** The last try succeeded: start over. */
    public void reset() {
        base = initial;
    }
}
