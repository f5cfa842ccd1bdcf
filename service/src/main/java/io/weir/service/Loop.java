package io.weir.service;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A named thread that runs one step after the other until closed. Every step is a heartbeat, so a step must return
 * within a second or so even when there is nothing to do. A step that throws ends the loop and goes to the fault handler:
 * what can be retried is retried inside the step.
 */
public final class Loop implements Service {
    private static final Logger log = LoggerFactory.getLogger(Loop.class);
    private static final Duration DEFAULT_PATIENCE = Duration.ofSeconds(10);

    /** The work of a loop: no thread, no waiting for longer than about a second. Tests may call it directly. */
    @FunctionalInterface
    public interface Step {
        /** One piece of work. Called in the loop's thread, again and again. */
        void run() throws Exception;

        /** Once, in the loop's thread, after the last step, also after a failed one: close what only it may touch. */
        default void finish() throws Exception {}

        /** From the closing thread: makes a waiting {@link #run} return soon (a consumer's wake-up, for example). */
        default void wakeUp() {}
    }

    private final String name;
    private final Step step;
    private final Heartbeat heartbeat;
    private final FaultHandler faults;
    private final Duration patience;
    private volatile boolean closing;
    private @Nullable Thread thread;

    /** A loop with the default patience of 10 seconds. */
    public Loop(String name, Step step, Heartbeat heartbeat, FaultHandler faults) {
        this(name, step, heartbeat, faults, DEFAULT_PATIENCE);
    }

    /** A loop; patience is how long a close waits for the step under way before it interrupts it. */
    public Loop(String name, Step step, Heartbeat heartbeat, FaultHandler faults, Duration patience) {
        this.name = name;
        this.step = step;
        this.heartbeat = heartbeat;
        this.faults = faults;
        this.patience = patience;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public synchronized void start() {
        if (thread != null || closing) {
            throw new IllegalStateException("start loop " + name + ": it was started or closed before");
        }
        heartbeat.beat();
        Thread created = new Thread(this::runSteps, name);
        thread = created;
        created.start();
    }

    private void runSteps() {
        Throwable failure = null;
        try {
            while (!closing) {
                heartbeat.beat();
                step.run();
            }
        } catch (Throwable e) {
            failure = e;
        }
        if (closing) {
            // An interrupt, or a wake-up, has done its work; finish() must be able to wait.
            Thread.interrupted();
        }
        try {
            step.finish();
        } catch (Throwable e) {
            if (failure == null) {
                failure = e;
            } else {
                failure.addSuppressed(e);
            }
        }
        heartbeat.stop();
        if (failure != null) {
            if (closing) {
                log.info("loop ended while closing: loop={} cause={}", name, failure.toString());
            } else {
                faults.fatal(name, failure);
            }
        }
    }

    /** Ends the loop after the step under way; interrupts that step when it takes longer than the patience. */
    @Override
    public void close() {
        Thread running;
        synchronized (this) {
            closing = true;
            running = thread;
        }
        if (running == null) {
            // Nobody waits for the progress of what never began.
            heartbeat.stop();
            return;
        }
        if (running == Thread.currentThread()) {
            return;
        }
        boolean interrupted = false;
        long end = System.nanoTime() + patience.toNanos();
        step.wakeUp();
        while (running.isAlive()) {
            try {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left > 0) {
                    running.join(left);
                } else {
                    log.warn("interrupting a step that does not end: loop={} patience={}", name, patience);
                    running.interrupt();
                    running.join();
                }
            } catch (InterruptedException e) {
                interrupted = true;
                end = System.nanoTime();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
