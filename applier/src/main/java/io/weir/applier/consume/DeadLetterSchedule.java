package io.weir.applier.consume;

import java.time.Duration;

/**
 * When a failed path is tried again.
 *
 * @param initial after the first failure; doubled with every further one
 * @param max the longest wait
 */
public record DeadLetterSchedule(Duration initial, Duration max) {
    /** How long after its last failure a path is tried again that has failed so often. */
    public Duration after(int attempts) {
        int doublings = Math.min(20, Math.max(0, attempts - 1));
        Duration wait = initial.multipliedBy(1L << doublings);
        return wait.compareTo(max) > 0 ? max : wait;
    }
}
