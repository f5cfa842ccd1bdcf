package io.weir.applier.consume;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoints that were read. One is passed when nothing of its source up to its offset waits or is under way, and no
 * baseline is open; other sources of the partition hold it up in nothing. Each holds its own offset until Kafka has the result, so a
 * crash loses none. Guarded by the lock of {@link Replication}.
 */
final class Checkpoints {
    private static final long RETRY_NANOS = Duration.ofSeconds(1).toNanos();

    private final OffsetTracker tracker;
    private final DeadLetters letters;
    private final Reports reports;
    private final Settlement settlement;
    private final Clocks clocks;
    private final Object lock;
    private final List<Waiting> all = new ArrayList<>();

    /** One that was read and that Kafka does not know to be passed. */
    private static final class Waiting {
        final SourceState source;
        final Span at;
        final Reading.Checkpoint checkpoint;
        boolean isSent;
        long retryAtNanos;

        Waiting(SourceState source, Span at, Reading.Checkpoint checkpoint, long retryAtNanos) {
            this.source = source;
            this.at = at;
            this.checkpoint = checkpoint;
            this.retryAtNanos = retryAtNanos;
        }
    }

    Checkpoints(
            OffsetTracker tracker,
            DeadLetters letters,
            Reports reports,
            Settlement settlement,
            Clocks clocks,
            Object lock) {
        this.tracker = tracker;
        this.letters = letters;
        this.reports = reports;
        this.settlement = settlement;
        this.clocks = clocks;
        this.lock = lock;
    }

    /** Notes the checkpoint of a record whose entries are in the backlog. */
    void read(SourceState source, int partition, long offset, Reading.Checkpoint checkpoint) {
        Span at = new Span(partition, offset, offset);
        tracker.hold(List.of(at));
        all.add(new Waiting(source, at, checkpoint, clocks.nanos()));
        pass();
    }

    /** Tells of all that are passed by now; to be called when something was settled, and from time to time. */
    void pass() {
        for (Waiting each : List.copyOf(all)) {
            if (!each.isSent && clocks.nanos() - each.retryAtNanos >= 0) {
                if (isPassed(each)) {
                    tell(each);
                } else {
                    // Young temporary names do not wait for their time, as in the aggregator.
                    each.source.backlog().hurry(each.at.partition(), each.at.last());
                }
            }
        }
    }

    private void tell(Waiting each) {
        each.isSent = true;
        String source = each.source.name();
        int held = letters.held(source);
        reports.checkpoint(source, each.at, each.checkpoint, letters.count(source) - held, held, failure -> {
            synchronized (lock) {
                answered(each, failure);
            }
        });
    }

    private boolean isPassed(Waiting each) {
        settlement.closeBaseline(each.source);
        return !each.source.isBaselineOpen() && each.source.backlog().isSettled(each.at.partition(), each.at.last());
    }

    private void answered(Waiting each, @Nullable Exception failure) {
        if (failure == null) {
            all.remove(each);
            tracker.release(List.of(each.at));
        } else {
            each.isSent = false;
            each.retryAtNanos = clocks.nanos() + RETRY_NANOS;
        }
    }
}
