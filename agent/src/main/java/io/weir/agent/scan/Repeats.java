package io.weir.agent.scan;

import io.weir.agent.root.Debt;
import io.weir.agent.watch.Captured;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.Micros;
import io.weir.schemas.Origin;
import io.weir.schemas.RelPath;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes again what is owed, and strikes it out of the ledger when Kafka has it: an agent that is killed before begins
 * anew. After a restart of the machine that is the tail of the history, after another agent's time the whole source.
 * Confined to one thread, but for {@link #isOwing}.
 */
final class Repeats {
    private static final Logger log = LoggerFactory.getLogger(Repeats.class);
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final String source;
    private final Duration tail;
    private final History history;
    private final Scanner.Pipeline pipeline;
    private final Ledger ledger;
    private final SessionClock clock;
    private final Since begun;

    private volatile @Nullable Debt told;
    private long toldMicros;
    private long retryAtNanos = System.nanoTime();

    Repeats(Scanner.Wiring wiring, SessionClock clock) {
        source = wiring.source();
        tail = wiring.settings().bootTail();
        history = wiring.history();
        pipeline = wiring.pipeline();
        ledger = wiring.ledger();
        this.clock = clock;
        begun = clock.since(0);
    }

    /**
     * Does what can be done now.
     *
     * @param tick called at least every few seconds meanwhile
     * @return whether something was published
     */
    boolean run(Runnable tick) throws InterruptedException {
        Debt owed = ledger.debt();
        if (owed.isNone() || System.nanoTime() - retryAtNanos < 0) {
            return false;
        }
        if (owed.equals(told)) {
            if (isAcknowledged()) {
                settle(owed);
            }
            return false;
        }
        if (tell(owed, tick)) {
            told = owed;
            toldMicros = Micros.now() + SessionClock.SLACK_MICROS;
            return true;
        }
        return false;
    }

    /** Whether something is owed that was not told yet. In any thread. */
    boolean isOwing() {
        Debt owed = ledger.debt();
        return !owed.isNone() && !owed.equals(told);
    }

    /**
     * Whatever was captured until it was told, this included, has a time of at most then. Once the clock was set back nothing
     * can be said by times, and it is known only at a moment at which nothing at all waits.
     */
    private boolean isAcknowledged() {
        long oldest = pipeline.oldestMicros();
        return oldest == Long.MAX_VALUE || (oldest > toldMicros && clock.isWithin(begun));
    }

    private void settle(Debt owed) {
        try {
            ledger.settle(owed);
            log.info("everything owed is acknowledged: source={} owed={}", source, owed);
        } catch (IOException e) {
            log.warn(
                    "it cannot be noted that what was owed is published, so the next start repeats it; make the state"
                            + " directory writable: source={} cause={}",
                    source,
                    e.getMessage());
            retryAtNanos = System.nanoTime() + RETRY_NANOS;
        }
    }

    private boolean tell(Debt owed, Runnable tick) throws InterruptedException {
        if (owed.rivalEpoch() > 0) {
            String why = "another agent published changes of the source before epoch " + owed.rivalEpoch();
            log.warn("the source is rescanned, and its inventory learned anew: source={} why=\"{}\"", source, why);
            captured(ChangeKind.GAP, why);
            captured(ChangeKind.RESCAN, why);
            return true;
        }
        if (tail.isZero()) {
            captured(ChangeKind.RESCAN, "the machine was started again");
            return true;
        }
        return repeat(owed.sinceMillis().orElse(0) - tail.toMillis(), tick);
    }

    private boolean repeat(long fromMillis, Runnable tick) throws InterruptedException {
        long[] count = {0};
        try {
            boolean whole = history.since(
                    fromMillis,
                    change -> {
                        count[0]++;
                        pipeline.captured(change);
                    },
                    tick);
            log.info(
                    "history of before the restart of the machine repeated: source={} from={} changes={} whole={}",
                    source,
                    Instant.ofEpochMilli(fromMillis),
                    count[0],
                    whole);
            if (!whole) {
                captured(ChangeKind.RESCAN, "the machine was started again, and the history of before cannot be read");
            }
            return true;
        } catch (IOException e) {
            log.info("the history is not read yet, tried again: source={} cause={}", source, e.getMessage());
            retryAtNanos = System.nanoTime() + RETRY_NANOS;
            return false;
        }
    }

    private void captured(ChangeKind kind, String why) {
        pipeline.captured(new Captured(kind, RelPath.ROOT, null, true, Origin.SCAN, Micros.now(), why));
    }
}
