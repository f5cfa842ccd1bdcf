package io.weir.schemas;

import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** Times of the records as numbers: microseconds since 1970, as Avro's timestamp-micros has them. */
public final class Micros {
    private static final long PER_SECOND = 1_000_000;

    private Micros() {}

    /** An instant; what is finer than a microsecond is cut off. */
    public static long of(Instant instant) {
        return Math.addExact(
                Math.multiplyExact(instant.getEpochSecond(), PER_SECOND),
                TimeUnit.NANOSECONDS.toMicros(instant.getNano()));
    }

    /** The instant of a number. */
    public static Instant toInstant(long micros) {
        return Instant.ofEpochSecond(
                Math.floorDiv(micros, PER_SECOND), TimeUnit.MICROSECONDS.toNanos(Math.floorMod(micros, PER_SECOND)));
    }

    /** The system's wall clock. */
    public static long now() {
        return of(Instant.now());
    }
}
