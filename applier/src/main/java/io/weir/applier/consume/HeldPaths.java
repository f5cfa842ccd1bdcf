package io.weir.applier.consume;

import io.weir.applier.reconcile.Outcome;
import io.weir.schemas.RelPath;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Keeps held and failed paths few: 100,000 deletes, or 100,000 unreadable files, are no 100,000 letters. Pure. */
final class HeldPaths {
    private HeldPaths() {}

    /**
     * The same paths, or directories above them that stand for all below, as deep as possible.
     *
     * @param most how many are left at most
     */
    static Map<RelPath, Outcome.Stopped> collapse(Map<RelPath, Outcome.Stopped> paths, int most) {
        int depth = paths.keySet().stream()
                .mapToInt(path -> path.ancestors().size())
                .max()
                .orElse(0);
        Map<RelPath, Outcome.Stopped> now = new TreeMap<>(paths);
        for (; now.size() > most && depth >= 0; depth--) {
            Map<RelPath, Outcome.Stopped> shallower = new TreeMap<>();
            for (Map.Entry<RelPath, Outcome.Stopped> each : now.entrySet()) {
                shallower.merge(head(each.getKey(), depth), widened(each, depth), HeldPaths::both);
            }
            now = shallower;
        }
        return now;
    }

    /** A directory may have been stopped itself, and stand for what was stopped below it too. */
    private static Outcome.Stopped both(Outcome.Stopped one, Outcome.Stopped other) {
        return new Outcome.Stopped(one.recursive() || other.recursive(), one.reason());
    }

    private static Outcome.Stopped widened(Map.Entry<RelPath, Outcome.Stopped> each, int depth) {
        boolean isWider = each.getKey().ancestors().size() >= depth;
        return isWider ? new Outcome.Stopped(true, each.getValue().reason()) : each.getValue();
    }

    /** The directory so many levels down above a path; the path itself when it is no deeper. */
    private static RelPath head(RelPath path, int depth) {
        List<RelPath> above = path.ancestors();
        if (depth == 0) {
            return RelPath.ROOT;
        }
        return above.size() < depth ? path : above.get(depth - 1);
    }
}
