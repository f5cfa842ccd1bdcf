package io.weir.applier.disk;

import io.weir.posix.Errno;
import io.weir.posix.ErrnoException;
import io.weir.posix.Fd;
import io.weir.posix.Fs;
import io.weir.posix.Stat;
import io.weir.schemas.RelPath;
import org.jspecify.annotations.Nullable;

/**
 * Renames within a replica, so that what moved at the source need not be sent again. Thread-safe. The caller has confirmed that the
 * old name is absent at the source now and the new one present, and verifies the result by a pull.
 */
public final class LocalRename {
    private final ReplicaTree tree;

    /** Renames in one replica. */
    public LocalRename(ReplicaTree tree) {
        this.tree = tree;
    }

    /**
     * Renames when the old name is there as expected and the new one is free.
     *
     * @param directory whether a directory is expected; otherwise a regular file with one name
     * @return false when nothing was done, as the replica is not as expected
     * @throws ErrnoException when the rename itself fails
     */
    public boolean rename(RelPath from, RelPath to, boolean directory) throws ErrnoException {
        if (from.isRoot() || to.isRoot() || from.isOwn() || to.isOwn()) {
            return false;
        }
        try (Fd oldParent = tree.openDirectory(from.parent());
                Fd newParent = tree.openDirectory(to.parent())) {
            Stat old = Fs.lstat(oldParent, from.name());
            if (!isExpected(old, directory) || Fs.lstat(newParent, to.name()) != null) {
                return false;
            }
            Fs.renameNoReplace(oldParent, from.name(), newParent, to.name());
            return true;
        } catch (ErrnoException e) {
            if (e.isAbsent() || e.errno() == Errno.EEXIST || e.errno() == Errno.EXDEV || e.errno() == Errno.EINVAL) {
                return false;
            }
            throw e;
        }
    }

    private boolean isExpected(@Nullable Stat stat, boolean directory) {
        if (stat == null || tree.isForeign(stat)) {
            return false;
        }
        return directory ? stat.isDirectory() : stat.isFile() && stat.links() == 1;
    }
}
