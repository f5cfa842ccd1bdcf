package io.weir.posix;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * An open file descriptor (close-on-exec). Not to be closed while another thread uses it: the number may be given to
 * another file at once.
 */
public final class Fd implements AutoCloseable {
    private static final int CLOSED = -1;

    private final AtomicInteger number;

    Fd(int number) {
        this.number = new AtomicInteger(number);
    }

    /**
     * The descriptor's number.
     *
     * @throws IllegalStateException after {@link #close()}
     */
    public int number() {
        int fd = number.get();
        if (fd == CLOSED) {
            throw new IllegalStateException("the file descriptor was closed");
        }
        return fd;
    }

    /**
     * Closes it; once is enough, more does nothing. Linux always frees the number, so an error here could only be a late
     * write error: where written data counts, call {@link Fs#fsync} before.
     */
    @Override
    public void close() {
        int fd = number.getAndSet(CLOSED);
        if (fd != CLOSED) {
            LibC.close(fd);
        }
    }

    @Override
    public String toString() {
        return "fd " + number.get();
    }
}
