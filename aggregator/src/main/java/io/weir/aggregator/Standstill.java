package io.weir.aggregator;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * Tells when Kafka Streams joins its group, or restores, and gets nowhere although Kafka answers: then it waits for something that does
 * not come, as after a broker lost everything at that moment. Time while Kafka is away does not count. Confined to one thread.
 */
final class Standstill {
    private final long patienceNanos;
    private final BooleanSupplier kafkaAnswers;
    private boolean isCounting;
    private long sinceNanos;
    private long lastProgress;

    /** A standstill lasts for longer than the patience. */
    Standstill(Duration patience, BooleanSupplier kafkaAnswers) {
        this.patienceNanos = patience.toNanos();
        this.kafkaAnswers = kafkaAnswers;
    }

    /** Counts anew. */
    void reset() {
        isCounting = false;
    }

    /**
     * Whether it stands still now; counts anew after that.
     *
     * @param isWaiting whether it is not running yet
     * @param progress changes with whatever it gets done meanwhile
     */
    boolean is(boolean isWaiting, long progress, long nowNanos) {
        if (!isWaiting || progress != lastProgress || !kafkaAnswers.getAsBoolean()) {
            isCounting = false;
            lastProgress = progress;
            return false;
        }
        if (!isCounting) {
            isCounting = true;
            sinceNanos = nowNanos;
            return false;
        }
        boolean isOver = nowNanos - sinceNanos > patienceNanos;
        isCounting = !isOver;
        return isOver;
    }
}
