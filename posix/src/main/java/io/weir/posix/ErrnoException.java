package io.weir.posix;

import java.io.IOException;

/** A system call that failed: which one, on what, and why. */
public final class ErrnoException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int errno;
    private final String operation;
    private final String subject;

    /**
     * A failure.
     *
     * @param operation name of the system call
     * @param subject what it was called on, for people
     * @param errno one of {@link Errno}, or another number of Linux
     */
    public ErrnoException(String operation, String subject, int errno) {
        super(operation + " '" + subject + "': " + Errno.describe(errno));
        this.errno = errno;
        this.operation = operation;
        this.subject = subject;
    }

    static ErrnoException of(String operation, byte[] name, int errno) {
        return new ErrnoException(operation, Bytes.display(name), errno);
    }

    static ErrnoException of(String operation, Fd fd, int errno) {
        return new ErrnoException(operation, fd.toString(), errno);
    }

    /** The error number, see {@link Errno}. */
    public int errno() {
        return errno;
    }

    /** The name of the system call. */
    public String operation() {
        return operation;
    }

    /** What the call was made on: an escaped name, or a descriptor. */
    public String subject() {
        return subject;
    }

    /**
     * Whether nothing is there under that path now: the name is missing, or something above it is missing, is not a
     * directory or is a symbolic link (which is never followed).
     */
    public boolean isAbsent() {
        return errno == Errno.ENOENT || errno == Errno.ENOTDIR || errno == Errno.ELOOP;
    }
}
