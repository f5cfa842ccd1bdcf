package io.weir.agent.publish;

import io.weir.posix.ErrnoException;
import io.weir.posix.Fd;
import io.weir.posix.Fs;
import io.weir.posix.Stat;
import io.weir.schemas.FileType;
import io.weir.schemas.Observed;
import io.weir.schemas.RelPath;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks up what is at a path now: lstat(2) from the opened root, component by component, never through a symlink and at any
 * depth. Confined to the publisher's thread.
 *
 * <p>The directory of the last path stays open until {@link #release}, since changes come in runs of siblings. That is right
 * within a group of entries that were all taken before: when the directory is renamed or replaced in between, that makes
 * new entries.
 */
final class Observer implements AutoCloseable {
    /**
     * What is there.
     *
     * @param observed for the record
     * @param stat as the kernel told it; null when nothing is there or it cannot be told
     * @param parent its directory, looked at before; null when it was not
     */
    record Observation(
            Observed observed,
            @Nullable Stat stat,
            @Nullable Stat parent) {
        boolean isAbsent() {
            return observed.getType() == FileType.ABSENT;
        }

        /** Whether the kernel did not tell what is there. */
        boolean isUntold() {
            return !isAbsent() && stat == null;
        }

        boolean isDirectory() {
            return observed.getType() == FileType.DIRECTORY;
        }
    }

    private static final Logger log = LoggerFactory.getLogger(Observer.class);
    private static final Observation ABSENT = new Observation(absent(null), null, null);
    /** Nothing is said of what is there. */
    static final Observation UNTOLD = new Observation(nothing(FileType.UNKNOWN, null), null, null);

    /** A tree that changes while it is walked is walked again this often. */
    private static final int TRIES = 5;

    private final Fd root;
    private @Nullable RelPath openPath;
    private @Nullable Fd openDirectory;

    /** Observes below a root that stays open longer than this observer. */
    Observer(Fd root) {
        this.root = root;
    }

    /** What is at the path now; of type UNKNOWN when the kernel does not tell, as for a directory that may not be searched. */
    Observation observe(RelPath path) {
        try {
            if (path.isRoot()) {
                return present(Fs.fstat(root), null);
            }
            for (int i = 0; i < TRIES; i++) {
                Observation seen = tryOnce(path);
                if (seen != null) {
                    return seen;
                }
                release();
            }
            log.warn("a path changes faster than it can be observed: path={}", path);
        } catch (ErrnoException e) {
            release();
            log.warn(
                    "a path cannot be observed, its replicas look for themselves: path={} cause={}",
                    path,
                    e.getMessage());
        }
        return UNTOLD;
    }

    /** Closes the directory that is kept open; to be called when a group is done. */
    void release() {
        Fd directory = openDirectory;
        openDirectory = null;
        openPath = null;
        if (directory != null) {
            directory.close();
        }
    }

    @Override
    public void close() {
        release();
    }

    private @Nullable Observation tryOnce(RelPath path) throws ErrnoException {
        RelPath parent = path.parent();
        Fd directory = parent.isRoot() ? root : open(parent);
        if (directory == null) {
            return explain(path);
        }
        Stat above = Fs.fstat(directory);
        Stat stat = Fs.lstat(directory, path.name());
        return stat == null ? ABSENT : present(stat, above);
    }

    private @Nullable Fd open(RelPath directory) {
        if (openDirectory != null && directory.equals(openPath)) {
            return openDirectory;
        }
        release();
        try {
            openDirectory = Fs.openBeneath(root, directory.components());
            openPath = directory;
        } catch (ErrnoException e) {
            log.debug("no directory to look into: path={} cause={}", directory, e.getMessage());
        }
        return openDirectory;
    }

    /** Finds which ancestor is missing or no directory; null when all are directories by now. */
    private @Nullable Observation explain(RelPath path) throws ErrnoException {
        List<RelPath> ancestors = path.ancestors();
        Fd directory = root;
        try {
            for (RelPath ancestor : ancestors) {
                Stat stat = Fs.lstat(directory, ancestor.name());
                if (stat == null) {
                    return ABSENT;
                }
                if (!stat.isDirectory()) {
                    return new Observation(absent(ancestor.toField()), null, null);
                }
                Fd next = Fs.openDirectoryAt(directory, ancestor.name());
                if (directory != root) {
                    directory.close();
                }
                directory = next;
            }
            return null;
        } finally {
            if (directory != root) {
                directory.close();
            }
        }
    }

    @SuppressWarnings("NullAway") // the generated class takes null where the schema has a union with it
    private static Observation present(Stat stat, @Nullable Stat parent) {
        boolean linked = !stat.isDirectory() && stat.links() > 1;
        // Widened here, whatever width the kernel's fields have.
        long uid = stat.uid();
        long gid = stat.gid();
        long links = stat.links();
        Observed observed = new Observed(
                type(stat),
                stat.size(),
                stat.mtimeNanos(),
                stat.mode(),
                uid,
                gid,
                links,
                linked ? stat.dev() : 0L,
                linked ? stat.ino() : 0L,
                null);
        return new Observation(observed, stat, parent);
    }

    private static FileType type(Stat stat) {
        if (stat.isDirectory()) {
            return FileType.DIRECTORY;
        }
        if (stat.isFile()) {
            return FileType.FILE;
        }
        return stat.isSymlink() ? FileType.SYMLINK : FileType.OTHER;
    }

    private static Observed absent(@Nullable ByteBuffer blockedBy) {
        return nothing(FileType.ABSENT, blockedBy);
    }

    @SuppressWarnings("NullAway") // the generated class takes null where the schema has a union with it
    private static Observed nothing(FileType type, @Nullable ByteBuffer blockedBy) {
        return new Observed(type, 0L, 0L, 0, 0L, 0L, 1L, 0L, 0L, blockedBy);
    }
}
