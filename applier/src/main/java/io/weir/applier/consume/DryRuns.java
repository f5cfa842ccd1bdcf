package io.weir.applier.consume;

import io.weir.applier.reconcile.Differences;
import io.weir.schemas.Command;
import io.weir.schemas.RelPath;
import io.weir.service.FaultHandler;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The dry runs that were asked for, carried out one after the other in a thread of its own, beside the work. The offset of the command waits
 * for its answer. Guarded by the lock of {@link Replication}.
 */
final class DryRuns {
    private final OffsetTracker tracker;
    private final Reports reports;
    private final FaultHandler faults;
    private final Object lock;
    private final Deque<Asked> waiting = new ArrayDeque<>();
    private boolean isUnderWay;

    DryRuns(OffsetTracker tracker, Reports reports, FaultHandler faults, Object lock) {
        this.tracker = tracker;
        this.reports = reports;
        this.faults = faults;
        this.lock = lock;
    }

    /** One of them. */
    record Asked(Command command, SourceState source, List<RelPath> paths, List<Span> spans) {}

    void add(Asked asked) {
        tracker.hold(asked.spans());
        waiting.add(asked);
    }

    /**
     * The next one, to be run beside the lanes; empty while one is under way.
     *
     * @param ended told under the lock when the next may follow; not when it was interrupted
     */
    Optional<Runnable> next(Runnable ended) {
        if (isUnderWay || waiting.isEmpty()) {
            return Optional.empty();
        }
        isUnderWay = true;
        Asked asked = waiting.remove();
        return Optional.of(() -> run(asked, ended));
    }

    /** Without the lock. */
    private void run(Asked asked, Runnable ended) {
        try {
            Differences now = asked.source().reconciler().dryRun(asked.paths());
            synchronized (lock) {
                isUnderWay = false;
                reports.dryRun(asked.command(), now);
                tracker.release(asked.spans());
                ended.run();
            }
        } catch (InterruptedException e) {
            // Only a stop interrupts. The offset of the command stays where it is.
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            faults.fatal("dry run of source " + asked.source().name(), e);
        }
    }
}
