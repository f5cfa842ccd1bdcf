package io.weir.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/**
 * The clock of the machine, set forth or back for a while as an administrator or ntpd(8) would, and put back also when the test fails
 * or is ended: to what it was, and the time that went by since on the monotonic clock, which nobody sets. Everything on the machine
 * sees it.
 */
final class Clock implements AutoCloseable {
    private static final int CAP_SYS_TIME = 25;

    private final Duration step;
    private final Instant before = Instant.now();
    private final long beforeNanos = System.nanoTime();
    private final Thread atExit = new Thread(this::restoreAtExit);

    private Clock(Duration step) {
        this.step = step;
    }

    /** Skips the test where the clock may not be set (capabilities(7), CAP_SYS_TIME). */
    static void required() throws IOException {
        String key = "CapEff:";
        boolean may = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith(key))
                .map(line -> Long.parseUnsignedLong(line.substring(key.length()).strip(), 16))
                .anyMatch(capabilities -> (capabilities >> CAP_SYS_TIME & 1) == 1);
        assumeTrue(may, "skipped: the clock may not be set here");
    }

    /** Sets it forth, or back when the step is negative. */
    static Clock stepped(Duration step) throws IOException {
        Clock clock = new Clock(step);
        Runtime.getRuntime().addShutdownHook(clock.atExit);
        clock.set(step);
        return clock;
    }

    /** To so much off what is right; as often as one likes. */
    private synchronized void set(Duration off) throws IOException {
        Instant wanted = before.plusNanos(System.nanoTime() - beforeNanos).plus(off);
        try {
            Shell.run(Path.of("/"), "date", "--set=@%d.%09d".formatted(wanted.getEpochSecond(), wanted.getNano()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while setting the clock to " + wanted, e);
        }
    }

    private void restoreAtExit() {
        try {
            set(Duration.ZERO);
        } catch (IOException e) {
            System.err.println("the clock may still be off by " + step + ": " + e);
        }
    }

    @Override
    public String toString() {
        return "a clock that is off by " + step;
    }

    @Override
    public void close() throws IOException {
        set(Duration.ZERO);
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // The tests are being ended, and the hook sets the same.
        }
    }
}
