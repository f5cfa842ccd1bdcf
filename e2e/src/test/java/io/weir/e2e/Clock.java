package io.weir.e2e;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The clock of the machine, set forth or back for a while as an administrator or ntpd(8) would, and put back also when the test fails
 * or is ended. The monotonic clock goes on as it did. Needs root; everything on the machine sees it, so that the test runs alone.
 */
final class Clock implements AutoCloseable {
    private final Duration step;
    private final Thread atExit = new Thread(this::restoreAtExit);

    private Clock(Duration step) {
        this.step = step;
    }

    /** Sets it forth, or back when the step is negative. */
    static Clock stepped(Duration step) throws IOException {
        Clock clock = new Clock(step);
        set(step);
        Runtime.getRuntime().addShutdownHook(clock.atExit);
        return clock;
    }

    private static void set(Duration step) throws IOException {
        try {
            // Relative, so that the time that the command takes is not lost.
            Shell.run(Path.of("/"), "date", "--set", step.toSeconds() + " seconds");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while setting the clock by " + step, e);
        }
    }

    private void restoreAtExit() {
        try {
            set(step.negated());
        } catch (IOException e) {
            System.err.println("the clock is still off by " + step + ": " + e);
        }
    }

    @Override
    public String toString() {
        return "a clock that is off by " + step;
    }

    @Override
    public void close() throws IOException {
        set(step.negated());
        Runtime.getRuntime().removeShutdownHook(atExit);
    }
}
