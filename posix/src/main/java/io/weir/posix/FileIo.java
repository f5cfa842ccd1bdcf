package io.weir.posix;

/** Reading and writing through the thread's native buffer. */
final class FileIo {
    private FileIo() {}

    /** Up to 64 KiB per call; 0 at the end of the file, and for a FIFO without a writer. */
    static int read(Fd fd, byte[] into) throws ErrnoException {
        Scratch scratch = Scratch.get();
        int wanted = Math.min(into.length, Scratch.IO_SIZE);
        int got = Fs.retry(() -> (int) LibC.read(fd.number(), scratch.resultAddress(), wanted));
        if (got < 0) {
            throw ErrnoException.of("read", fd, LibC.errno());
        }
        scratch.result().get(0, into, 0, got);
        return got;
    }

    static void write(Fd fd, byte[] bytes) throws ErrnoException {
        Scratch scratch = Scratch.get();
        int done = 0;
        while (done < bytes.length) {
            int part = Math.min(bytes.length - done, Scratch.IO_SIZE);
            scratch.result().put(0, bytes, done, part);
            int written = Fs.retry(() -> (int) LibC.write(fd.number(), scratch.resultAddress(), part));
            if (written < 0) {
                throw ErrnoException.of("write", fd, LibC.errno());
            }
            done += written;
        }
    }
}
