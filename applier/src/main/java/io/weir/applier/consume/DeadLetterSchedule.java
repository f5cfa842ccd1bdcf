package io.weir.applier.consume;

import java.time.Duration;
import java.util.List;

/**
 * When a failed path is tried again: twice soon, as what failed because the source changed under it is over in a moment, then on a
 * schedule that grows.
 *
 * @param initial after the third failure; doubled with every further one
 * @param max the longest wait
 */
public record DeadLetterSchedule(Duration initial, Duration max) {
    private static final List<Duration> SOON = List.of(Duration.ofSeconds(2), Duration.ofSeconds(20));

    /** How long after its last failure a path is tried again that has failed so often. */
    public Duration after(int attempts) {
        int before = Math.max(0, attempts - 1);
        if (before < SOON.size()) {
            return shorter(SOON.get(before), initial);
        }
        return shorter(initial.multipliedBy(1L << Math.min(20, before - SOON.size())), max);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
