package io.weir.applier.reconcile;

import io.weir.applier.disk.DeleteBreaker;
import io.weir.applier.disk.Deleter;
import io.weir.applier.disk.LocalRename;
import io.weir.applier.disk.ReplicaTree;
import io.weir.posix.Errno;
import io.weir.posix.ErrnoException;
import io.weir.posix.Stat;
import io.weir.schemas.RelPath;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/**
 * The replica's side of a reconcile: what is there, and the few steps that are not rsync's. Errors of the disk itself become
 * {@link Held}. Thread-safe.
 *
 * @param settings what to reconcile
 * @param tree looks
 * @param deleter deletes
 * @param breaker says when that is too much
 * @param renames renames
 * @param rootLength bytes of the root's path
 * @param clock tells the age of temporary-looking names
 */
record Site(
        ReconcilerSettings settings,
        ReplicaTree tree,
        Deleter deleter,
        DeleteBreaker breaker,
        LocalRename renames,
        int rootLength,
        Clock clock) {
    /** Where every path that is changed is told, for who wants that. */
    PathLog paths() {
        return new PathLog(settings.source(), settings.replica());
    }

    /** What is there, or null. */
    @Nullable
    Stat lstat(RelPath path) throws Held {
        try {
            return tree.lstat(path);
        } catch (ErrnoException e) {
            throw disk("looking at '" + path + "'", e);
        }
    }

    /** Whether a directory is there; false when that cannot be told. */
    boolean isDirectory(RelPath path) {
        try {
            Stat stat = tree.lstat(path);
            return stat != null && stat.isDirectory();
        } catch (ErrnoException e) {
            return false;
        }
    }

    /** What is there, for the plan; what cannot be looked at is to be asked about. */
    Plan.Local local(RelPath path) {
        try {
            Stat stat = tree.lstat(path);
            return stat == null ? Plan.Local.ABSENT : stat.isDirectory() ? Plan.Local.DIRECTORY : Plan.Local.OTHER;
        } catch (ErrnoException e) {
            return Plan.Local.OTHER;
        }
    }

    /** Whether a path is none of ours to touch. */
    boolean isForeign(RelPath path) {
        return path.isOwn() || !settings.selection().takes(path);
    }

    /** Whether a path is neither ours nor leads to what is. */
    boolean isOutside(RelPath path) {
        return isForeign(path) && !settings.selection().isAbove(path);
    }

    /** What stands here in the place of a directory above the chosen path, and would have to go for this one, or null. */
    @Nullable
    RelPath obstacle(RelPath path) {
        for (RelPath above : path.ancestors()) {
            if (!settings.selection().isAbove(above)) {
                return null;
            }
            Plan.Local here = local(above);
            if (here != Plan.Local.DIRECTORY) {
                return here == Plan.Local.OTHER ? above : null;
            }
        }
        return null;
    }

    static Held disk(String operation, ErrnoException cause) {
        return new Held(Outcome.State.LOCAL_IO, operation + " on the replica failed: " + cause.getMessage());
    }

    /** Whether an error is the disk's, not the path's. */
    static boolean isDisk(ErrnoException e) {
        return e.errno() == Errno.EIO
                || e.errno() == Errno.EROFS
                || e.errno() == Errno.ENOSPC
                || e.errno() == Errno.EDQUOT
                || e.errno() == Errno.EMFILE
                || e.errno() == Errno.ENFILE
                || e.errno() == Errno.ESTALE;
    }
}
