package io.weir.applier.consume;

import io.weir.applier.hook.Applied;
import io.weir.applier.hook.Hold;
import io.weir.applier.hook.Hooks;
import io.weir.applier.position.StartPlan;
import io.weir.applier.reconcile.Change;
import io.weir.applier.reconcile.Outcome;
import io.weir.applier.reconcile.Target;
import io.weir.schemas.RelPath;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What the hooks of one source are told of its jobs, and the offsets that wait for them. Guarded by the lock of {@link Replication}.
 *
 * <p>A try that did not end may have changed paths, and so may an applier that was killed: the next try finds them equal. Its targets are
 * then told as {@link Change.Action#UNSURE}, so that who depends on a hook misses no change.
 */
final class SourceHooks {
    private final OffsetTracker tracker;
    private final Object lock;
    private final int number;
    /** By partition, also pseudo ones: work of offsets before this one may have been done before. */
    private final Map<Integer, Long> doubtful = new HashMap<>();

    private Hooks hooks = Hooks.NONE;

    /**
     * No hooks yet.
     *
     * @param tracker of this source's work
     * @param number the source's
     */
    SourceHooks(OffsetTracker tracker, int number, Object lock) {
        this.tracker = tracker;
        this.number = number;
        this.lock = lock;
    }

    void use(Hooks others) {
        hooks = others;
    }

    /** Reading begins, or begins again: batches of before these offsets, where the partitions end, may have been applied before. */
    void doubtUpTo(Map<Integer, Long> ends) {
        // Whatever was in doubt before lies below the end, or is of a topic that was made again.
        doubtful.putAll(ends);
    }

    /** The work of these offsets may have been done before, partly. */
    void doubt(List<Span> spans) {
        spans.forEach(span -> doubtful.merge(span.partition(), span.last() + 1, Math::max));
    }

    /** A start begins a baseline for this reason: mostly one that was begun before. */
    void startsBaseline(String reason) {
        if (!reason.equals(StartPlan.NEW)) {
            doubt(Span.baseline(number));
        }
    }

    /** The source's baseline is done: the next one is another. */
    void baselineDone() {
        doubtful.remove(Span.baselinePartition(number));
    }

    private boolean isDoubtful(List<Span> spans) {
        // Of a dead letter that is tried again nothing is known.
        return spans.isEmpty()
                || spans.stream()
                        .anyMatch(span -> doubtful.containsKey(span.partition())
                                && span.first() < doubtful.getOrDefault(span.partition(), 0L));
    }

    /** A job has ended, well or not; its offsets are still held. */
    void ended(Job job, Outcome outcome, Instant now) {
        if (hooks.isEmpty()) {
            return;
        }
        List<Change> changes = new ArrayList<>(outcome.changes());
        if (outcome.state() != Outcome.State.DONE) {
            if (outcome.tally().rsyncRuns() > 0) {
                doubt(job.spans());
            }
        } else if (isDoubtful(job.spans())) {
            changes.addAll(unsure(job, outcome));
        }
        if (!changes.isEmpty()) {
            Span batches =
                    job.spans().stream().filter(Span::isRecord).findFirst().orElse(new Span(-1, -1, -1));
            Applied applied = new Applied(
                    changes,
                    List.of(reason(job)),
                    batches.partition(),
                    batches.first(),
                    batches.last(),
                    Clocks.instant(job.capturedAtMicros()),
                    now);
            hooks.applied(applied, () -> new Held(job.spans()));
        }
    }

    /** What is equal now and was not told as changed. */
    private static List<Change> unsure(Job job, Outcome outcome) {
        Set<RelPath> told = new HashSet<>(outcome.failed().keySet());
        told.addAll(outcome.held().keySet());
        told.addAll(outcome.deferred());
        outcome.changes().forEach(change -> told.add(change.path()));
        List<Change> unsure = new ArrayList<>();
        for (Target target : job.targets()) {
            if (target.recursive() || !told.contains(target.path())) {
                unsure.add(Change.unsure(target.path(), target.recursive()));
            }
        }
        return unsure;
    }

    private static String reason(Job job) {
        if (job.baseline() != null) {
            return "baseline: " + job.baseline();
        }
        boolean isBatch = job.spans().stream().anyMatch(Span::isRecord);
        return isBatch ? "changes" : job.spans().isEmpty() ? "retry" : "command";
    }

    /** Which hooks hold the position, for people; empty for none. */
    String trouble() {
        return hooks.trouble();
    }

    /** What was given up lately, for people. */
    String note() {
        return hooks.note();
    }

    /** Whether a position waits for a hook. */
    boolean isHolding() {
        return hooks.oldestHeld() != null;
    }

    /** When the oldest change was captured whose hook has not been called; {@link Long#MAX_VALUE} for none. */
    long oldestCapturedAtMicros() {
        Instant oldest = hooks.oldestHeld();
        return oldest == null ? Long.MAX_VALUE : Clocks.micros(oldest);
    }

    /** Offsets that wait for a hook. */
    private final class Held implements Hold {
        private final List<Span> spans;

        /** Under the lock. */
        Held(List<Span> spans) {
            this.spans = spans;
            tracker.hold(spans);
        }

        @Override
        public Hold with(Hold later) {
            Held other = (Held) Objects.requireNonNull(later);
            Held both = new Held(Span.merge(spans, other.spans));
            release();
            other.release();
            return both;
        }

        @Override
        public void release() {
            synchronized (lock) {
                tracker.release(spans);
            }
        }
    }
}
