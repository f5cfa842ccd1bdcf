package io.weir.agent.publish;

import io.weir.agent.root.RootGuard;
import io.weir.agent.root.SourceUnavailableException;
import io.weir.agent.scan.PublishedLog;
import io.weir.agent.watch.LinkIndex;
import io.weir.schemas.Micros;
import io.weir.schemas.RelPath;
import io.weir.service.Loop;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes dirty paths, observes them and publishes what it saw. The steps are confined to one thread; {@link #progress} and
 * {@link #drain} may be called from any.
 *
 * <p>Nothing is lost: a path is in the dirty set, among the records that are not acknowledged, or acknowledged. When a send
 * fails, whatever is not acknowledged goes back into the dirty set, to be observed again under a new epoch; what Kafka took
 * all the same is repeated, which is harmless. Nothing is said about the tree unless the root proved, after the tree was
 * looked at, that it is still the right one.
 */
final class Publisher implements Loop.Step {
    private static final int GROUP = 256;
    private static final long IDLE_MILLIS = 500;

    /** What publishing needs around it. */
    record Wiring(
            String source,
            DirtySet dirty,
            RootGuard root,
            LinkIndex links,
            EpochClaim epochs,
            ChangeLog.Factory logs,
            PublishedLog published,
            CheckpointGate.Scans scans) {}

    /** Is told of what a person may want to know. Called by the publisher's thread. */
    interface Listener {
        /** An epoch began. */
        void running(long epoch);

        /** Kafka does not take records; it is tried again. */
        void retrying(String why);

        /** The root cannot be believed any more; nothing further is published. */
        void rootLost(String why);

        /** A replica was promoted in the place of the root; nothing further is published. */
        void succeeded(String why);
    }

    private final Wiring wiring;
    private final Listener listener;
    private final Epochs epochs;
    private final GroupObserver observer;
    private final CheckpointGate checkpoints;
    private volatile boolean closing;
    private volatile boolean isOver;
    private final Object claim = new Object();
    /** Who asks Kafka for an epoch, which takes long while Kafka is away; guarded by {@link #claim}. */
    private @Nullable Thread claiming;

    /** A publisher that has at most {@code bound} records under way. */
    Publisher(Wiring wiring, Listener listener, PublisherMetrics metrics, int bound) {
        this.wiring = wiring;
        this.listener = listener;
        this.epochs = new Epochs(wiring, listener, metrics, bound);
        this.observer = new GroupObserver(wiring.root(), wiring.links(), metrics);
        this.checkpoints = new CheckpointGate(wiring.dirty(), wiring.links(), wiring.scans());
    }

    @Override
    public void run() throws InterruptedException {
        EpochLog epoch = epochs.current();
        if (isOver) {
            wiring.dirty().pause(IDLE_MILLIS, TimeUnit.MILLISECONDS);
        } else if (epoch == null) {
            claim();
        } else if (epoch.failure() != null) {
            epochs.abandon(epoch);
        } else if (epochs.isProbing(epoch)) {
            if (epoch.inFlight().awaitEmpty(IDLE_MILLIS, TimeUnit.MILLISECONDS)) {
                takeAndPublish(epoch, 1);
            }
        } else if (epoch.inFlight().awaitRoom(IDLE_MILLIS, TimeUnit.MILLISECONDS)) {
            takeAndPublish(epoch, GROUP);
        }
    }

    private void claim() throws InterruptedException {
        synchronized (claim) {
            if (closing) {
                return;
            }
            claiming = Thread.currentThread();
        }
        try {
            epochs.claim();
        } catch (SucceededException e) {
            isOver = true;
            listener.succeeded(String.valueOf(e.getMessage()));
        } finally {
            synchronized (claim) {
                claiming = null;
            }
        }
    }

    private void takeAndPublish(EpochLog epoch, int most) throws InterruptedException {
        try {
            List<Dirty> group = wiring.dirty().take(most, IDLE_MILLIS, TimeUnit.MILLISECONDS);
            if (group.isEmpty()) {
                overdueLinks();
            } else if (!group.get(0).isCheckpoint() || checkpoints.mayPass(group.get(0))) {
                publish(epoch, group);
            }
        } finally {
            wiring.dirty().done();
        }
    }

    private void overdueLinks() {
        long now = Micros.now();
        for (RelPath name : wiring.links().overdue()) {
            wiring.dirty().addLinked(name, now);
        }
    }

    private void publish(EpochLog epoch, List<Dirty> group) throws InterruptedException {
        List<Sighting> seen = List.of();
        boolean handedOver = false;
        int sent = 0;
        try {
            seen = observer.observe(group);
            long note = note(seen);
            while (sent < seen.size() && awaitRoom(epoch)) {
                Sighting next = seen.get(sent);
                epoch.send(next.entry(), next.seen(), next.isNoted() ? note++ : -1);
                sent++;
            }
            handedOver = sent == seen.size();
        } catch (SourceUnavailableException e) {
            isOver = true;
            listener.rootLost(String.valueOf(e.getMessage()));
        } finally {
            if (!handedOver) {
                // Also on the way out by an interrupt: these are in no other place.
                wiring.dirty().restore(sent == 0 ? group : remaining(seen, sent));
            }
        }
    }

    private long note(List<Sighting> seen) {
        long now = Micros.now();
        return wiring.published()
                .intend(seen.stream()
                        .filter(Sighting::isNoted)
                        .map(each -> each.note(now))
                        .toList());
    }

    private static List<Dirty> remaining(List<Sighting> seen, int sent) {
        return seen.subList(sent, seen.size()).stream().map(Sighting::entry).toList();
    }

    private boolean awaitRoom(EpochLog epoch) throws InterruptedException {
        while (!epoch.inFlight().awaitRoom(IDLE_MILLIS, TimeUnit.MILLISECONDS)) {
            if (epoch.failure() != null || closing) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void wakeUp() {
        closing = true;
        wiring.dirty().wakeUp();
        synchronized (claim) {
            if (claiming != null) {
                // Without an epoch nothing is under way that the answer could be missed for.
                claiming.interrupt();
            }
        }
    }

    @Override
    public void finish() {
        epochs.close();
    }

    /**
     * Waits until everything captured is acknowledged.
     *
     * @return whether it is; false when the time is over
     */
    boolean drain(Duration timeout) throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        while (!isEmpty()) {
            long left = end - System.nanoTime();
            if (left <= 0 || isOver) {
                return false;
            }
            EpochLog epoch = epochs.current();
            long pause = Math.min(left, TimeUnit.MILLISECONDS.toNanos(20));
            if (epoch == null || epoch.failure() != null || epoch.inFlight().size() == 0) {
                wiring.dirty().pause(pause, TimeUnit.NANOSECONDS);
            } else {
                epoch.inFlight().awaitEmpty(pause, TimeUnit.NANOSECONDS);
            }
        }
        return true;
    }

    private boolean isEmpty() {
        // In the order in which an entry moves. One that goes back has a failed epoch, or none, behind it.
        if (!wiring.dirty().isSettled()) {
            return false;
        }
        EpochLog epoch = epochs.current();
        return epoch != null && epoch.inFlight().size() == 0 && epoch.failure() == null;
    }

    /**
     * How far publishing is.
     *
     * @param epoch the epoch that is open; 0 when there is none
     * @param acknowledged the sequence up to which Kafka acknowledged everything
     * @param pending paths and records not through
     * @param oldestMicros capture time of the oldest of them in microseconds, or {@link Long#MAX_VALUE}
     */
    record Progress(long epoch, long acknowledged, long pending, long oldestMicros) {
        /** What waits, for people. */
        String waiting() {
            return Waiting.text(pending, oldestMicros);
        }
    }

    /** How far publishing is now; the parts are taken one after the other, and nothing that waits is missed. */
    Progress progress() {
        while (true) {
            // In the order in which an entry moves. One goes back only when its epoch ends.
            long turn = epochs.turns();
            Progress seen = look();
            if (epochs.turns() == turn) {
                return seen;
            }
        }
    }

    private Progress look() {
        long pending = wiring.dirty().size();
        long oldest = wiring.dirty().oldestMicros();
        EpochLog epoch = epochs.current();
        if (epoch == null) {
            return new Progress(0, 0, pending, oldest);
        }
        InFlight inFlight = epoch.inFlight();
        return new Progress(
                epoch.number(),
                inFlight.acknowledged(),
                pending + inFlight.size(),
                Math.min(oldest, inFlight.oldestMicros()));
    }
}
