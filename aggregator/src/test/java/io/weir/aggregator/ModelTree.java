package io.weir.aggregator;

import io.weir.schemas.ChangeKind;
import io.weir.schemas.FileType;
import io.weir.schemas.RelPath;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A tree of directories and files with numbered contents: a source that is changed, or a replica that is reconciled. */
final class ModelTree {
    private static final String[] NAMES = {"a", "b", "c.tmp", "d-", "e~"};

    /** One name: its type, and a number that stands for content, mode and times. */
    record Entry(FileType type, int version) {}

    /** What an agent is told by the kernel. */
    record Told(ChangeKind kind, RelPath path, @Nullable RelPath movedFrom) {}

    private final TreeMap<RelPath, Entry> entries = new TreeMap<>();
    private int versions;

    Map<RelPath, Entry> entries() {
        return entries;
    }

    FileType type(RelPath path) {
        if (path.isRoot()) {
            return FileType.DIRECTORY;
        }
        Entry entry = entries.get(path);
        return entry == null ? FileType.ABSENT : entry.type();
    }

    /** One random operation, and the events it makes. */
    void mutate(Random random, Deque<Told> events) {
        RelPath path = randomPath(random);
        boolean isThere = entries.containsKey(path);
        switch (random.nextInt(8)) {
            case 0, 1 -> {
                if (type(path) != FileType.DIRECTORY) {
                    events.add(new Told(isThere ? ChangeKind.MODIFIED : ChangeKind.CREATED, path, null));
                    entries.put(path, next(FileType.FILE));
                    if (random.nextInt(3) > 0) {
                        events.add(new Told(ChangeKind.CLOSED, path, null));
                    }
                }
            }
            case 2, 3 -> {
                if (!isThere) {
                    entries.put(path, next(FileType.DIRECTORY));
                    events.add(new Told(ChangeKind.CREATED, path, null));
                }
            }
            case 4 -> delete(path, events);
            case 5 -> {
                if (isThere) {
                    entries.put(path, next(type(path)));
                    events.add(new Told(ChangeKind.ATTRIBUTES, path, null));
                }
            }
            default -> move(path, randomPath(random), events);
        }
    }

    private void delete(RelPath path, Deque<Told> events) {
        if (!entries.containsKey(path)) {
            return;
        }
        List<RelPath> below = below(path);
        for (int i = below.size() - 1; i >= 0; i--) {
            entries.remove(below.get(i));
            events.add(new Told(ChangeKind.DELETED, below.get(i), null));
        }
        entries.remove(path);
        events.add(new Told(ChangeKind.DELETED, path, null));
    }

    private void move(RelPath from, RelPath to, Deque<Told> events) {
        Entry moved = entries.get(from);
        boolean fits = to.isBelow(from)
                || from.isBelow(to)
                || from.equals(to)
                || !below(to).isEmpty();
        boolean sameKind = (type(from) == FileType.DIRECTORY) == (type(to) == FileType.DIRECTORY);
        if (moved == null || fits || (entries.containsKey(to) && !sameKind)) {
            return;
        }
        List<RelPath> below = below(from);
        entries.remove(from);
        entries.put(to, moved);
        for (RelPath each : below) {
            Entry entry = entries.remove(each);
            if (entry != null) {
                entries.put(each.rebase(from, to), entry);
            }
        }
        events.add(new Told(ChangeKind.MOVED, to, from));
    }

    /**
     * Makes a path equal to the source as it is now, as an applier does: what was seen as something else and is a directory
     * now is made equal with all below it, like a recursive one.
     */
    void reconcile(RelPath path, FileType observed, boolean recursive, ModelTree source) {
        FileType now = source.type(path);
        if (!path.isRoot()) {
            if (now == FileType.ABSENT) {
                remove(path);
                return;
            }
            path.ancestors().forEach(above -> copy(above, source));
            copy(path, source);
        }
        if (now == FileType.DIRECTORY && (recursive || observed != FileType.DIRECTORY)) {
            for (RelPath each : below(path)) {
                if (source.type(each) == FileType.ABSENT) {
                    remove(each);
                }
            }
            source.below(path).forEach(each -> copy(each, source));
        }
    }

    private void copy(RelPath path, ModelTree source) {
        Entry entry = source.entries.get(path);
        if (entry != null) {
            if (entry.type() != FileType.DIRECTORY) {
                remove(path);
            }
            entries.put(path, entry);
        }
    }

    private void remove(RelPath path) {
        entries.keySet().removeAll(below(path));
        entries.remove(path);
    }

    private List<RelPath> below(RelPath path) {
        List<RelPath> found = new ArrayList<>();
        for (RelPath each : entries.tailMap(path, false).keySet()) {
            if (each.isBelow(path)) {
                found.add(each);
            }
        }
        return found;
    }

    private Entry next(FileType type) {
        versions++;
        return new Entry(type, versions);
    }

    private RelPath randomPath(Random random) {
        List<RelPath> directories = new ArrayList<>(List.of(RelPath.ROOT));
        entries.forEach((path, entry) -> {
            if (entry.type() == FileType.DIRECTORY && path.components().size() < 4) {
                directories.add(path);
            }
        });
        RelPath directory = directories.get(random.nextInt(directories.size()));
        return directory.child(NAMES[random.nextInt(NAMES.length)].getBytes(StandardCharsets.UTF_8));
    }
}
