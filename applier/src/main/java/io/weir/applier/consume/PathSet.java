package io.weir.applier.consume;

import io.weir.schemas.RelPath;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Counted paths, with the question whether one of them is equal to, above or below a given path. Not thread-safe. */
final class PathSet {
    private final TreeMap<RelPath, Integer> counts = new TreeMap<>();
    private final Map<RelPath, Integer> hashed = new HashMap<>();

    void addAll(Collection<RelPath> paths) {
        for (RelPath path : paths) {
            counts.merge(path, 1, Integer::sum);
            hashed.merge(path, 1, Integer::sum);
        }
    }

    void removeAll(Collection<RelPath> paths) {
        for (RelPath path : paths) {
            counts.computeIfPresent(path, (p, count) -> count == 1 ? null : count - 1);
            hashed.computeIfPresent(path, (p, count) -> count == 1 ? null : count - 1);
        }
    }

    boolean isEmpty() {
        return counts.isEmpty();
    }

    boolean touches(RelPath path) {
        if (counts.isEmpty()) {
            return false;
        }
        if (path.isRoot() || hashed.containsKey(RelPath.ROOT) || hashed.containsKey(path)) {
            return true;
        }
        for (RelPath above : path.ancestors()) {
            if (hashed.containsKey(above)) {
                return true;
            }
        }
        // A subtree is one range right behind its directory.
        RelPath after = counts.higherKey(path);
        return after != null && after.isBelow(path);
    }
}
