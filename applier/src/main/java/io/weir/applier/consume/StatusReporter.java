package io.weir.applier.consume;

import io.weir.service.Loop;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Publishes the state of every source every few seconds, and once more at the end. */
final class StatusReporter implements Loop.Step {
    private final Replication replication;
    private final Duration interval;
    private final CountDownLatch stopped = new CountDownLatch(1);

    StatusReporter(Replication replication, Duration interval) {
        this.replication = replication;
        this.interval = interval;
    }

    @Override
    public void run() throws InterruptedException {
        replication.report(false);
        stopped.await(interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void finish() {
        replication.report(true);
    }

    @Override
    public void wakeUp() {
        stopped.countDown();
    }
}
