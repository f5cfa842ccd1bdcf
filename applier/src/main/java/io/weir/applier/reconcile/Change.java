package io.weir.applier.reconcile;

import io.weir.schemas.RelPath;
import org.jspecify.annotations.Nullable;

/**
 * One change that was made in a replica. Immutable.
 *
 * @param action what was done
 * @param path where; the new name of what was renamed
 * @param directory whether that is, or was, a directory: what was deleted, renamed or is unsure then stands for everything below it
 * @param from the old name of what was renamed, else null
 */
public record Change(
        Action action,
        RelPath path,
        boolean directory,
        @Nullable RelPath from) {
    /** What was done. */
    public enum Action {
        /** Created, or content or attributes set. */
        UPDATED,
        /** Gone, a directory with everything in it. */
        DELETED,
        /** Under another name, a directory with everything in it. */
        RENAMED,
        /** Equal to the source now, maybe changed by a try that did not end, or before a crash: who may miss nothing takes it for changed. */
        UNSURE
    }

    static Change updated(RelPath path, boolean directory) {
        return new Change(Action.UPDATED, path, directory, null);
    }

    static Change deleted(RelPath path, boolean directory) {
        return new Change(Action.DELETED, path, directory, null);
    }

    static Change renamed(RelPath from, RelPath to, boolean directory) {
        return new Change(Action.RENAMED, to, directory, from);
    }

    /** What may have been changed by a try that did not end. */
    public static Change unsure(RelPath path, boolean directory) {
        return new Change(Action.UNSURE, path, directory, null);
    }
}
