package io.weir.applier.disk;

import io.weir.posix.DirEntry;
import io.weir.posix.Errno;
import io.weir.posix.ErrnoException;
import io.weir.posix.Fd;
import io.weir.posix.Fs;
import io.weir.posix.Stat;
import io.weir.schemas.RelPath;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The only class that deletes in a replica. Thread-safe.
 *
 * <p>It goes by directory descriptors and follows no symlink, never touches the root itself nor {@code .weir}, and does not cross
 * onto another file system or mount: what is there is not the replica's.
 */
public final class Deleter {
    private static final int ATTEMPTS = 3;

    private final ReplicaTree tree;
    private final DeletePolicy policy;
    private final @Nullable Trash trash;

    /** Deletes in one replica, for good. */
    public Deleter(ReplicaTree tree, DeletePolicy policy) {
        this(tree, policy, null);
    }

    /** Deletes in one replica: into the trash, when there is one. */
    public Deleter(ReplicaTree tree, DeletePolicy policy, @Nullable Trash trash) {
        this.tree = tree;
        this.policy = policy;
        this.trash = trash;
    }

    /** Whether anything may be deleted. */
    public boolean mayDelete() {
        return policy == DeletePolicy.ALLOW;
    }

    /**
     * Deletes what is there under a path, a directory with everything in it.
     *
     * @return entries deleted; 0 when nothing was there, or when the policy forbids it
     * @throws ErrnoException when something cannot be deleted; what was deleted before stays deleted. EXDEV for another file system
     * @throws IllegalArgumentException for the root and for Weir's own
     */
    public long delete(RelPath path) throws ErrnoException {
        if (path.isRoot() || path.isOwn()) {
            throw new IllegalArgumentException("deleting '" + path + "' is refused: it is not the source's to delete");
        }
        if (!mayDelete()) {
            return 0;
        }
        return trash == null ? remove(path) : throwAway(trash, path);
    }

    private long throwAway(Trash trash, RelPath path) throws ErrnoException {
        try {
            return trash.take(path);
        } catch (ErrnoException e) {
            // Gone in between, or no directory above it any more; but trouble with the trash says the same.
            if (e.isAbsent() && tree.lstat(path) == null) {
                return 0;
            }
            throw e;
        }
    }

    /** Deletes one directory of the trash for good; the policy is not asked, as it is no part of the copy. */
    long purgeTrash(RelPath directory) throws ErrnoException {
        return remove(directory);
    }

    /**
     * Deletes the temporary directories of earlier runs, {@code .weir/tmp/*} but the one to keep. The policy is not asked: these are
     * Weir's own.
     *
     * @throws ErrnoException when one cannot be deleted
     */
    void purgeTemporary(RelPath temporary, byte[] keep) throws ErrnoException {
        for (DirEntry entry : tree.list(temporary)) {
            if (!Arrays.equals(entry.name(), keep)) {
                remove(temporary.child(entry.name()));
            }
        }
    }

    private long remove(RelPath path) throws ErrnoException {
        long[] count = {0};
        for (int attempt = 1; ; attempt++) {
            try {
                removeUnlessGone(path, count);
                return count[0];
            } catch (ErrnoException e) {
                if (!isOfTheMoment(e) || attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /** A pull next to this one, or a stranger, put something in between, or took it away. */
    private static boolean isOfTheMoment(ErrnoException e) {
        return e.isAbsent() || e.errno() == Errno.ENOTEMPTY || e.errno() == Errno.EISDIR;
    }

    /** What is missing may be something inside: only a look at the path itself tells whether all of it is gone. */
    private void removeUnlessGone(RelPath path, long[] count) throws ErrnoException {
        try {
            removeOnce(path, count);
        } catch (ErrnoException e) {
            if (!e.isAbsent() || tree.lstat(path) != null) {
                throw e;
            }
        }
    }

    private void removeOnce(RelPath path, long[] count) throws ErrnoException {
        try (Fd parent = tree.openDirectory(path.parent())) {
            byte[] name = path.name();
            Stat stat = Fs.lstat(parent, name);
            if (stat == null) {
                return;
            }
            if (!stat.isDirectory()) {
                unlink(parent, name, count);
                return;
            }
            if (tree.isForeign(stat)) {
                throw new ErrnoException("delete (another file system is mounted there)", path.toString(), Errno.EXDEV);
            }
        }
        empty(path, count);
        // Opened again, not held open: a deep tree would need one descriptor for each level.
        try (Fd parent = tree.openDirectory(path.parent())) {
            Fs.rmdir(parent, path.name());
            count[0]++;
        }
    }

    private void empty(RelPath directory, long[] count) throws ErrnoException {
        List<byte[]> below = new ArrayList<>();
        try (Fd dir = tree.openDirectory(directory)) {
            for (DirEntry entry : Fs.list(dir)) {
                if (ReplicaTree.isDirectory(dir, entry)) {
                    below.add(entry.name());
                } else {
                    unlink(dir, entry.name(), count);
                }
            }
        }
        for (byte[] name : below) {
            removeUnlessGone(directory.child(name), count);
        }
    }

    /** Somebody else may have been quicker with one entry: the others are still to go. */
    private static void unlink(Fd dir, byte[] name, long[] count) throws ErrnoException {
        try {
            Fs.unlink(dir, name);
            count[0]++;
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
    }
}
