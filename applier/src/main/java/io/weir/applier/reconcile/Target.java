package io.weir.applier.reconcile;

import io.weir.schemas.FileType;
import io.weir.schemas.Observed;
import io.weir.schemas.RelPath;
import org.jspecify.annotations.Nullable;

/**
 * One path to make equal to the source as it is now. Immutable.
 *
 * @param path the path; {@link RelPath#ROOT} stands for the root directory itself
 * @param observed what lstat said at the source when the change was published: it chooses the cheap order of steps and decides nothing
 * @param recursive the directory is to be made equal with everything below it
 * @param movedFrom a hint that the path was renamed from there; both ends are reconciled whether or not it is taken
 * @param anew what rsync takes for equal is known to differ: a file is built anew, whatever its size and time
 */
public record Target(
        RelPath path,
        Observed observed,
        boolean recursive,
        @Nullable RelPath movedFrom,
        boolean anew) {
    /** A target of which nothing is known to differ. */
    public Target(RelPath path, Observed observed, boolean recursive, @Nullable RelPath movedFrom) {
        this(path, observed, recursive, movedFrom, false);
    }

    /** The same without a rename hint. */
    public Target(RelPath path, Observed observed, boolean recursive) {
        this(path, observed, recursive, null);
    }

    /** A path of which nothing was observed, with everything below it. */
    static Target whole(RelPath path) {
        return new Target(path, Observed.newBuilder().setType(FileType.UNKNOWN).build(), true, null);
    }
}
