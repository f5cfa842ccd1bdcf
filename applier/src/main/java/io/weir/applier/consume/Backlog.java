package io.weir.applier.consume;

import io.weir.applier.reconcile.Target;
import io.weir.schemas.FileType;
import io.weir.schemas.Observed;
import io.weir.schemas.RelPath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What one source's replica still has to reconcile: one entry for each distinct path, so that catching up costs the number
 * of paths and not of batches. A recursive entry swallows what is below it, but for names of multi-link inodes. Gives out jobs that are disjoint from every
 * other job under way; a path at, above or below one under way waits, and so does everything that would overtake it.
 *
 * <p>Bounded: at the limit, entries collapse into recursive ones of a directory above. Pure, without clock; guarded by its
 * owner. Every entry, waiting or under way, holds its spans in the tracker.
 */
public final class Backlog {
    /** How many due entries that others block one search passes over, which bounds the time under the owner's lock. */
    private static final int SEARCH = 20_000;

    private final int maxPaths;
    private final OffsetTracker tracker;
    private final Map<RelPath, Entry> waiting = new HashMap<>();
    /** Those of them that are due, oldest first: a merge does not lose the place. */
    private final Set<RelPath> due = new LinkedHashSet<>();
    /** When others become due; what was merged or taken meanwhile is passed over. */
    private final PriorityQueue<Later> later = new PriorityQueue<>();

    private final NavigableSet<RelPath> sorted = new TreeSet<>();
    private final Map<Entry.LinkId, Set<RelPath>> linked = new HashMap<>();
    /** Those that are baselines: why. */
    private final Map<RelPath, String> baselines = new LinkedHashMap<>();

    private final Set<Job> underWay = new HashSet<>();
    private long bytes;
    private final PathSet busy = new PathSet();

    /** A path that is not due before a time of the monotonic clock. */
    private record Later(long notBefore, RelPath path) implements Comparable<Later> {
        @Override
        public int compareTo(Later other) {
            return Long.signum(notBefore - other.notBefore);
        }
    }

    Backlog(int maxPaths, OffsetTracker tracker) {
        this.maxPaths = maxPaths;
        this.tracker = tracker;
    }

    /** Entries that wait. */
    int size() {
        return waiting.size();
    }

    /** Bytes of the files among them, as they were when their changes were published. */
    long bytes() {
        return bytes;
    }

    /** Whether nothing waits and nothing is under way. */
    boolean isIdle() {
        return waiting.isEmpty() && underWay.isEmpty();
    }

    /** Whether something at, above or below a path waits or is under way. */
    boolean touches(RelPath path) {
        RelPath below = sorted.higher(path);
        return busy.touches(path)
                || waiting.containsKey(path)
                || recursiveAbove(path) != null
                || (below != null && below.isBelow(path));
    }

    /** Whether nothing waits or is under way of the partition's records up to this offset, inclusive. */
    boolean isSettled(int partition, long offset) {
        return tracker.isSettled(partition, offset);
    }

    /** Jobs given out and not finished. */
    int jobsUnderWay() {
        return underWay.size();
    }

    /** Whether a job was given out since that time of the monotonic clock and is under way. */
    boolean isAnyJobSince(long nanos) {
        return underWay.stream().anyMatch(job -> job.givenOutNanos() - nanos > 0);
    }

    /** When the oldest change that waits or is under way was captured; {@link Long#MAX_VALUE} when there is none. */
    long oldestCapturedAtMicros() {
        long oldest = Long.MAX_VALUE;
        for (Job job : underWay) {
            oldest = Math.min(oldest, job.capturedAtMicros());
        }
        for (Entry entry : waiting.values()) {
            oldest = Math.min(oldest, entry.capturedAtMicros());
        }
        return oldest;
    }

    /** Why a whole directory is being made equal, or waits to be; null when none is. */
    @Nullable
    String baseline() {
        for (Job job : underWay) {
            if (job.baseline() != null) {
                return job.baseline();
            }
        }
        return baselines.isEmpty() ? null : baselines.values().iterator().next();
    }

    /** Adds what is newer than everything here. */
    void add(Entry entry) {
        tracker.hold(entry.spans());
        insert(entry, false);
    }

    /** Puts back what a job could not settle: it is older than what waits. */
    private void restore(Entry entry) {
        tracker.hold(entry.spans());
        insert(entry, true);
    }

    /** The entry's spans are held by the caller, once. */
    private void insert(Entry entry, boolean isOlder) {
        Entry above = isSwallowed(entry) ? recursiveAbove(entry.path()) : null;
        if (above != null) {
            replace(above, above.absorb(entry), entry);
            return;
        }
        Entry same = waiting.get(entry.path());
        Entry now = entry;
        if (same == null) {
            put(entry);
        } else {
            now = isOlder ? entry.then(same) : same.then(entry);
            replace(same, now, entry);
        }
        if (now.isRecursive()) {
            swallow(now);
        }
        if (waiting.size() > maxPaths) {
            collapse();
        }
    }

    /**
     * A name of a multi-link inode stays beside a recursive entry above it: the listing of a directory cannot tell of the names
     * outside of it, and these are to be pulled in one call. So does what is to be built anew, which no listing tells. Not when there
     * is no room.
     */
    private boolean isSwallowed(Entry entry) {
        return (entry.link() == null && !entry.target().anew()) || waiting.size() > maxPaths;
    }

    private @Nullable Entry recursiveAbove(RelPath path) {
        if (path.isRoot()) {
            return null;
        }
        Entry root = waiting.get(RelPath.ROOT);
        if (root != null && root.isRecursive()) {
            return root;
        }
        for (RelPath ancestor : path.ancestors()) {
            Entry entry = waiting.get(ancestor);
            if (entry != null && entry.isRecursive()) {
                return entry;
            }
        }
        return null;
    }

    private void swallow(Entry recursive) {
        Entry now = recursive;
        RelPath below = sorted.higher(recursive.path());
        while (below != null && below.isBelow(recursive.path())) {
            Entry deep = waiting.get(below);
            if (deep != null && isSwallowed(deep)) {
                Entry swallowed = take(below);
                Entry both = now.absorb(swallowed);
                replace(now, both, swallowed);
                now = both;
            }
            below = sorted.higher(below);
        }
    }

    private void put(Entry entry) {
        waiting.put(entry.path(), entry);
        bytes += entry.bytes();
        if (entry.notBefore() == Entry.AT_ONCE) {
            due.add(entry.path());
        } else if (!due.contains(entry.path())) {
            later.add(new Later(entry.notBefore(), entry.path()));
        }
        sorted.add(entry.path());
        if (entry.reason() != null) {
            baselines.put(entry.path(), entry.reason());
        }
        Entry.LinkId link = entry.link();
        if (link != null) {
            linked.computeIfAbsent(link, id -> new TreeSet<>()).add(entry.path());
        }
    }

    private Entry take(RelPath path) {
        Entry entry = waiting.remove(path);
        if (entry == null) {
            throw new IllegalStateException("no entry waits for path '" + path + "'");
        }
        due.remove(path);
        sorted.remove(path);
        unlink(entry);
        return entry;
    }

    private void unlink(Entry entry) {
        bytes -= entry.bytes();
        baselines.remove(entry.path());
        Entry.LinkId link = entry.link();
        Set<RelPath> names = link == null ? null : linked.get(link);
        if (names != null && link != null) {
            names.remove(entry.path());
            if (names.isEmpty()) {
                linked.remove(link);
            }
        }
    }

    /** Puts the merge of two in the place of the first; the new hold is taken before the old ones go. */
    private void replace(Entry first, Entry merged, Entry second) {
        unlink(first);
        tracker.hold(merged.spans());
        tracker.release(first.spans());
        tracker.release(second.spans());
        put(merged);
    }

    private void collapse() {
        for (int depth = 4; depth >= 1; depth--) {
            Set<RelPath> heads = new HashSet<>();
            for (RelPath path : waiting.keySet()) {
                heads.add(head(path, depth));
            }
            if (heads.size() <= maxPaths / 2) {
                List<RelPath> deep = new ArrayList<>();
                for (RelPath path : waiting.keySet()) {
                    if (!head(path, depth).equals(path)) {
                        deep.add(path);
                    }
                }
                for (RelPath path : deep) {
                    if (waiting.containsKey(path)) {
                        widen(path, head(path, depth));
                    }
                }
                return;
            }
        }
        Entry any = waiting.values().iterator().next();
        widen(any.path(), RelPath.ROOT);
    }

    /** The directory at that depth above a path, or the path itself when it is not as deep. */
    private static RelPath head(RelPath path, int depth) {
        List<RelPath> above = path.ancestors();
        return above.size() < depth ? path : above.get(depth - 1);
    }

    private void widen(RelPath path, RelPath directory) {
        Entry deep = take(path);
        insert(
                new Entry(
                        new Target(directory, seen(FileType.DIRECTORY), true),
                        deep.spans(),
                        deep.capturedAtMicros(),
                        deep.reason(),
                        Entry.AT_ONCE),
                false);
    }

    /** What is known of a path that no change told about. */
    static Observed seen(FileType type) {
        return Observed.newBuilder().setType(type).build();
    }

    /**
     * The next job: the oldest due entries that are disjoint from every job under way. Names of one inode, and both ends of
     * a rename, come together.
     *
     * @param maxEntries about how many; a group is not split
     * @param nowNanos the monotonic clock
     */
    Optional<Job> next(int maxEntries, long nowNanos) {
        if (waiting.isEmpty() || isRootBusy()) {
            return Optional.empty();
        }
        becomeDue(nowNanos);
        Map<RelPath, Entry> chosen = new LinkedHashMap<>();
        PathSet blocked = new PathSet();
        boolean isBaseline = false;
        int passed = 0;
        for (RelPath path : due) {
            if (chosen.size() >= maxEntries || passed > SEARCH) {
                break;
            }
            Entry entry = waiting.get(path);
            if (entry == null || chosen.containsKey(path)) {
                continue;
            }
            Map<RelPath, Entry> group = group(entry);
            // A baseline has a pace of its own.
            boolean fits = chosen.isEmpty() || isBaseline == (entry.reason() != null);
            if (fits && isFree(group, blocked)) {
                isBaseline = entry.reason() != null;
                chosen.putAll(group);
            } else {
                // Nothing may overtake what waits, or a directory under constant change would wait for ever.
                blocked.addAll(group.keySet());
                passed++;
            }
        }
        return chosen.isEmpty() ? Optional.empty() : Optional.of(begin(chosen, nowNanos));
    }

    /** What a baseline, or the partition's records up to this offset, inclusive, left for later is due at once. */
    void hurry(int partition, long offset) {
        for (Later each : later) {
            Entry entry = waiting.get(each.path());
            if (entry != null
                    && entry.spans().stream()
                            .anyMatch(span ->
                                    span.isBaseline() || (span.partition() == partition && span.first() <= offset))) {
                due.add(each.path());
            }
        }
    }

    private void becomeDue(long nowNanos) {
        while (!later.isEmpty() && later.peek().notBefore() - nowNanos <= 0) {
            RelPath path = later.remove().path();
            Entry entry = waiting.get(path);
            if (entry != null && entry.isDue(nowNanos)) {
                due.add(path);
            }
        }
    }

    private boolean isRootBusy() {
        return underWay.stream().anyMatch(job -> job.reserved().contains(RelPath.ROOT));
    }

    private Map<RelPath, Entry> group(Entry first) {
        Map<RelPath, Entry> group = new LinkedHashMap<>();
        List<Entry> todo = new ArrayList<>(List.of(first));
        while (!todo.isEmpty()) {
            Entry entry = todo.remove(todo.size() - 1);
            if (group.putIfAbsent(entry.path(), entry) != null) {
                continue;
            }
            RelPath from = entry.target().movedFrom();
            Entry.LinkId link = entry.link();
            Set<RelPath> mates = new TreeSet<>(link == null ? Set.of() : linked.getOrDefault(link, Set.of()));
            if (from != null) {
                mates.add(from);
            }
            for (RelPath mate : mates) {
                Entry waits = waiting.get(mate);
                if (waits != null) {
                    todo.add(waits);
                }
            }
        }
        return group;
    }

    private boolean isFree(Map<RelPath, Entry> group, PathSet blocked) {
        for (Entry entry : group.values()) {
            RelPath from = entry.target().movedFrom();
            Entry.LinkId link = entry.link();
            if (busy.touches(entry.path())
                    || blocked.touches(entry.path())
                    || (from != null && (busy.touches(from) || blocked.touches(from)))
                    || (link != null
                            && underWay.stream().anyMatch(job -> job.links().contains(link)))) {
                return false;
            }
        }
        return true;
    }

    private Job begin(Map<RelPath, Entry> chosen, long nowNanos) {
        List<Entry> entries = new ArrayList<>();
        for (RelPath path : chosen.keySet()) {
            entries.add(take(path));
        }
        Job job = new Job(entries, nowNanos);
        underWay.add(job);
        busy.addAll(job.reserved());
        return job;
    }

    /** The job was settled, but for what is given back; what was settled passes. */
    void settled(Job job, List<Entry> again) {
        leave(job);
        again.forEach(this::restore);
        job.entries().forEach(entry -> tracker.release(entry.spans()));
    }

    /** Nothing of the job was settled. */
    void failed(Job job) {
        settled(job, job.entries());
    }

    private void leave(Job job) {
        if (!underWay.remove(job)) {
            throw new IllegalStateException("the job is not under way");
        }
        busy.removeAll(job.reserved());
    }
}
