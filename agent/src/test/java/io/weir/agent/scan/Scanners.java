package io.weir.agent.scan;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.LongSupplier;

/** Scanners for tests of other packages. */
public final class Scanners {
    private Scanners() {}

    /** One that sweeps as soon as there is something to learn. */
    public static Scanner eager(Scanner.Wiring wiring) {
        return with(wiring, () -> ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()), System::nanoTime);
    }

    /** The same with clocks of its own: in microseconds since 1970, and in nanoseconds. */
    static Scanner with(Scanner.Wiring wiring, LongSupplier clock, LongSupplier nanoTime) {
        Scanner.Pace pace = new Scanner.Pace(Duration.ZERO, Duration.ofSeconds(60), 0);
        return new Scanner(wiring, pace, new SessionClock(clock, nanoTime));
    }
}
