package io.weir.applier.consume;

import io.weir.service.FaultHandler;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * What was asked for and takes long, carried out one after the other in a thread of its own, beside the work. The offset of the command
 * waits for its answer. Guarded by the lock of {@link Replication}.
 */
final class Asides {
    private final OffsetTracker tracker;
    private final FaultHandler faults;
    private final Object lock;
    private final Deque<Asked> waiting = new ArrayDeque<>();
    private boolean isUnderWay;

    Asides(OffsetTracker tracker, FaultHandler faults, Object lock) {
        this.tracker = tracker;
        this.faults = faults;
        this.lock = lock;
    }

    /** Looks, without the lock, and says what is to be done with what was seen, under the lock. */
    @FunctionalInterface
    interface Work {
        Runnable look() throws InterruptedException;
    }

    /** One of them: what it is for people, the offsets that wait for it, and how it is done. */
    record Asked(String what, List<Span> spans, Work work) {}

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
            Runnable then = asked.work().look();
            synchronized (lock) {
                isUnderWay = false;
                then.run();
                tracker.release(asked.spans());
                ended.run();
            }
        } catch (InterruptedException e) {
            // Only a stop interrupts. The offset of the command stays where it is.
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            faults.fatal(asked.what(), e);
        }
    }
}
