package io.weir.applier;

import io.weir.applier.consume.WaitingReport;
import io.weir.service.Backoff;
import io.weir.service.Loop;
import io.weir.service.WeirException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tries again to open the directories of a replica whose disk refused them, for ever, with growing waits. Confined to its loop. */
final class Opening implements Loop.Step {
    private static final Logger log = LoggerFactory.getLogger(Opening.class);
    private static final Duration STEP = Duration.ofMillis(500);

    private final List<String> sources;
    private final Supplier<@Nullable WeirException> open;
    private final WaitingReport report;
    private final Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(30), 0.3);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile @Nullable WeirException refused;
    private long tryAtNanos;

    /**
     * After a first refusal.
     *
     * @param open tries once; null when the replica works
     */
    Opening(List<String> sources, WeirException first, Supplier<@Nullable WeirException> open, WaitingReport report) {
        this.sources = sources;
        this.open = open;
        this.report = report;
        note(first);
    }

    private void note(WeirException refusal) {
        refused = refusal;
        Duration wait = backoff.next();
        tryAtNanos = System.nanoTime() + wait.toNanos();
        String message = reason();
        log.warn("replica is held: sources={} retryMillis={} cause={}", sources, wait.toMillis(), message);
        sources.forEach(source -> report.tell(source, message));
    }

    /** Why it does not work yet; empty when it does. */
    String reason() {
        WeirException now = refused;
        return now == null ? "" : String.valueOf(now.getMessage());
    }

    @Override
    public void run() throws InterruptedException {
        if (!stopped.await(STEP.toMillis(), TimeUnit.MILLISECONDS)
                && refused != null
                && System.nanoTime() - tryAtNanos >= 0) {
            WeirException again = open.get();
            if (again == null) {
                log.info("replica can be used again: sources={}", sources);
                refused = null;
            } else {
                note(again);
            }
        }
    }

    @Override
    public void wakeUp() {
        stopped.countDown();
    }

    @Override
    public void finish() {
        report.close();
    }
}
