package io.weir.posix;

import java.util.Arrays;

/**
 * Copies the content of an open file into another one: the file system shares or moves the blocks itself where it can, otherwise they
 * go through memory. Holes stay holes. Thread-safe.
 */
public final class FileCopy {
    private static final int SEEK_SET = 0;
    private static final int SEEK_DATA = 3;
    private static final int SEEK_HOLE = 4;
    /** So much at a time, so that a copy can be told to end. */
    private static final long PART = 16L << 20;

    private FileCopy() {}

    /** Told after every part; may throw to end the copy. */
    @FunctionalInterface
    public interface Step {
        /** So many bytes more were copied. */
        void copied(long bytes) throws ErrnoException, InterruptedException;
    }

    /**
     * Makes a file equal to another one; both offsets are anywhere afterwards.
     *
     * @param from open for reading
     * @param to open for writing; what it has is cut off
     * @throws ErrnoException such as ENOSPC or EIO; a part may have been copied
     * @throws InterruptedException by the step
     */
    public static void copy(Fd from, Fd to, Step step) throws ErrnoException, InterruptedException {
        Fs.ftruncate(to, 0);
        long size = Fs.fstat(from).size();
        boolean isByKernel = true;
        long at = 0;
        while (at < size) {
            long data = seek(from, at, SEEK_DATA);
            if (data < 0) {
                break;
            }
            long end = Math.min(size, Math.max(data + 1, seek(from, data, SEEK_HOLE)));
            seek(from, data, SEEK_SET);
            seek(to, data, SEEK_SET);
            isByKernel = isByKernel && range(from, to, end - data, step);
            if (!isByKernel) {
                through(from, to, data, end, step);
            }
            at = end;
        }
        Fs.ftruncate(to, size);
    }

    /** The new offset; -1 when there is no data from there on. A file system that knows no holes has data everywhere. */
    private static long seek(Fd fd, long offset, int whence) throws ErrnoException {
        long at = LibC.lseek(fd.number(), offset, whence);
        if (at >= 0) {
            return at;
        }
        int errno = LibC.errno();
        if (errno == Errno.ENXIO) {
            return -1;
        }
        if (errno == Errno.EINVAL && whence != SEEK_SET) {
            return whence == SEEK_DATA ? offset : Long.MAX_VALUE;
        }
        throw ErrnoException.of("lseek", fd, errno);
    }

    /** By the kernel; false when it cannot here, or not all of it. */
    private static boolean range(Fd from, Fd to, long length, Step step) throws ErrnoException, InterruptedException {
        long left = length;
        while (left > 0) {
            long done = LibC.copy_file_range(from.number(), 0, to.number(), 0, Math.min(left, PART), 0);
            if (done == 0) {
                return false;
            }
            if (done < 0) {
                int errno = LibC.errno();
                if (errno == Errno.EINTR) {
                    continue;
                }
                if (isOfSpace(errno)) {
                    throw ErrnoException.of("copy_file_range", to, errno);
                }
                // Another file system, an old kernel, a seccomp filter: reading and writing tells of real trouble.
                return false;
            }
            left -= done;
            step.copied(done);
        }
        return true;
    }

    private static boolean isOfSpace(int errno) {
        return errno == Errno.ENOSPC || errno == Errno.EDQUOT || errno == Errno.EFBIG;
    }

    /** What the kernel copied of it before it gave up is copied again. */
    private static void through(Fd from, Fd to, long start, long end, Step step)
            throws ErrnoException, InterruptedException {
        seek(from, start, SEEK_SET);
        seek(to, start, SEEK_SET);
        byte[] buffer = new byte[Scratch.IO_SIZE];
        long left = end - start;
        while (left > 0) {
            int got = Fs.read(from, buffer);
            if (got == 0) {
                return;
            }
            int part = (int) Math.min(got, left);
            Fs.write(to, part == buffer.length ? buffer : Arrays.copyOf(buffer, part));
            left -= part;
            step.copied(part);
        }
    }
}
