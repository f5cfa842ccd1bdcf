package io.weir.service;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that the wall clock was set back, and tells whoever asked. Kafka's clients time by it what they wait for: polls, attempts to
 * connect, requests for metadata, heartbeats ({@code org.apache.kafka.common.utils.SystemTime}). After a step back they stand for as long
 * as it was set back; ones that are made anew do not. A step forth needs nothing: it only makes waits end early.
 *
 * <p>Thread-safe but for the steps, which are those of one loop.
 */
public final class ClockWatch implements Loop.Step {
    private static final Logger log = LoggerFactory.getLogger(ClockWatch.class);
    private static final Duration STEP = Duration.ofMillis(500);

    /** Less than that is waited for. */
    static final Duration TOLERANCE = Duration.ofSeconds(5);

    private final LongSupplier wallMillis;
    private final LongSupplier nanos;
    private final Executor executor;
    private final List<Runnable> actions = new CopyOnWriteArrayList<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    /** By how much the wall clock was ahead of the monotonic one at the last look. */
    private long aheadMillis;

    /** Ends the telling. */
    public interface Registration extends AutoCloseable {
        @Override
        void close();
    }

    /** A watch of the machine's clock, from now on. */
    public ClockWatch() {
        this(System::currentTimeMillis, System::nanoTime, ClockWatch::besides);
    }

    ClockWatch(LongSupplier wallMillis, LongSupplier nanos, Executor executor) {
        this.wallMillis = wallMillis;
        this.nanos = nanos;
        this.executor = executor;
        this.aheadMillis = wallMillis.getAsLong() - TimeUnit.NANOSECONDS.toMillis(nanos.getAsLong());
    }

    /** The close of a client may take as long as its connections, and may not hold up that of the others. */
    private static void besides(Runnable action) {
        Thread thread = new Thread(action, "clock-set-back");
        thread.setDaemon(true);
        thread.start();
    }

    /** What to do each time after the clock was set back, in a thread of its own; what it throws is logged. */
    public Registration onSetBack(Runnable action) {
        actions.add(action);
        return () -> actions.remove(action);
    }

    @Override
    public void run() throws InterruptedException {
        if (!stopped.await(STEP.toMillis(), TimeUnit.MILLISECONDS)) {
            look();
        }
    }

    /** Compares the clocks. */
    void look() {
        long before = nanos.getAsLong();
        long wall = wallMillis.getAsLong();
        long after = nanos.getAsLong();
        if (after - before > TimeUnit.SECONDS.toNanos(1)) {
            // Stopped in between: the next look tells.
            return;
        }
        long ahead = wall - TimeUnit.NANOSECONDS.toMillis(after);
        Duration back = Duration.ofMillis(aheadMillis - ahead);
        aheadMillis = ahead;
        if (back.compareTo(TOLERANCE) > 0) {
            log.warn(
                    "the clock was set back, Kafka's clients go by it and are made anew: seconds={}", back.toSeconds());
            actions.forEach(action -> executor.execute(() -> tell(action)));
        }
    }

    private static void tell(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            log.warn("a client of Kafka did not end well after the clock was set back", e);
        }
    }

    @Override
    public void wakeUp() {
        stopped.countDown();
    }
}
