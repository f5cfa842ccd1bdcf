package io.weir.applier.disk;

import io.weir.posix.Capability;
import io.weir.posix.Errno;
import io.weir.posix.ErrnoException;
import io.weir.posix.Fd;
import io.weir.posix.FileCopy;
import io.weir.posix.Fs;
import io.weir.posix.Stat;
import io.weir.posix.Xattrs;

/**
 * Copies one entry into another directory: content, extended attributes and ACLs of files, permissions, modification time, and the owner
 * where this process may. Follows no symbolic link. Further names of a file become files of their own. Thread-safe.
 */
final class EntryCopy {
    private static final int PRIVATE = 0600;

    private EntryCopy() {}

    /** What became of it. */
    enum Outcome {
        DONE,
        /** The same, but for extended attributes or ACLs that the other side refused. */
        PLAIN,
        /** It is not, or no longer, what was seen. */
        CHANGED,
        /** A device or a socket: nothing that could be copied. */
        NO_CONTENT
    }

    /**
     * Copies an entry that is no directory.
     *
     * @param seen what it has to be
     * @throws ErrnoException what either side refuses; a part may have been made
     */
    static Outcome copy(Fd from, byte[] name, Stat seen, Fd into, FileCopy.Step step)
            throws ErrnoException, InterruptedException {
        Outcome outcome = switch (seen.kind()) {
            case FILE -> file(from, name, seen, into, step);
            case SYMLINK -> symlink(from, name, seen, into);
            case FIFO -> {
                Fs.mkfifo(into, name, PRIVATE);
                yield Outcome.DONE;
            }
            default -> Outcome.NO_CONTENT;
        };
        if (outcome == Outcome.DONE || outcome == Outcome.PLAIN) {
            dress(into, name, seen);
        }
        return outcome;
    }

    private static Outcome file(Fd from, byte[] name, Stat seen, Fd into, FileCopy.Step step)
            throws ErrnoException, InterruptedException {
        try (Fd source = Fs.openFile(from, name)) {
            if (!isSame(Fs.fstat(source), seen)) {
                return Outcome.CHANGED;
            }
            int refused;
            try (Fd copy = Fs.openOrCreateFile(into, name, PRIVATE)) {
                FileCopy.copy(source, copy, step);
                own(into, name, seen);
                refused = Xattrs.copy(source, copy);
            }
            // It may be one that is updated in place.
            return isSame(Fs.fstat(source), seen) ? refused > 0 ? Outcome.PLAIN : Outcome.DONE : Outcome.CHANGED;
        } catch (ErrnoException e) {
            if (e.isAbsent() && e.operation().equals("openat")) {
                return Outcome.CHANGED;
            }
            throw e;
        }
    }

    private static boolean isSame(Stat now, Stat seen) {
        return now.ino() == seen.ino()
                && now.dev() == seen.dev()
                && now.size() == seen.size()
                && now.mtimeNanos() == seen.mtimeNanos();
    }

    private static Outcome symlink(Fd from, byte[] name, Stat seen, Fd into) throws ErrnoException {
        try {
            byte[] target = Fs.readlink(from, name);
            Stat now = Fs.lstat(from, name);
            if (now == null || now.ino() != seen.ino()) {
                return Outcome.CHANGED;
            }
            Fs.symlink(target, into, name);
            return Outcome.DONE;
        } catch (ErrnoException e) {
            if (e.isAbsent() || e.errno() == Errno.EINVAL) {
                return Outcome.CHANGED;
            }
            throw e;
        }
    }

    /** Before anything else: it clears set-uid, set-gid and capabilities. */
    private static void own(Fd directory, byte[] name, Stat like) throws ErrnoException {
        Stat now = Fs.lstat(directory, name);
        boolean isOther = now != null && (now.uid() != like.uid() || now.gid() != like.gid());
        if (isOther && Capability.CHOWN.isEffective()) {
            Fs.chown(directory, name, like.uid(), like.gid());
        }
    }

    /** Gives an entry the looks of another one. */
    static void dress(Fd directory, byte[] name, Stat like) throws ErrnoException {
        own(directory, name, like);
        if (!like.isSymlink()) {
            Fs.chmod(directory, name, like.permissions());
        }
        Fs.setTimes(directory, name, Fs.KEEP_TIME, like.mtimeNanos());
    }
}
