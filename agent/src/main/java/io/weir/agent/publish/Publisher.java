package io.weir.agent.publish;

import io.weir.agent.publish.Observer.Observation;
import io.weir.agent.root.RootGuard;
import io.weir.agent.root.SourceUnavailableException;
import io.weir.agent.scan.Published;
import io.weir.agent.scan.PublishedLog;
import io.weir.agent.watch.LinkIndex;
import io.weir.posix.Fd;
import io.weir.posix.Stat;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.Micros;
import io.weir.schemas.RelPath;
import io.weir.service.Backoff;
import io.weir.service.Loop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
    private static final Logger log = LoggerFactory.getLogger(Publisher.class);
    private static final int GROUP = 256;
    private static final long IDLE_MILLIS = 500;

    /** A record must stay well below what brokers take; nobody can use a longer path, but its directory tells of it. */
    private static final int LONGEST_PATH = 64 * 1024;

    /** What publishing needs around it. */
    record Wiring(
            String source,
            DirtySet dirty,
            RootGuard root,
            LinkIndex links,
            EpochClaim epochs,
            ChangeLog.Factory logs,
            PublishedLog published) {}

    /** Is told of what a person may want to know. Called by the publisher's thread. */
    interface Listener {
        /** An epoch began. */
        void running(long epoch);

        /** Kafka does not take records; it is tried again. */
        void retrying(String why);

        /** The root cannot be believed any more; nothing further is published. */
        void rootLost(String why);
    }

    private record Observable(Dirty entry, Observation seen) {
        /** Whether it says what is there. */
        boolean isNoted() {
            return entry.kind() != ChangeKind.GAP && !seen.isUntold();
        }

        /** What the inventory learns by it. */
        Published note(long nowMicros) {
            ChangeKind kind = entry.kind();
            // As a reader of the record takes it.
            boolean whole = entry.recursive() || kind == ChangeKind.MOVED || kind == ChangeKind.DELETED;
            return new Published(
                    entry.path(), seen.stat(), seen.parent(), whole, kind == ChangeKind.CREATED, nowMicros);
        }
    }

    private final Wiring wiring;
    private final Listener listener;
    private final PublisherMetrics metrics;
    private final int bound;
    private final Backoff backoff = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(10), 0.3);

    private volatile @Nullable EpochLog current;
    private volatile boolean closing;
    private volatile boolean rootLost;

    /** A publisher that has at most {@code bound} records under way. */
    Publisher(Wiring wiring, Listener listener, PublisherMetrics metrics, int bound) {
        this.wiring = wiring;
        this.listener = listener;
        this.metrics = metrics;
        this.bound = bound;
    }

    @Override
    public void run() throws InterruptedException {
        EpochLog epoch = current;
        if (rootLost) {
            wiring.dirty().pause(IDLE_MILLIS, TimeUnit.MILLISECONDS);
        } else if (epoch == null) {
            claim();
        } else if (epoch.failure() != null) {
            abandon(epoch);
        } else if (epoch.inFlight().awaitRoom(IDLE_MILLIS, TimeUnit.MILLISECONDS)) {
            takeAndPublish(epoch);
        }
    }

    private void takeAndPublish(EpochLog epoch) throws InterruptedException {
        try {
            List<Dirty> group = wiring.dirty().take(GROUP, IDLE_MILLIS, TimeUnit.MILLISECONDS);
            if (group.isEmpty()) {
                overdueLinks();
            } else {
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

    private void claim() throws InterruptedException {
        try {
            long number = wiring.epochs().claim();
            current = new EpochLog(
                    wiring.source(),
                    number,
                    wiring.logs().open(number),
                    new InFlight(bound),
                    metrics,
                    wiring.published());
            metrics.claimed();
            backoff.reset();
            log.info(
                    "epoch begins: source={} epoch={} waiting={}",
                    wiring.source(),
                    number,
                    wiring.dirty().size());
            listener.running(number);
        } catch (IOException e) {
            Duration wait = backoff.next();
            log.warn(
                    "no epoch yet, changes are kept and it is tried again: source={} waiting={} retry={} cause={}",
                    wiring.source(),
                    wiring.dirty().size(),
                    wait,
                    e.getMessage());
            listener.retrying(e.getMessage() == null ? e.toString() : e.getMessage());
            wiring.dirty().pause(wait.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void publish(EpochLog epoch, List<Dirty> group) throws InterruptedException {
        List<Observable> seen = new ArrayList<>(group.size() + 4);
        boolean handedOver = false;
        int sent = 0;
        try {
            if (!observe(group, seen)) {
                return;
            }
            long note = note(seen);
            while (sent < seen.size() && awaitRoom(epoch)) {
                Observable next = seen.get(sent);
                epoch.send(next.entry(), next.seen(), next.isNoted() ? note++ : -1);
                sent++;
            }
            handedOver = sent == seen.size();
        } finally {
            if (!handedOver) {
                // Also on the way out by an interrupt: these are in no other place.
                wiring.dirty().restore(sent == 0 ? group : remaining(seen, sent));
            }
        }
    }

    private long note(List<Observable> seen) {
        long now = Micros.now();
        return wiring.published()
                .intend(seen.stream()
                        .filter(Observable::isNoted)
                        .map(each -> each.note(now))
                        .toList());
    }

    private static List<Dirty> remaining(List<Observable> seen, int sent) {
        return seen.subList(sent, seen.size()).stream().map(Observable::entry).toList();
    }

    private boolean awaitRoom(EpochLog epoch) throws InterruptedException {
        while (!epoch.inFlight().awaitRoom(IDLE_MILLIS, TimeUnit.MILLISECONDS)) {
            if (epoch.failure() != null || closing) {
                return false;
            }
        }
        return true;
    }

    private boolean observe(List<Dirty> group, List<Observable> seen) {
        try (Fd root = wiring.root().open();
                Observer observer = new Observer(root)) {
            observe(observer, group, seen);
            wiring.root().requireMarker(root);
            return true;
        } catch (SourceUnavailableException e) {
            rootLost = true;
            listener.rootLost(String.valueOf(e.getMessage()));
            return false;
        }
    }

    private void observe(Observer observer, List<Dirty> group, List<Observable> seen) {
        Set<RelPath> paths = new HashSet<>();
        Set<Inode> expanded = new HashSet<>();
        for (Dirty entry : group) {
            paths.add(entry.path());
        }
        for (Dirty taken : group) {
            Dirty entry = shortened(taken);
            Observation now = observer.observe(entry.path());
            if (entry.kind() == ChangeKind.DELETED && now.isDirectory()) {
                // It was made again since: what replicas have below it is of before.
                entry = entry.asRecursive();
            }
            seen.add(new Observable(entry, now));
            for (RelPath other : otherNames(entry, now, expanded)) {
                // A name in the group is published anyway.
                if (paths.add(other)) {
                    addLinked(observer, entry, other, seen);
                }
            }
        }
    }

    private record Inode(long dev, long ino) {}

    private Set<RelPath> otherNames(Dirty entry, Observation now, Set<Inode> expanded) {
        Stat stat = now.stat();
        if (now.isAbsent()) {
            wiring.links().forget(entry.path());
            return Set.of();
        }
        if (stat == null) {
            return Set.of();
        }
        if (stat.isDirectory()) {
            return entry.recursive() && !entry.path().isRoot() ? wiring.links().observeBelow(entry.path()) : Set.of();
        }
        // Also with one link: the name may have been one of several before.
        Set<RelPath> others = wiring.links().observe(entry.path(), stat);
        // Once in a group is enough for all names; and names that were sent for another one do not send that one again.
        boolean first = expanded.add(new Inode(stat.dev(), stat.ino()));
        return first && entry.kind() != ChangeKind.LINKED ? others : Set.of();
    }

    private void addLinked(Observer observer, Dirty entry, RelPath other, List<Observable> seen) {
        Observation now = observer.observe(other);
        if (now.isAbsent()) {
            wiring.links().forget(other);
        } else {
            metrics.linked();
            seen.add(new Observable(Dirty.linked(other, entry.capturedAtMicros()), now));
        }
    }

    private Dirty shortened(Dirty entry) {
        RelPath path = entry.path();
        while (path.length() > LONGEST_PATH) {
            path = path.parent();
        }
        if (path.equals(entry.path())) {
            return entry;
        }
        log.warn(
                "path too long for a record, its directory is rescanned instead: path={} bytes={}",
                path,
                entry.path().length());
        return Dirty.collapse(path, entry.capturedAtMicros(), entry.gap(), "a path below it is too long to be named");
    }

    private void abandon(EpochLog epoch) {
        Throwable cause = epoch.failure();
        epoch.abandon();
        List<Dirty> again = epoch.inFlight().unacknowledged();
        wiring.dirty().restore(again);
        current = null;
        log.warn(
                "epoch ends, what is not acknowledged is observed again: source={} epoch={} records={} cause={}",
                wiring.source(),
                epoch.number(),
                again.size(),
                String.valueOf(cause));
        listener.retrying("Kafka did not take a change: " + cause);
    }

    @Override
    public void wakeUp() {
        closing = true;
        wiring.dirty().wakeUp();
    }

    @Override
    public void finish() {
        EpochLog epoch = current;
        if (epoch != null) {
            epoch.abandon();
        }
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
            if (left <= 0 || rootLost) {
                return false;
            }
            EpochLog epoch = current;
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
        EpochLog epoch = current;
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
    record Progress(long epoch, long acknowledged, long pending, long oldestMicros) {}

    /** How far publishing is now; the parts are taken one after the other. */
    Progress progress() {
        EpochLog epoch = current;
        long pending = wiring.dirty().size();
        long oldest = wiring.dirty().oldestMicros();
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
