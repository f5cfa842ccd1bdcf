package io.weir.applier.consume;

import io.weir.schemas.Micros;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.function.LongSupplier;

/**
 * The two clocks: one for records, one for waiting.
 *
 * @param wall the time of day, for what people read and for lag
 * @param monotonic nanoseconds that never step back, for what is due
 */
public record Clocks(InstantSource wall, LongSupplier monotonic) {
    /** The system's. */
    public static Clocks system() {
        return new Clocks(InstantSource.system(), System::nanoTime);
    }

    Instant now() {
        return wall.instant().truncatedTo(ChronoUnit.MICROS);
    }

    long nanos() {
        return monotonic.getAsLong();
    }

    static long micros(Instant instant) {
        return Micros.of(instant);
    }

    static Instant instant(long micros) {
        return Micros.toInstant(micros);
    }
}
