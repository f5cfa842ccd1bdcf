package io.weir.service;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the first fault and lets the main thread wait for it, or for a request to stop. Thread-safe. */
public final class FaultLatch implements FaultHandler {
    private static final Logger log = LoggerFactory.getLogger(FaultLatch.class);

    private final CountDownLatch done = new CountDownLatch(1);
    private @Nullable WeirException fault;

    @Override
    public void fatal(String component, Throwable cause) {
        log.error("component failed: component={}", component, cause);
        synchronized (this) {
            if (fault == null) {
                ExitCode code = cause instanceof WeirException weir ? weir.exitCode() : ExitCode.FAILURE;
                String said = cause.getMessage() == null ? cause.toString() : cause.getMessage();
                fault = new WeirException(code, component + ": " + said, cause);
            }
        }
        done.countDown();
    }

    /** Ends the waiting without a fault, as a signal to stop does. */
    public void stop() {
        done.countDown();
    }

    /** The first fault so far. */
    public synchronized @Nullable WeirException fault() {
        return fault;
    }

    /**
     * Waits for {@link #stop}.
     *
     * @throws WeirException the first fault, as soon as there is one
     */
    public void await() throws InterruptedException {
        done.await();
        throwFault();
    }

    /** As {@link #await()}, but at most so long; false when time is up. */
    public boolean await(Duration most) throws InterruptedException {
        boolean stopped = done.await(most.toNanos(), TimeUnit.NANOSECONDS);
        throwFault();
        return stopped;
    }

    private void throwFault() {
        WeirException first = fault();
        if (first != null) {
            throw first;
        }
    }
}
