package io.weir.aggregator;

import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** Times of records as microseconds since the epoch. */
final class Micros {
    private Micros() {}

    static long of(Instant time) {
        return TimeUnit.SECONDS.toMicros(time.getEpochSecond()) + TimeUnit.NANOSECONDS.toMicros(time.getNano());
    }

    static Instant toInstant(long micros) {
        return Instant.EPOCH
                .plusSeconds(Math.floorDiv(micros, 1_000_000L))
                .plusNanos(Math.floorMod(micros, 1_000_000L) * 1_000L);
    }
}
