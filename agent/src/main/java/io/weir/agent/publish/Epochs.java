package io.weir.agent.publish;

import io.weir.service.Backoff;
import io.weir.service.Outage;
import io.weir.service.Refusal;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.acl.AclOperation;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The epoch in use: claims one while there is none, gives one up that failed, and waits between tries as long as Kafka takes
 * nothing. After an epoch in which nothing was acknowledged the next one begins with a single record, so that hours of
 * vain tries cost the inventory's journal next to nothing. Confined to the publisher's thread but for {@link #current} and {@link #turns}.
 */
final class Epochs {
    private static final Logger log = LoggerFactory.getLogger(Epochs.class);

    private final Publisher.Wiring wiring;
    private final Publisher.Listener listener;
    private final PublisherMetrics metrics;
    private final int bound;
    private final Backoff backoff = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(10), 0.3);
    private final AtomicLong turns = new AtomicLong();
    private volatile @Nullable EpochLog current;
    private boolean vain;
    private final Outage outage = new Outage();

    /** No epoch yet; each will have at most {@code bound} records under way. */
    Epochs(Publisher.Wiring wiring, Publisher.Listener listener, PublisherMetrics metrics, int bound) {
        this.wiring = wiring;
        this.listener = listener;
        this.metrics = metrics;
        this.bound = bound;
    }

    /** The epoch in use, which may have failed; null while there is none. Any thread. */
    @Nullable
    EpochLog current() {
        return current;
    }

    /** How often {@link #current} changed or is about to: the same before and after a look means that it did not. Any thread. */
    long turns() {
        return turns.get();
    }

    private void turn(@Nullable EpochLog next) {
        turns.incrementAndGet();
        current = next;
    }

    /** Whether an epoch has to show first that Kafka takes records. */
    boolean isProbing(EpochLog epoch) {
        if (vain && epoch.inFlight().isProven()) {
            vain = false;
            worksAgain(epoch.number());
        }
        return vain;
    }

    /**
     * Tries to get an epoch, and waits for a while when there is none to be had.
     *
     * @throws SucceededException when there will never be one
     */
    void claim() throws InterruptedException, SucceededException {
        try {
            wiring.logs().prepare();
            long number = wiring.epochs().claim();
            turn(new EpochLog(
                    wiring.source(),
                    number,
                    wiring.logs().open(number),
                    new InFlight(bound),
                    metrics,
                    wiring.published()));
            metrics.claimed();
            begun(number);
            listener.running(number);
        } catch (IOException e) {
            if (Thread.interrupted()) {
                // The agent is being stopped, and nothing is wrong.
                InterruptedException stopped = new InterruptedException("interrupted while an epoch was claimed");
                stopped.initCause(e);
                throw stopped;
            }
            String cause = e.getMessage() == null ? e.toString() : e.getMessage();
            complain(cause);
            listener.retrying(cause);
            pause();
        }
    }

    private void begun(long number) {
        if (vain) {
            // One of many that come to nothing, as far as is known.
            log.debug("epoch begins: source={} epoch={}", wiring.source(), number);
            return;
        }
        log.info(
                "epoch begins: source={} epoch={} waiting={}",
                wiring.source(),
                number,
                wiring.dirty().size());
        worksAgain(number);
    }

    private void worksAgain(long number) {
        outage.end()
                .ifPresent(lasted -> log.info(
                        "changes are published again: source={} epoch={} awaySeconds={}",
                        wiring.source(),
                        number,
                        lasted.toSeconds()));
    }

    private void complain(String cause) {
        if (outage.isNews(cause)) {
            log.warn(
                    "no epoch yet, changes are kept and it is tried again: source={} {} cause={}",
                    wiring.source(),
                    Waiting.text(wiring.dirty().size(), wiring.dirty().oldestMicros()),
                    cause);
        }
    }

    /** Gives up an epoch that failed: what is not acknowledged is dirty again. */
    void abandon(EpochLog epoch) throws InterruptedException {
        String why = Refusal.explain(Objects.requireNonNull(epoch.failure()), AclOperation.WRITE);
        epoch.abandon();
        List<Dirty> again = epoch.inFlight().unacknowledged();
        wiring.dirty().restore(again);
        turn(null);
        vain = !epoch.inFlight().isProven();
        if (outage.isNews(why)) {
            log.warn(
                    "epoch ends, what is not acknowledged is observed again: source={} epoch={} records={} cause={}",
                    wiring.source(),
                    epoch.number(),
                    again.size(),
                    why);
        }
        listener.retrying("Kafka did not take a change: " + why);
        if (vain) {
            pause();
        } else {
            backoff.reset();
        }
    }

    private void pause() throws InterruptedException {
        wiring.dirty().pause(backoff.next().toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Gives everything up that is under way. */
    void close() {
        EpochLog epoch = current;
        if (epoch != null) {
            epoch.abandon();
        }
    }
}
