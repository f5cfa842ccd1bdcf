package io.weir.agent.watch;

import io.weir.posix.Errno;
import io.weir.posix.ErrnoException;

/** Which failures of system calls mean what for a watch. */
final class Errors {
    private Errors() {}

    /** Whether the directory is not there any more, or not a directory. */
    static boolean isGone(ErrnoException e) {
        int errno = e.errno();
        return errno == Errno.ENOENT || errno == Errno.ENOTDIR || errno == Errno.ELOOP || errno == Errno.ESTALE;
    }

    /** Rethrows what is no matter of one directory: watches, descriptors or memory have run out. */
    static void rethrowIfFatal(ErrnoException e) throws ErrnoException {
        int errno = e.errno();
        if (errno == Errno.ENOSPC || errno == Errno.EMFILE || errno == Errno.ENFILE || errno == Errno.ENOMEM) {
            throw e;
        }
    }
}
