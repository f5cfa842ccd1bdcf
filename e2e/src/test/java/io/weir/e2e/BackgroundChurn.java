package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** {@link Churn} that goes on while a test does something else. Used by one thread. */
final class BackgroundChurn implements AutoCloseable {
    private final Churn churn;
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final Future<Churn.Report> running;

    private BackgroundChurn(Churn churn) {
        this.churn = churn;
        this.running = thread.submit(churn::runUntilStopped);
    }

    /** Starts as planned. */
    static BackgroundChurn start(Path directory, Churn.Plan plan) {
        return new BackgroundChurn(new Churn(directory, plan));
    }

    /** Whether it goes on: nobody has stopped it, and it did not fail. */
    boolean isRunning() {
        return !running.isDone();
    }

    /** Waits until so many more steps were begun. */
    void awaitSteps(long more) {
        long goal = churn.steps() + more;
        await("churn").atMost(EventuallyEqual.DEADLINE).until(() -> churn.steps() >= goal || running.isDone());
        assertThat(running).as("churn").isNotDone();
    }

    /** Waits for a time; for faults that are made of time. */
    void awaitTime(Duration time) {
        long start = System.nanoTime();
        await("churn")
                .atMost(time.plus(EventuallyEqual.DEADLINE))
                .until(() -> System.nanoTime() - start > time.toNanos() || running.isDone());
        assertThat(running).as("churn").isNotDone();
    }

    /** Ends it and tells what it did. */
    Churn.Report stop() throws IOException, InterruptedException {
        churn.stop();
        try {
            Churn.Report report = running.get();
            assertThat(report.total()).isPositive();
            return report;
        } catch (ExecutionException e) {
            throw new IOException("churn failed", e.getCause());
        }
    }

    /** Ends it, also when the test failed. */
    @Override
    public void close() {
        churn.stop();
        thread.shutdown();
        await("the end of churn").atMost(EventuallyEqual.DEADLINE).until(thread::isTerminated);
    }
}
