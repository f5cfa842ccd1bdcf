package io.weir.cli;

import io.weir.schemas.Change;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.RelPath;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Tells which changes of a source concern a path. It is shown them from the newest to the oldest, so that a rename leads to the name
 * that the path had before. Pure; used by one thread.
 */
final class Trail {
    /**
     * What concerns a path.
     *
     * @param below whether what is below it does
     * @param renames whether older changes are those of the name before a rename
     */
    record Reach(boolean below, boolean renames) {}

    private final Reach reach;
    private RelPath name;

    /**
     * The trail of a path.
     *
     * @param path as it is called now; the root for all that a source has
     */
    Trail(RelPath path, Reach reach) {
        this.name = path;
        this.reach = reach;
    }

    /** Whether a change, older than all that were shown, concerns the path; one of a directory above does, if it is of all below. */
    boolean concerns(Change change) {
        RelPath path = path(change.getPath());
        if (path == null || change.getKind() == ChangeKind.CHECKPOINT) {
            return false;
        }
        RelPath from = path(change.getMovedFrom());
        boolean isAt = isAtOrBelow(name, path);
        if (from != null && isAt && reach.renames() && !from.isRoot() && !path.isRoot()) {
            name = name.rebase(path, from);
            return true;
        }
        return isMine(path) || (isAt && isWhole(change)) || (from != null && (isMine(from) || isAtOrBelow(name, from)));
    }

    private boolean isMine(RelPath path) {
        return path.equals(name) || (reach.below() && path.isBelow(name));
    }

    /** Whether a path is this one, or below it. */
    static boolean isAtOrBelow(RelPath path, RelPath other) {
        return path.equals(other) || path.isBelow(other);
    }

    /** Whether a change of a directory is one of all below it. */
    private static boolean isWhole(Change change) {
        return change.getRecursive()
                || switch (change.getKind()) {
                    case RESCAN, GAP, DELETED, MOVED -> true;
                    case UNKNOWN, CREATED, MODIFIED, CLOSED, ATTRIBUTES, LINKED, CHECKPOINT -> false;
                };
    }

    /** The path of a field; null also for what is no path: it concerns none. */
    static @Nullable RelPath path(@Nullable ByteBuffer field) {
        try {
            return field == null ? null : RelPath.of(field);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
