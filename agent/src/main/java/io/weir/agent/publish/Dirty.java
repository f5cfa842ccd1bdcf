package io.weir.agent.publish;

import io.weir.agent.watch.Captured;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.Origin;
import io.weir.schemas.RelPath;
import org.jspecify.annotations.Nullable;

/**
 * One path that waits to be published: everything captured for it since it was published last, merged into one entry.
 * Immutable.
 *
 * @param path what changed
 * @param kind what happened to it, as {@link Merge} folds it; {@link ChangeKind#GAP} only while nothing else is known
 * @param movedFrom where it came from, a hint that may be dropped at any time: the old path has an entry of its own
 * @param recursive whether a directory is to be made equal with all below it; has no meaning for anything else
 * @param origin how it became known
 * @param capturedAtMicros when the oldest change inside was read from the kernel, in microseconds since the epoch
 * @param reason why, for people; for GAP and RESCAN
 * @param gap why changes of this subtree may be missing, when a GAP has to be published before the change itself
 * @param collapsed whether this RESCAN was made of too many entries below it: further changes there are part of it
 * @param checkpoint the id of a checkpoint, which is no change: it goes behind everything that became dirty before it
 */
record Dirty(
        RelPath path,
        ChangeKind kind,
        @Nullable RelPath movedFrom,
        boolean recursive,
        Origin origin,
        long capturedAtMicros,
        @Nullable String reason,
        @Nullable String gap,
        boolean collapsed,
        @Nullable String checkpoint) {

    /** A change of a path. */
    Dirty(
            RelPath path,
            ChangeKind kind,
            @Nullable RelPath movedFrom,
            boolean recursive,
            Origin origin,
            long capturedAtMicros,
            @Nullable String reason,
            @Nullable String gap,
            boolean collapsed) {
        this(path, kind, movedFrom, recursive, origin, capturedAtMicros, reason, gap, collapsed, null);
    }

    /** The entry of a single captured change. */
    static Dirty of(Captured c) {
        boolean gap = c.kind() == ChangeKind.GAP;
        String why = c.reason() == null ? "unknown" : c.reason();
        boolean recursive = c.recursive() || c.kind() == ChangeKind.RESCAN;
        return new Dirty(
                c.path(),
                c.kind(),
                c.movedFrom(),
                recursive,
                c.origin(),
                c.capturedAtMicros(),
                c.reason(),
                gap ? why : null,
                false);
    }

    /** A path that has to be looked at because another one was renamed away from it. */
    static Dirty departed(RelPath path, Captured c) {
        return new Dirty(path, ChangeKind.DELETED, null, false, c.origin(), c.capturedAtMicros(), null, null, false);
    }

    /** Another name of an inode that changed. */
    static Dirty linked(RelPath path, long capturedAtMicros) {
        return new Dirty(path, ChangeKind.LINKED, null, false, Origin.EVENT, capturedAtMicros, null, null, false);
    }

    /**
     * A checkpoint. Its path is a name that no change has, so that nothing is ever merged with it.
     *
     * @param id letters, digits and dashes
     */
    static Dirty checkpoint(String id, long capturedAtMicros) {
        RelPath own = RelPath.of(".weir/checkpoint-" + id);
        return new Dirty(
                own, ChangeKind.CHECKPOINT, null, false, Origin.EVENT, capturedAtMicros, null, null, false, id);
    }

    boolean isCheckpoint() {
        return checkpoint != null;
    }

    /** The same, with everything below it. */
    Dirty asRecursive() {
        return new Dirty(path, kind, movedFrom, true, origin, capturedAtMicros, reason, gap, collapsed);
    }

    /** The entry that stands for the subtree of a directory when the set is full. */
    static Dirty collapse(RelPath directory, long capturedAtMicros, @Nullable String gap, String reason) {
        return new Dirty(directory, ChangeKind.RESCAN, null, true, Origin.EVENT, capturedAtMicros, reason, gap, true);
    }
}
