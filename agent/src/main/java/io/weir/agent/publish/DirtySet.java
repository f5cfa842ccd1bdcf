package io.weir.agent.publish;

import io.weir.agent.watch.Captured;
import io.weir.schemas.RelPath;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The paths that changed and are not published yet, one entry each, in the order in which they became dirty.
 *
 * <p>This is what stands between a kernel that does not wait and a Kafka that may be away: {@link #add} never blocks, and
 * memory is bounded. When there are more entries than the bound, whole subtrees become one RESCAN entry each, so what is
 * lost is detail of the history, never a change. An entry is removed before its path is observed: whatever happens to the
 * path later comes as an entry of its own.
 *
 * <p>Thread-safe: the capture adds, one publisher takes.
 */
class DirtySet {
    private static final Logger log = LoggerFactory.getLogger(DirtySet.class);

    private final String source;
    private final int bound;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Condition awake = lock.newCondition();

    /** Guarded by the lock. */
    private LinkedHashMap<RelPath, Dirty> entries = new LinkedHashMap<>();

    /** How many entries are collapsed subtrees: guarded by the lock. */
    private int collapsedEntries;

    /** How many entries were taken and are not yet in another place: guarded by the lock. */
    private int outstanding;

    /** Capture time of the oldest of them: guarded by the lock. */
    private long outstandingMicros = Long.MAX_VALUE;

    /** Set by {@link #wakeUp} for good, guarded by the lock. */
    private boolean woken;

    private long collapses;

    /** An empty set that holds at most as many entries as the bound says. */
    DirtySet(String source, int bound) {
        if (bound < 2) {
            throw new IllegalArgumentException("the bound of a dirty set must be 2 at least: " + bound);
        }
        this.source = source;
        this.bound = bound;
    }

    /** Adds a captured change, merging it into the entry of its path; the path that was renamed gets an entry too. */
    void add(Captured captured) {
        lock.lock();
        try {
            put(Dirty.of(captured));
            RelPath from = captured.movedFrom();
            if (from != null && !from.equals(captured.path())) {
                put(Dirty.departed(from, captured));
            }
            grown();
        } finally {
            lock.unlock();
        }
    }

    /** Adds a name of an inode that changed before the name was known. */
    void addLinked(RelPath name, long capturedAtMicros) {
        lock.lock();
        try {
            put(Dirty.linked(name, capturedAtMicros));
            grown();
        } finally {
            lock.unlock();
        }
    }

    /** Adds a checkpoint, or one again that was taken: behind all entries. */
    void addCheckpoint(Dirty checkpoint) {
        lock.lock();
        try {
            put(checkpoint);
            grown();
        } finally {
            lock.unlock();
        }
    }

    /** Puts entries back, in their order and before all others, that were taken but not published. */
    void restore(List<Dirty> taken) {
        lock.lock();
        try {
            LinkedHashMap<RelPath, Dirty> later = entries;
            entries = new LinkedHashMap<>();
            collapsedEntries = 0;
            taken.forEach(this::put);
            later.values().forEach(this::put);
            grown();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Removes the oldest entries, waiting for the first one; a checkpoint comes alone. For one taker, who says {@link #done} when the entries are in
     * another place or back in this one.
     *
     * @return at most {@code max} entries; none when the time is over or {@link #wakeUp} was called
     */
    List<Dirty> take(int max, long timeout, TimeUnit unit) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = unit.toNanos(timeout);
            while (entries.isEmpty() && !woken && left > 0) {
                left = changed.awaitNanos(left);
            }
            List<Dirty> taken = new ArrayList<>(Math.min(max, entries.size()));
            Iterator<Dirty> oldest = entries.values().iterator();
            while (taken.size() < max && oldest.hasNext()) {
                Dirty entry = oldest.next();
                if (entry.isCheckpoint() && !taken.isEmpty()) {
                    break;
                }
                oldest.remove();
                collapsedEntries -= entry.collapsed() ? 1 : 0;
                taken.add(entry);
                outstandingMicros = Math.min(outstandingMicros, entry.capturedAtMicros());
                if (entry.isCheckpoint()) {
                    break;
                }
            }
            outstanding += taken.size();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** What was taken is in flight or restored. */
    void done() {
        lock.lock();
        try {
            outstanding = 0;
            outstandingMicros = Long.MAX_VALUE;
        } finally {
            lock.unlock();
        }
    }

    /** Whether no entry waits and none is between {@link #take} and {@link #done}. */
    boolean isSettled() {
        lock.lock();
        try {
            return entries.isEmpty() && outstanding == 0;
        } finally {
            lock.unlock();
        }
    }

    /** Waits without taking anything, until the time is over or {@link #wakeUp} is called. */
    void pause(long timeout, TimeUnit unit) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = unit.toNanos(timeout);
            while (!woken && left > 0) {
                left = awake.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The end is near: from now on {@link #take} and {@link #pause} do not wait. */
    void wakeUp() {
        lock.lock();
        try {
            woken = true;
            changed.signalAll();
            awake.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** How many entries wait. */
    int size() {
        lock.lock();
        try {
            return entries.size();
        } finally {
            lock.unlock();
        }
    }

    /** How often the bound was reached. */
    long collapses() {
        lock.lock();
        try {
            return collapses;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Capture time of the first entry, or of one taken and not yet {@link #done}, in microseconds since the epoch;
     * {@link Long#MAX_VALUE} when there is none.
     */
    long oldestMicros() {
        lock.lock();
        try {
            return entries.isEmpty()
                    ? outstandingMicros
                    : Math.min(
                            outstandingMicros,
                            entries.values().iterator().next().capturedAtMicros());
        } finally {
            lock.unlock();
        }
    }

    private void grown() {
        if (entries.size() > bound) {
            collapse();
        }
        changed.signal();
    }

    private void put(Dirty entry) {
        RelPath key = collapsedEntries == 0 || entry.isCheckpoint() ? entry.path() : cover(entry.path());
        Dirty older = entries.get(key);
        Dirty merged;
        if (older == null) {
            merged = entry;
        } else if (key.equals(entry.path())) {
            merged = Merge.merge(older, entry);
        } else {
            String gap = entry.gap() == null ? older.gap() : entry.gap();
            merged = Dirty.collapse(
                    key,
                    Math.min(older.capturedAtMicros(), entry.capturedAtMicros()),
                    gap,
                    older.reason() == null ? "" : older.reason());
        }
        collapsedEntries += (merged.collapsed() ? 1 : 0) - (older != null && older.collapsed() ? 1 : 0);
        entries.put(key, merged);
    }

    /** The collapsed directory that an entry belongs to, or its own path. */
    private RelPath cover(RelPath path) {
        if (path.isRoot() || isCollapsed(RelPath.ROOT)) {
            return RelPath.ROOT;
        }
        for (RelPath above : path.ancestors()) {
            if (isCollapsed(above)) {
                return above;
            }
        }
        return path;
    }

    private boolean isCollapsed(RelPath path) {
        Dirty entry = entries.get(path);
        return entry != null && entry.collapsed();
    }

    private void collapse() {
        int before = entries.size();
        String reason = "more than " + bound + " changed paths were waiting to be published";
        Map<RelPath, Dirty> fewer = Collapse.collapse(entries, bound / 2, reason);
        entries = new LinkedHashMap<>(fewer);
        collapsedEntries =
                (int) entries.values().stream().filter(Dirty::collapsed).count();
        collapses++;
        log.warn(
                "too many paths wait to be published, subtrees were collapsed into rescans: source={} bound={} before={}"
                        + " after={} rescans={}",
                source,
                bound,
                before,
                entries.size(),
                collapsedEntries);
    }
}
