package io.weir.agent.publish;

import io.weir.schemas.RelPath;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes a dirty set smaller by replacing whole subtrees with a RESCAN of their directory. Pure.
 *
 * <p>Directories with the most dirty entries go first, since that is where a rescan costs the least beyond what is dirty
 * anyway; when no directory holds two entries, the deepest ones are lifted to their parents until some do. Checkpoints stay as
 * they are, and where they are.
 */
final class Collapse {
    private Collapse() {}

    /**
     * The same paths in fewer entries: every path given is an entry of the answer or lies below a collapsed one of it.
     *
     * @param entries by path, in order
     * @param target how many entries there may be without checkpoints; 1 at least
     * @param reason why, for the records
     */
    static Map<RelPath, Dirty> collapse(Map<RelPath, Dirty> entries, int target, String reason) {
        Map<RelPath, Dirty> current = entries;
        long checkpoints = entries.values().stream().filter(Dirty::isCheckpoint).count();
        long most = checkpoints + Math.max(1, target);
        while (current.size() > most) {
            Set<RelPath> directories = fullest(current, current.size() - (int) checkpoints - target);
            if (directories.isEmpty()) {
                directories = parentsOfDeepest(current);
            }
            current = replace(current, directories, reason);
        }
        return current;
    }

    private static Set<RelPath> fullest(Map<RelPath, Dirty> entries, int excess) {
        Map<RelPath, Integer> counts = new HashMap<>();
        for (RelPath path : paths(entries)) {
            if (!path.isRoot()) {
                counts.merge(path.parent(), 1, Integer::sum);
            }
        }
        List<Map.Entry<RelPath, Integer>> candidates = new ArrayList<>();
        for (Map.Entry<RelPath, Integer> entry : counts.entrySet()) {
            if (entry.getValue() > 1) {
                candidates.add(entry);
            }
        }
        // The root is the last resort: it means everything.
        candidates.sort(Comparator.comparing(
                        (Map.Entry<RelPath, Integer> e) -> e.getKey().isRoot())
                .thenComparing(Map.Entry.comparingByValue(Comparator.reverseOrder())));
        Set<RelPath> chosen = new HashSet<>();
        int saved = 0;
        for (Map.Entry<RelPath, Integer> candidate : candidates) {
            if (saved >= excess || (candidate.getKey().isRoot() && !chosen.isEmpty())) {
                break;
            }
            chosen.add(candidate.getKey());
            saved += candidate.getValue() - 1;
        }
        return chosen;
    }

    private static Set<RelPath> parentsOfDeepest(Map<RelPath, Dirty> entries) {
        int deepest = 0;
        for (RelPath path : paths(entries)) {
            deepest = Math.max(deepest, path.components().size());
        }
        Set<RelPath> parents = new HashSet<>();
        for (RelPath path : paths(entries)) {
            if (!path.isRoot() && path.components().size() == deepest) {
                parents.add(path.parent());
            }
        }
        return parents;
    }

    private static List<RelPath> paths(Map<RelPath, Dirty> entries) {
        return entries.values().stream()
                .filter(each -> !each.isCheckpoint())
                .map(Dirty::path)
                .toList();
    }

    private static Map<RelPath, Dirty> replace(Map<RelPath, Dirty> entries, Set<RelPath> directories, String reason) {
        Map<RelPath, Dirty> fewer = new LinkedHashMap<>();
        for (Dirty entry : entries.values()) {
            RelPath directory = entry.isCheckpoint() ? null : topmost(entry.path(), directories);
            if (directory == null) {
                fewer.merge(entry.path(), entry, Merge::merge);
            } else {
                Dirty rescan = Dirty.collapse(directory, entry.capturedAtMicros(), entry.gap(), reason);
                fewer.merge(directory, rescan, Merge::merge);
            }
        }
        return fewer;
    }

    private static @Nullable RelPath topmost(RelPath path, Set<RelPath> directories) {
        if (directories.contains(RelPath.ROOT)) {
            return RelPath.ROOT;
        }
        for (RelPath above : path.ancestors()) {
            if (directories.contains(above)) {
                return above;
            }
        }
        return directories.contains(path) ? path : null;
    }
}
