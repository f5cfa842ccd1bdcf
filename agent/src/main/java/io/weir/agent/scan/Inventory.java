package io.weir.agent.scan;

import io.weir.schemas.RelPath;
import java.io.IOException;
import java.util.HashSet;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What was published of a source: the base, with the records of the journals applied in their order.
 *
 * <p>Records that are lost at the end of a journal make it older than the truth, never newer: what it lacks is published
 * again. What it does not know of a directory it says so ({@link Known#unlearned}). {@link #apply} is for one thread;
 * when that is over, {@link #load} may be called by many.
 */
final class Inventory implements AutoCloseable {
    private final @Nullable BaseFile base;
    private @Nullable Entry root;

    /** Directories that the journals touched; they stand for themselves. */
    private final TreeMap<RelPath, Known> touched = new TreeMap<>();

    /** Paths at and below which the base counts no more. */
    private final Set<RelPath> cut = new HashSet<>();

    private final TreeMap<RelPath, Since> trees = new TreeMap<>();

    /** Takes over the base; without one nothing is known. */
    Inventory(@Nullable BaseFile base) {
        this.base = base;
        this.root = base == null ? null : base.header().root();
    }

    /** The root directory itself; null when it is not known. */
    @Nullable
    Entry root() {
        return root;
    }

    /** How many entries the source had when the base was written; 0 when not known. */
    long size() {
        return base == null || cut.contains(RelPath.ROOT) ? 0 : base.entries();
    }

    /** What is known of a directory; not to be changed. */
    Known load(RelPath directory) throws IOException {
        Known known = touched.get(directory);
        if (known != null) {
            return known;
        }
        if (base != null && !isCut(directory)) {
            known = base.read(directory);
        }
        return known == null ? Known.unlearned(unlearned(directory)) : known;
    }

    /** Applies the next record. */
    void apply(JournalRecord record) throws IOException {
        if (record instanceof JournalRecord.Put put) {
            put(put);
        } else if (record instanceof JournalRecord.Tree tree) {
            forgetBelow(tree.path());
            trees.put(tree.path(), tree.since());
            name(tree.path(), tree.entry());
        } else {
            forgetBelow(record.path());
            if (!record.path().isRoot()) {
                touch(record.path().parent()).entries().remove(name(record.path()));
            }
        }
    }

    /**
     * Applies a record of which nobody knows whether it was published: afterwards its path differs from anything that can
     * be there.
     */
    void applyUncertain(JournalRecord record) throws IOException {
        RelPath path = record.path();
        if (path.isRoot()) {
            root = root == null ? null : root.withSignature(0);
        }
        if (record instanceof JournalRecord.Put put) {
            Entry before =
                    path.isRoot() ? put.entry() : touch(path.parent()).entries().get(name(path));
            if (before != null && before.isSame(put.entry())) {
                name(path, before.withSignature(0));
            } else {
                apply(new JournalRecord.Put(path, put.entry().withSignature(0), put.created(), 0));
            }
        } else if (record instanceof JournalRecord.Tree tree) {
            apply(new JournalRecord.Tree(path, tree.entry(), Since.NEVER));
        } else if (!path.isRoot()) {
            Entry before = touch(path.parent()).entries().get(name(path));
            apply(record);
            name(path, new Entry(before == null ? Entry.What.OTHER : before.kind(), 0, 0));
        }
    }

    private void put(JournalRecord.Put put) throws IOException {
        RelPath path = put.path();
        Entry before = name(path, put.entry());
        boolean same = before != null && before.isSame(put.entry());
        if (!same && !path.isRoot()) {
            arrived(put, before == null);
        }
        if (put.parent() != 0 && !path.isRoot()) {
            directoryLooks(path.parent(), put.parent());
        }
    }

    private void arrived(JournalRecord.Put put, boolean free) throws IOException {
        RelPath path = put.path();
        boolean learned = touch(path.parent()).unlearned() == null;
        if (!learned && free) {
            // It may have been there all the time, with anything in it: it is part of what is not learned.
            return;
        }
        forgetBelow(path);
        if (put.entry().isDirectory() && put.created() && free) {
            touched.put(path, Known.empty());
        }
    }

    /** The state of a directory was published together with that of something in it. */
    private void directoryLooks(RelPath directory, long signature) throws IOException {
        if (directory.isRoot()) {
            root = root == null ? null : root.withSignature(signature);
            return;
        }
        touch(directory.parent())
                .entries()
                .computeIfPresent(
                        name(directory), (name, entry) -> entry.isDirectory() ? entry.withSignature(signature) : entry);
    }

    private @Nullable Entry name(RelPath path, Entry entry) throws IOException {
        if (path.isRoot()) {
            Entry before = root;
            root = entry;
            return before;
        }
        return touch(path.parent()).entries().put(name(path), entry);
    }

    private Known touch(RelPath directory) throws IOException {
        Known known = touched.get(directory);
        if (known == null) {
            known = load(directory).copy();
            touched.put(directory, known);
        }
        return known;
    }

    private void forgetBelow(RelPath path) {
        cut.add(path);
        dropRange(touched, path);
        dropRange(trees, path);
    }

    private static void dropRange(NavigableMap<RelPath, ?> map, RelPath top) {
        if (top.isRoot()) {
            map.clear();
            return;
        }
        while (true) {
            RelPath next = map.ceilingKey(top);
            if (next == null || !(next.equals(top) || next.isBelow(top))) {
                return;
            }
            map.remove(next);
        }
    }

    private boolean isCut(RelPath path) {
        if (cut.isEmpty()) {
            return false;
        }
        return cut.contains(path)
                || cut.contains(RelPath.ROOT)
                || (!path.isRoot() && path.ancestors().stream().anyMatch(cut::contains));
    }

    /** Since when the nearest directory at or above was told as a whole. */
    private Since unlearned(RelPath directory) {
        RelPath at = directory;
        while (true) {
            Since since = trees.get(at);
            if (since != null) {
                return since;
            }
            if (at.isRoot()) {
                return Since.NEVER;
            }
            at = at.parent();
        }
    }

    private static RelPath name(RelPath path) {
        return RelPath.of(path.name());
    }

    @Override
    public void close() throws IOException {
        if (base != null) {
            base.close();
        }
    }
}
