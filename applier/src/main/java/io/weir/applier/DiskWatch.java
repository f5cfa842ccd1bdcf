package io.weir.applier;

import io.weir.applier.consume.WaitingReport;
import io.weir.service.Backoff;
import io.weir.service.ExitCode;
import io.weir.service.Loop;
import io.weir.service.Outage;
import io.weir.service.WeirException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works on a replica while its directories are there: gives it up when one vanishes, or when the clock was set back, and tries for ever
 * to open it again, with growing waits. What is opened and given up is so by one thread at a time: its loop, or whoever
 * {@link #reopen}s.
 */
final class DiskWatch implements Loop.Step {
    private static final Logger log = LoggerFactory.getLogger(DiskWatch.class);
    private static final Duration STEP = Duration.ofMillis(500);

    private final Supplier<List<String>> sources;
    private final Replica replica;
    private final Supplier<WaitingReport> reports;
    private final Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(8), 0.3);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Outage outage = new Outage();
    private final Outage untold = new Outage();
    private volatile @Nullable WeirException refused;
    private volatile boolean isClockSetBack;
    private @Nullable WaitingReport report;
    private long tryAtNanos;

    /** What is opened and given up. */
    interface Replica {
        /** Begins to work; null when it does, otherwise why not. */
        @Nullable
        WeirException tryOpen();

        /** Why the work cannot go on; null when it can. Quick. */
        @Nullable
        WeirException lost();

        /** Ends all work, so that nothing is held of the disk. */
        void giveUp();
    }

    /**
     * After a first try.
     *
     * @param sources those of the replica as it is now
     * @param first why it did not work; null when it did
     * @param reports makes what tells people while it does not
     */
    DiskWatch(
            Supplier<List<String>> sources,
            @Nullable WeirException first,
            Replica replica,
            Supplier<WaitingReport> reports) {
        this.sources = sources;
        this.replica = replica;
        this.reports = reports;
        if (first != null) {
            note(first);
        }
    }

    private void note(WeirException refusal) {
        refused = refusal;
        Duration wait = backoff.next();
        tryAtNanos = System.nanoTime() + wait.toNanos();
        String message = reason();
        if (outage.isNews(message)) {
            log.warn("replica is held: sources={} retryMillis={} cause={}", sources.get(), wait.toMillis(), message);
        }
        try {
            WaitingReport told = report;
            if (told == null) {
                told = reports.get();
                report = told;
            }
            for (String source : sources.get()) {
                told.tell(source, message);
            }
        } catch (KafkaException e) {
            if (untold.isNews(e.toString())) {
                log.warn("nobody can be told that the replica is held: cause={}", e.toString());
            }
        }
    }

    /** Why it does not work now; empty when it does. In any thread. */
    String reason() {
        WeirException now = refused;
        return now == null ? "" : String.valueOf(now.getMessage());
    }

    /** What waits for Kafka goes by the clock, and is begun anew. In any thread. */
    void clockSetBack() {
        isClockSetBack = true;
    }

    @Override
    public void run() throws InterruptedException {
        if (stopped.await(STEP.toMillis(), TimeUnit.MILLISECONDS)) {
            return;
        }
        step();
    }

    private synchronized void step() {
        if (isClockSetBack) {
            isClockSetBack = false;
            finish();
            if (refused == null) {
                giveUp(new WeirException(
                        ExitCode.UNAVAILABLE,
                        "the clock was set back, and what waits for Kafka goes by it: it is begun anew in a moment"));
            }
        } else if (refused == null) {
            WeirException lost = replica.lost();
            if (lost != null) {
                giveUp(lost);
            }
        } else if (System.nanoTime() - tryAtNanos >= 0) {
            WeirException again = replica.tryOpen();
            if (again == null) {
                works();
            } else {
                note(again);
            }
        }
    }

    private void works() {
        outage.end()
                .ifPresent(lasted -> log.info(
                        "replica can be used again: sources={} heldSeconds={}", sources.get(), lasted.toSeconds()));
        Optional<Duration> unused = untold.end();
        refused = null;
        backoff.reset();
        finish();
    }

    /**
     * Has the work begun anew in another way. In any thread; waits for a try that is under way.
     *
     * @param how ends the work and begins it; null when it works, otherwise why not, and it is tried again
     */
    synchronized void reopen(Supplier<@Nullable WeirException> how) {
        WeirException refusal = how.get();
        if (refusal == null) {
            works();
        } else {
            note(refusal);
        }
    }

    private void giveUp(WeirException why) {
        log.warn("replica is given up for now: sources={} cause={}", sources.get(), why.getMessage());
        replica.giveUp();
        note(why);
    }

    @Override
    public void wakeUp() {
        stopped.countDown();
    }

    @Override
    public synchronized void finish() {
        WaitingReport told = report;
        report = null;
        if (told != null) {
            told.close();
        }
    }
}
