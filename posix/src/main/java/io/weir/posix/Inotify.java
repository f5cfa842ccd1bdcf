package io.weir.posix;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * One inotify instance. Thread-safe: watches may be added by one thread while another one waits and reads; {@link #close}
 * from any thread ends a waiting {@link #await}.
 */
public final class Inotify implements AutoCloseable {
    private static final int CLOEXEC_NONBLOCK = LibC.O_CLOEXEC | LibC.O_NONBLOCK;
    private static final int POLLIN = 1;
    private static final long NANOS_PER_MILLI = 1_000_000L;

    private final Fd queue;
    private final Fd wakeup;
    /** Held shared by every use of the descriptors, so that their numbers cannot be reused under a running call. */
    private final ReentrantReadWriteLock uses = new ReentrantReadWriteLock();

    private final AtomicBoolean closed = new AtomicBoolean();

    private Inotify(Fd queue, Fd wakeup) {
        this.queue = queue;
        this.wakeup = wakeup;
    }

    /**
     * Opens an instance.
     *
     * @throws ErrnoException EMFILE at the limit fs.inotify.max_user_instances
     */
    public static Inotify open() throws ErrnoException {
        int fd = LibC.inotify_init1(CLOEXEC_NONBLOCK);
        if (fd < 0) {
            throw new ErrnoException("inotify_init1", "new instance", LibC.errno());
        }
        Fd queue = new Fd(fd);
        int event = LibC.eventfd(0, CLOEXEC_NONBLOCK);
        if (event < 0) {
            int errno = LibC.errno();
            queue.close();
            throw new ErrnoException("eventfd", "new instance", errno);
        }
        return new Inotify(queue, new Fd(event));
    }

    /**
     * Watches a path, which is followed unless the mask says otherwise.
     *
     * @return the watch descriptor; one already known means the same inode was reached again
     * @throws ErrnoException ENOSPC at the limit fs.inotify.max_user_watches; EBADF when this is closed
     */
    public int add(byte[] path, int mask) throws ErrnoException {
        uses.readLock().lock();
        try {
            if (closed.get()) {
                throw ErrnoException.of("inotify_add_watch", path, Errno.EBADF);
            }
            int wd = LibC.inotify_add_watch(queue.number(), Scratch.get().path("inotify_add_watch", path), mask);
            if (wd < 0) {
                throw ErrnoException.of("inotify_add_watch", path, LibC.errno());
            }
            return wd;
        } finally {
            uses.readLock().unlock();
        }
    }

    /**
     * Watches the very directory that is open, wherever it has been moved: through /proc/self/fd, so DONT_FOLLOW is
     * taken out of the mask.
     *
     * @return as {@link #add}
     * @throws ErrnoException as {@link #add}; ENOENT without /proc
     */
    public int addAt(Fd dir, int mask) throws ErrnoException {
        return add(Bytes.ascii("/proc/self/fd/" + dir.number()), mask & ~InotifyMask.DONT_FOLLOW);
    }

    /**
     * Ends a watch; an IGNORED event follows. One that the kernel ended already is fine.
     *
     * @throws ErrnoException any other failure
     */
    public void remove(int wd) throws ErrnoException {
        uses.readLock().lock();
        try {
            if (!closed.get() && LibC.inotify_rm_watch(queue.number(), wd) < 0) {
                int errno = LibC.errno();
                if (errno != Errno.EINVAL) {
                    throw new ErrnoException("inotify_rm_watch", "wd " + wd, errno);
                }
            }
        } finally {
            uses.readLock().unlock();
        }
    }

    /**
     * Waits for events. Not interruptible: {@link #close} ends it.
     *
     * @param timeoutMillis at most that long; 0 only looks, negative waits without limit
     * @return true when there is something to read, false after the time or when closed
     * @throws ErrnoException when poll fails
     */
    public boolean await(int timeoutMillis) throws ErrnoException {
        uses.readLock().lock();
        try {
            if (closed.get()) {
                return false;
            }
            Scratch scratch = Scratch.get();
            scratch.result()
                    .putInt(0, queue.number())
                    .putInt(4, POLLIN)
                    .putInt(8, wakeup.number())
                    .putInt(12, POLLIN);
            long end = System.nanoTime() + timeoutMillis * NANOS_PER_MILLI;
            int left = timeoutMillis;
            while (true) {
                int ready = LibC.poll(scratch.resultAddress(), 2, left);
                if (ready >= 0) {
                    return ready > 0 && !closed.get();
                }
                int errno = LibC.errno();
                if (errno != Errno.EINTR) {
                    throw ErrnoException.of("poll", queue, errno);
                }
                if (timeoutMillis >= 0) {
                    left = (int) Math.max(0, (end - System.nanoTime()) / NANOS_PER_MILLI);
                }
            }
        } finally {
            uses.readLock().unlock();
        }
    }

    /**
     * Reads what is queued into the buffer and never waits.
     *
     * @return bytes read; 0 when the queue is empty or this is closed
     * @throws ErrnoException when read fails
     */
    public int read(EventBuffer events) throws ErrnoException {
        uses.readLock().lock();
        try {
            events.filled(0);
            if (closed.get()) {
                return 0;
            }
            while (true) {
                long length = LibC.read(queue.number(), events.address(), events.capacity());
                if (length >= 0) {
                    events.filled((int) length);
                    return (int) length;
                }
                int errno = LibC.errno();
                if (errno == Errno.EAGAIN) {
                    return 0;
                }
                if (errno != Errno.EINTR) {
                    throw ErrnoException.of("read", queue, errno);
                }
            }
        } finally {
            uses.readLock().unlock();
        }
    }

    /** Ends waiting calls, then frees the instance with all its watches. More than once does nothing. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            wake();
        }
        uses.writeLock().lock();
        try {
            queue.close();
            wakeup.close();
        } finally {
            uses.writeLock().unlock();
        }
    }

    private void wake() {
        uses.readLock().lock();
        try {
            Scratch scratch = Scratch.get();
            scratch.result().putLong(0, 1);
            // Cannot fail but by a full counter, which is awake already.
            LibC.write(wakeup.number(), scratch.resultAddress(), Long.BYTES);
        } finally {
            uses.readLock().unlock();
        }
    }
}
