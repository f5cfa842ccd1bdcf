package io.weir.cli;

import io.weir.service.ExitCode;
import io.weir.service.FaultLatch;
import io.weir.service.Service;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs a service until a signal, a fault or a stop from elsewhere, and closes it in order. SIGINT and SIGTERM end a service as
 * asked, so the process exits with 0 and not with the signal's number.
 */
final class Runner {
    private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(90);

    private Runner() {}

    /**
     * Starts the service, tells that it runs, waits, closes it.
     *
     * @param onStarted called once between start and wait
     * @return 0; a fault is thrown
     */
    static int run(Service service, FaultLatch faults, Runnable onStarted) throws InterruptedException {
        CountDownLatch closed = new CountDownLatch(1);
        AtomicInteger exit = new AtomicInteger(ExitCode.FAILURE.number());
        Thread hook = new Thread(() -> onSignal(faults, closed, exit), "stop");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            try (service) {
                service.start();
                onStarted.run();
                faults.await();
            }
            exit.set(ExitCode.OK.number());
        } finally {
            closed.countDown();
            remove(hook);
        }
        return ExitCode.OK.number();
    }

    /** The JVM would end with 130 or 143; a service that was asked to stop and did so has done its work. */
    private static void onSignal(FaultLatch faults, CountDownLatch closed, AtomicInteger exit) {
        faults.stop();
        try {
            if (closed.await(CLOSE_DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
                Runtime.getRuntime().halt(exit.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void remove(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The hook runs already: it was a signal that ended the wait, and the hook ends the process.
            return;
        }
    }
}
