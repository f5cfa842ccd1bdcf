package io.weir.aggregator;

import io.weir.aggregator.ChangeFold.Sight;
import io.weir.aggregator.ChangeFold.State;
import io.weir.schemas.Change;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.FileType;
import io.weir.schemas.Micros;
import io.weir.schemas.Observed;
import io.weir.schemas.RelPath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All pending paths of one source. The order of paths keeps a subtree together, so what lies below a deleted, renamed or
 * recursive directory is one range.
 *
 * <p>Every change that is applied ends in an entry for its path or for a directory above it that covers it: nothing is
 * forgotten. Confined to one thread; no clock, no I/O.
 */
final class PendingTree {
    /**
     * Told of every difference, what covers others first: when a copy is kept of it in this order, each prefix of the copy
     * covers all that was pending.
     */
    interface Journal {
        /** An entry is new or was replaced. */
        void put(RelPath path, Pending pending);

        /** An entry is covered by another one, which was put before. */
        void covered(RelPath path);
    }

    private final int collapseAbove;
    private final Journal journal;
    private final TreeMap<RelPath, Pending> entries = new TreeMap<>();
    private final Map<LinkId, NavigableSet<RelPath>> links = new HashMap<>();
    /** Paths put below each new directory; never less than are pending there. */
    private final Map<RelPath, Integer> below = new HashMap<>();

    /**
     * An empty tree.
     *
     * @param collapseAbove with more pending paths than this below it, a new directory becomes one recursive entry
     */
    PendingTree(int collapseAbove, Journal journal) {
        this.collapseAbove = collapseAbove;
        this.journal = journal;
    }

    /** How many paths are pending. */
    int size() {
        return entries.size();
    }

    /** When the oldest change behind what is pending was captured; {@link Long#MAX_VALUE} when nothing is. Looks at all. */
    long oldestCapturedAtMicros() {
        long oldest = Long.MAX_VALUE;
        for (Pending pending : entries.values()) {
            oldest = Math.min(oldest, pending.capturedAtMicros());
        }
        return oldest;
    }

    /** The pending paths in order; a copy. */
    List<RelPath> paths() {
        return new ArrayList<>(entries.keySet());
    }

    /** What is pending for a path, or null. */
    @Nullable
    Pending get(RelPath path) {
        return entries.get(path);
    }

    /** The pending names of an inode. */
    List<RelPath> names(LinkId link) {
        NavigableSet<RelPath> names = links.get(link);
        return names == null ? List.of() : List.copyOf(names);
    }

    /** How many names of an inode are pending. */
    int countNames(LinkId link) {
        NavigableSet<RelPath> names = links.get(link);
        return names == null ? 0 : names.size();
    }

    /**
     * Folds a change in.
     *
     * @param path the change's path, checked
     * @param movedFrom the change's old path, checked
     */
    void apply(Change change, RelPath path, @Nullable RelPath movedFrom, long nowMillis) {
        long capturedAt = Micros.of(change.getCapturedAt());
        RelPath hint = null;
        if (movedFrom != null && !movedFrom.isRoot() && !movedFrom.equals(path)) {
            hint = hint(movedFrom, path);
            put(left(movedFrom), capturedAt, nowMillis);
        }
        Sight sight = sight(change, path);
        boolean appears =
                change.getKind() == ChangeKind.CREATED || (change.getKind() == ChangeKind.MOVED && hint == null);
        String reason = change.getKind() == ChangeKind.RESCAN ? change.getReason() : null;
        Observed observed = change.getObserved();
        put(
                new Step(path, sight, observed, sight == Sight.ABSENT ? null : hint, appears, reason),
                capturedAt,
                nowMillis);
    }

    /**
     * A name that was renamed away. Its own record may have come before: that it was seen absent holds, as whatever came there
     * later has a record of its own; but what was seen there may be what came later, and is asked for. It stays one of the names
     * of its inode.
     */
    private Step left(RelPath name) {
        Pending known = entries.get(name);
        if (known == null) {
            return new Step(name, Sight.TREE, Pending.unseen(FileType.UNKNOWN), null, false, null);
        }
        Observed seen = known.observed();
        if (seen.getType() == FileType.ABSENT) {
            return new Step(name, Sight.ABSENT, seen, null, false, null);
        }
        Observed unsure = Observed.newBuilder(seen).setType(FileType.UNKNOWN).build();
        return new Step(name, Sight.TREE, unsure, null, false, null);
    }

    /** Makes a path pending with everything below it, for a doubt of the aggregator's own. */
    void rescan(RelPath path, String reason, long capturedAtMicros, long nowMillis) {
        Observed observed = Pending.unseen(path.isRoot() ? FileType.DIRECTORY : FileType.UNKNOWN);
        put(new Step(path, Sight.TREE, observed, null, false, reason), capturedAtMicros, nowMillis);
    }

    /** Takes an entry out because it was sent; the journal is not told. */
    void take(RelPath path) {
        drop(path);
    }

    /** Puts an entry back as it was; the journal is not told. */
    void restore(RelPath path, Pending pending) {
        set(path, pending);
    }

    /** One path and what is now known of it. */
    private record Step(
            RelPath path,
            Sight sight,
            Observed observed,
            @Nullable RelPath movedFrom,
            boolean appears,
            @Nullable String reason) {}

    private void put(Step step, long capturedAt, long now) {
        // A name of several stays beside a recursive directory above it: the directory's listing cannot tell of names
        // outside.
        boolean isKept = LinkId.of(step.observed()) != null || entries.containsKey(step.path());
        RelPath above = isKept ? null : coveringAncestor(step);
        if (above != null) {
            Pending cover = entries.get(above);
            if (cover != null) {
                replace(above, cover.absorbing(capturedAt, now, 1, step.reason()));
            }
            return;
        }
        Pending before = entries.get(step.path());
        Pending after = folded(before, step, capturedAt, now);
        replace(step.path(), after);
        if (ChangeFold.coversBelow(after.state())) {
            cover(step.path());
        }
        if (before == null) {
            collapse(step.path());
        }
    }

    private static Pending folded(@Nullable Pending before, Step step, long capturedAt, long now) {
        State state = ChangeFold.fold(before == null ? State.NONE : before.state(), step.sight());
        RelPath hint = step.movedFrom();
        if (before == null) {
            return new Pending(state, step.appears(), step.observed(), hint, capturedAt, now, now, 1, step.reason());
        }
        boolean mayBeGone = state == State.ABSENT || step.observed().getType() == FileType.UNKNOWN;
        RelPath kept = mayBeGone ? null : hint != null || step.appears() ? hint : before.movedFrom();
        Pending merged = before.absorbing(capturedAt, now, 1, step.reason());
        return new Pending(
                state,
                before.isNew(),
                step.observed(),
                kept,
                merged.capturedAtMicros(),
                merged.firstAtMillis(),
                now,
                merged.changes(),
                merged.reason());
    }

    /** The name under which replicas have what was renamed; null when none of them need have it. */
    private @Nullable RelPath hint(RelPath from, RelPath to) {
        Pending old = entries.get(from);
        if (old == null) {
            return from;
        }
        RelPath origin = old.movedFrom() != null ? old.movedFrom() : old.isNew() ? null : from;
        return to.equals(origin) ? null : origin;
    }

    /** A name of an inode that is being written under another one waits with it. */
    private Sight sight(Change change, RelPath path) {
        Observed observed = change.getObserved();
        LinkId link = observed.getType() == FileType.FILE ? LinkId.of(observed) : null;
        boolean isName = change.getKind() == ChangeKind.LINKED || change.getKind() == ChangeKind.CREATED;
        if (link == null || !isName) {
            return ChangeFold.classify(change);
        }
        for (RelPath name : names(link)) {
            Pending mate = entries.get(name);
            if (mate != null && mate.isWriting() && !name.equals(path)) {
                return Sight.WRITING;
            }
        }
        return Sight.READY;
    }

    private @Nullable RelPath coveringAncestor(Step step) {
        RelPath path = step.path();
        if (path.isRoot()) {
            return null;
        }
        if (covers(RelPath.ROOT, step.sight())) {
            return RelPath.ROOT;
        }
        for (RelPath above : path.ancestors()) {
            if (covers(above, step.sight())) {
                return above;
            }
        }
        return null;
    }

    private boolean covers(RelPath above, Sight sight) {
        Pending pending = entries.get(above);
        if (pending == null) {
            return false;
        }
        // Below what is no directory an absent path says nothing new; a present one means that it is a directory again.
        return pending.isRecursive() || (sight == Sight.ABSENT && ChangeFold.coversBelow(pending.state()));
    }

    private void collapse(RelPath added) {
        for (RelPath above : added.ancestors()) {
            Pending directory = entries.get(above);
            if (directory == null || !directory.isNew() || directory.state() != State.DIRECTORY) {
                continue;
            }
            int counted = below.merge(above, 1, Integer::sum);
            if (counted > collapseAbove) {
                List<RelPath> covered = pathsBelow(above);
                below.put(above, covered.size());
                if (covered.size() > collapseAbove) {
                    replace(above, directory.asTree());
                    cover(above);
                    return;
                }
            }
        }
    }

    private Pending absorbed(Pending directory, List<RelPath> covered) {
        Pending sum = directory;
        for (RelPath path : covered) {
            Pending each = entries.get(path);
            if (each != null) {
                sum = sum.absorbing(each.capturedAtMicros(), sum.lastAtMillis(), each.changes(), each.reason());
            }
        }
        return sum;
    }

    private List<RelPath> pathsBelow(RelPath path) {
        List<RelPath> found = new ArrayList<>();
        for (RelPath each : entries.tailMap(path, false).keySet()) {
            if (!each.isBelow(path)) {
                break;
            }
            found.add(each);
        }
        return found;
    }

    private void cover(RelPath path) {
        List<RelPath> covered = pathsBelow(path);
        Pending cover = entries.get(path);
        if (cover == null) {
            return;
        }
        if (cover.isRecursive()) {
            covered.removeIf(this::isLinked);
        }
        if (covered.isEmpty()) {
            return;
        }
        replace(path, absorbed(cover, covered));
        for (RelPath each : covered) {
            drop(each);
            journal.covered(each);
        }
    }

    private boolean isLinked(RelPath path) {
        Pending pending = entries.get(path);
        return pending != null && pending.link() != null;
    }

    private void replace(RelPath path, Pending pending) {
        set(path, pending);
        journal.put(path, pending);
    }

    private void set(RelPath path, Pending pending) {
        Pending old = entries.put(path, pending);
        LinkId oldLink = old == null ? null : old.link();
        LinkId link = pending.link();
        if (oldLink != null && !oldLink.equals(link)) {
            unlink(oldLink, path);
        }
        if (link != null) {
            links.computeIfAbsent(link, each -> new TreeSet<>()).add(path);
        }
    }

    private void drop(RelPath path) {
        Pending old = entries.remove(path);
        LinkId link = old == null ? null : old.link();
        if (link != null) {
            unlink(link, path);
        }
        below.remove(path);
    }

    private void unlink(LinkId link, RelPath path) {
        NavigableSet<RelPath> names = links.get(link);
        if (names != null) {
            names.remove(path);
            if (names.isEmpty()) {
                links.remove(link);
            }
        }
    }
}
