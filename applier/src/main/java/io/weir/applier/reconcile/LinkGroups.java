package io.weir.applier.reconcile;

import io.weir.schemas.RelPath;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Which paths are names of one inode at the source: rsync links only names that are listed in one call. Confined to one thread.
 */
final class LinkGroups {
    /** An inode, of the source as the agent saw it, or of the replica. */
    record Inode(long dev, long ino) {
        /** Any. */
        static final Comparator<Inode> ORDER =
                Comparator.comparingLong(Inode::dev).thenComparingLong(Inode::ino);
    }

    private final Map<Object, Object> leaders = new HashMap<>();

    /** Says that both stand for one inode; a key is a path or an {@link Inode}. */
    void join(Object one, Object other) {
        Object a = leader(one);
        Object b = leader(other);
        if (!a.equals(b)) {
            leaders.put(a, b);
        }
    }

    /** The same object for all keys of one inode. */
    Object leader(Object key) {
        Object at = key;
        Object next = leaders.get(at);
        while (next != null) {
            at = next;
            next = leaders.get(at);
        }
        return at;
    }

    /** Splits paths into sorted lists of about {@code limit}, each group whole. */
    List<List<RelPath>> chunks(Collection<RelPath> paths, int limit) {
        TreeSet<RelPath> sorted = new TreeSet<>(paths);
        if (sorted.size() <= limit) {
            return sorted.isEmpty() ? List.of() : List.of(new ArrayList<>(sorted));
        }
        Map<Object, List<RelPath>> groups = new LinkedHashMap<>();
        for (RelPath path : sorted) {
            groups.computeIfAbsent(leader(path), key -> new ArrayList<>(1)).add(path);
        }
        List<List<RelPath>> chunks = new ArrayList<>();
        List<RelPath> chunk = new ArrayList<>();
        for (List<RelPath> group : groups.values()) {
            if (!chunk.isEmpty() && chunk.size() + group.size() > limit) {
                chunks.add(chunk);
                chunk = new ArrayList<>();
            }
            chunk.addAll(group);
        }
        chunks.add(chunk);
        return chunks;
    }
}
