package io.weir.posix;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * File system calls on names as bytes, relative to open directories. A name is always one component: {@code ..}, a slash, an
 * empty name or a NUL are refused with EINVAL, and the last component is never followed when it is a symbolic link, so no
 * call here can leave the directory it was given. Thread-safe; calls interrupted by signals are repeated. Contents of open
 * files are the business of {@link FileIo}.
 */
public final class Fs {
    /** For {@link #setTimes}: leave this time alone. */
    public static final long KEEP_TIME = Long.MIN_VALUE;

    private static final int DIRECTORY = LibC.O_RDONLY | LibC.O_DIRECTORY | LibC.O_CLOEXEC;
    private static final int LOCK_EXCLUSIVE_NOW = 2 | 4;
    private static final int RENAME_NOREPLACE = 1;
    private static final long UTIME_OMIT = (1L << 30) - 2;
    private static final long NANOS = 1_000_000_000L;
    private static final byte[] HERE = {'.'};

    private Fs() {}

    /**
     * Opens a directory by a path of at most 4095 bytes, following symbolic links: for roots given by an operator.
     *
     * @throws ErrnoException ENOENT, ENOTDIR, EACCES and others of open(2)
     */
    public static Fd openDirectory(byte[] path) throws ErrnoException {
        long address = Scratch.get().path("open", path);
        int fd = retry(() -> LibC.openat(LibC.AT_FDCWD, address, DIRECTORY, 0));
        return opened(fd, "open", path);
    }

    /**
     * Opens a directory in a directory.
     *
     * @throws ErrnoException ENOTDIR when it is something else, also a symbolic link
     */
    public static Fd openDirectoryAt(Fd dir, byte[] name) throws ErrnoException {
        return open(dir, name, DIRECTORY | LibC.O_NOFOLLOW, 0);
    }

    /**
     * Opens a directory any depth below a root, also where the whole path is longer than PATH_MAX.
     *
     * @param components none for the root itself
     * @throws ErrnoException ELOOP or ENOTDIR when a component is a symbolic link; see {@link ErrnoException#isAbsent()}
     */
    public static Fd openBeneath(Fd root, List<byte[]> components) throws ErrnoException {
        return Descent.open(root, components);
    }

    /**
     * Opens a file for reading and never blocks, not even for a FIFO.
     *
     * @throws ErrnoException ELOOP for a symbolic link
     */
    public static Fd openFile(Fd dir, byte[] name) throws ErrnoException {
        return open(dir, name, LibC.O_RDONLY | LibC.O_NOFOLLOW | LibC.O_NONBLOCK | LibC.O_CLOEXEC, 0);
    }

    /**
     * Opens an existing file for reading and writing.
     *
     * @throws ErrnoException ELOOP for a symbolic link, EISDIR for a directory
     */
    public static Fd openForWrite(Fd dir, byte[] name) throws ErrnoException {
        return open(dir, name, LibC.O_RDWR | LibC.O_NOFOLLOW | LibC.O_NONBLOCK | LibC.O_CLOEXEC, 0);
    }

    /**
     * Creates a file that must not exist and opens it for reading and writing.
     *
     * @param mode permission bits, less the umask
     * @throws ErrnoException EEXIST when the name is taken by anything
     */
    public static Fd createFile(Fd dir, byte[] name, int mode) throws ErrnoException {
        return open(dir, name, LibC.O_RDWR | LibC.O_CREAT | LibC.O_EXCL | LibC.O_NOFOLLOW | LibC.O_CLOEXEC, mode);
    }

    /**
     * As {@link #createFile}, or opens what is there with its content kept: for lock files.
     *
     * @throws ErrnoException ELOOP for a symbolic link, EISDIR for a directory
     */
    public static Fd openOrCreateFile(Fd dir, byte[] name, int mode) throws ErrnoException {
        return open(dir, name, LibC.O_RDWR | LibC.O_CREAT | LibC.O_NOFOLLOW | LibC.O_NONBLOCK | LibC.O_CLOEXEC, mode);
    }

    /**
     * Looks at a name, not following it.
     *
     * @return null when it is not there (ENOENT, ENOTDIR)
     * @throws ErrnoException any other failure; also EINVAL, when the name is no component
     */
    public static @Nullable Stat lstat(Fd dir, byte[] name) throws ErrnoException {
        Scratch scratch = Scratch.get();
        long address = scratch.name("statx", name);
        int fd = dir.number();
        while (true) {
            if (LibC.statx(fd, address, LibC.AT_SYMLINK_NOFOLLOW, Statx.WANTED, scratch.resultAddress()) == 0) {
                return Statx.parse(scratch.result());
            }
            int errno = LibC.errno();
            if (errno == Errno.ENOENT || errno == Errno.ENOTDIR) {
                return null;
            }
            if (errno != Errno.EINTR) {
                throw ErrnoException.of("statx", name, errno);
            }
        }
    }

    /**
     * Looks at an open file.
     *
     * @throws ErrnoException any failure, such as ESTALE
     */
    public static Stat fstat(Fd fd) throws ErrnoException {
        Scratch scratch = Scratch.get();
        long empty = scratch.path("statx", Bytes.EMPTY);
        int number = fd.number();
        int rc = retry(() -> LibC.statx(number, empty, LibC.AT_EMPTY_PATH, Statx.WANTED, scratch.resultAddress()));
        checkFd(rc, "statx", fd);
        return Statx.parse(scratch.result());
    }

    /**
     * All names in an open directory, in the order of the file system, without {@code .} and {@code ..}. The directory is
     * read from its start by a descriptor of this call's own, so the same {@link Fd} may be listed by several threads.
     *
     * @throws ErrnoException ENOENT when the directory was deleted meanwhile, EACCES when it cannot be read
     */
    public static List<DirEntry> list(Fd dir) throws ErrnoException {
        try (Fd own = openDirectoryAt(dir, HERE)) {
            Scratch scratch = Scratch.get();
            List<DirEntry> entries = new ArrayList<>();
            while (true) {
                long length =
                        LibC.syscall(LibC.SYS_GETDENTS64, own.number(), scratch.resultAddress(), Scratch.IO_SIZE, 0);
                if (length < 0) {
                    int errno = LibC.errno();
                    if (errno != Errno.EINTR) {
                        throw ErrnoException.of("getdents64", dir, errno);
                    }
                } else if (length == 0) {
                    return entries;
                } else {
                    parse(scratch.result(), (int) length, entries);
                }
            }
        }
    }

    /** struct linux_dirent64: u64 ino, s64 offset, u16 length of the record, u8 type, name with NUL. */
    private static void parse(ByteBuffer bytes, int length, List<DirEntry> entries) {
        int at = 0;
        while (at < length) {
            int next = at + (bytes.getShort(at + 16) & 0xFFFF);
            int start = at + 19;
            int end = start;
            while (bytes.get(end) != 0) {
                end++;
            }
            boolean dot =
                    bytes.get(start) == '.' && (end - start == 1 || (end - start == 2 && bytes.get(start + 1) == '.'));
            if (!dot) {
                byte[] name = new byte[end - start];
                bytes.get(start, name);
                entries.add(new DirEntry(name, bytes.getLong(at), Kind.ofType(bytes.get(at + 18))));
            }
            at = next;
        }
    }

    /** Deletes a name that is no directory. Failures as unlink(2). */
    public static void unlink(Fd dir, byte[] name) throws ErrnoException {
        long address = Scratch.get().name("unlink", name);
        check(retry(() -> LibC.unlinkat(dir.number(), address, 0)), "unlink", name);
    }

    /** Deletes an empty directory. Failures as rmdir(2): ENOTEMPTY, ENOTDIR ... */
    public static void rmdir(Fd dir, byte[] name) throws ErrnoException {
        long address = Scratch.get().name("rmdir", name);
        check(retry(() -> LibC.unlinkat(dir.number(), address, LibC.AT_REMOVEDIR)), "rmdir", name);
    }

    /** Renames and replaces what the new name stood for. Failures as rename(2). */
    public static void rename(Fd fromDir, byte[] from, Fd toDir, byte[] to) throws ErrnoException {
        rename(fromDir, from, toDir, to, 0);
    }

    /**
     * Renames when the new name is free.
     *
     * @throws ErrnoException EEXIST when it is taken; EINVAL where the file system cannot promise that
     */
    public static void renameNoReplace(Fd fromDir, byte[] from, Fd toDir, byte[] to) throws ErrnoException {
        rename(fromDir, from, toDir, to, RENAME_NOREPLACE);
    }

    private static void rename(Fd fromDir, byte[] from, Fd toDir, byte[] to, int flags) throws ErrnoException {
        Scratch scratch = Scratch.get();
        long old = scratch.name("rename", from);
        long fresh = scratch.secondName("rename", to);
        check(retry(() -> LibC.renameat2(fromDir.number(), old, toDir.number(), fresh, flags)), "rename", from);
    }

    /** Makes a directory; the umask is taken from the mode. Failures as mkdir(2). */
    public static void mkdir(Fd dir, byte[] name, int mode) throws ErrnoException {
        long address = Scratch.get().name("mkdir", name);
        check(retry(() -> LibC.mkdirat(dir.number(), address, mode)), "mkdir", name);
    }

    /** Makes a FIFO; the umask is taken from the mode. Failures as mkfifo(3). */
    public static void mkfifo(Fd dir, byte[] name, int mode) throws ErrnoException {
        long address = Scratch.get().name("mkfifo", name);
        check(retry(() -> LibC.mkfifoat(dir.number(), address, mode)), "mkfifo", name);
    }

    /**
     * Sets permission bits.
     *
     * @throws ErrnoException EOPNOTSUPP for a symbolic link, which has none
     */
    public static void chmod(Fd dir, byte[] name, int mode) throws ErrnoException {
        long address = Scratch.get().name("chmod", name);
        check(retry(() -> LibC.fchmodat(dir.number(), address, mode, LibC.AT_SYMLINK_NOFOLLOW)), "chmod", name);
    }

    /** Sets owner and group, also of a symbolic link itself; -1 leaves one alone. Failures as chown(2). */
    public static void chown(Fd dir, byte[] name, long uid, long gid) throws ErrnoException {
        long address = Scratch.get().name("chown", name);
        check(
                retry(() -> LibC.fchownat(dir.number(), address, (int) uid, (int) gid, LibC.AT_SYMLINK_NOFOLLOW)),
                "chown",
                name);
    }

    /**
     * Sets times, also of a symbolic link itself.
     *
     * @param atimeNanos nanoseconds since the epoch, or {@link #KEEP_TIME}
     * @param mtimeNanos the same
     * @throws ErrnoException as utimensat(2)
     */
    public static void setTimes(Fd dir, byte[] name, long atimeNanos, long mtimeNanos) throws ErrnoException {
        Scratch scratch = Scratch.get();
        long address = scratch.name("utimensat", name);
        putTime(scratch.result(), 0, atimeNanos);
        putTime(scratch.result(), 16, mtimeNanos);
        long times = scratch.resultAddress();
        check(retry(() -> LibC.utimensat(dir.number(), address, times, LibC.AT_SYMLINK_NOFOLLOW)), "utimensat", name);
    }

    private static void putTime(ByteBuffer buffer, int at, long nanos) {
        boolean keep = nanos == KEEP_TIME;
        buffer.putLong(at, keep ? 0 : Math.floorDiv(nanos, NANOS));
        buffer.putLong(at + 8, keep ? UTIME_OMIT : Math.floorMod(nanos, NANOS));
    }

    /**
     * The target of a symbolic link, as it was written.
     *
     * @throws ErrnoException EINVAL when it is none
     */
    public static byte[] readlink(Fd dir, byte[] name) throws ErrnoException {
        Scratch scratch = Scratch.get();
        long address = scratch.name("readlink", name);
        int length =
                retry(() -> (int) LibC.readlinkat(dir.number(), address, scratch.resultAddress(), Scratch.PATH_MAX));
        check(length, "readlink", name);
        byte[] target = new byte[length];
        scratch.result().get(0, target);
        return target;
    }

    /** Makes a symbolic link with any target. Failures as symlink(2). */
    public static void symlink(byte[] target, Fd dir, byte[] name) throws ErrnoException {
        Scratch scratch = Scratch.get();
        long to = scratch.path("symlink", target);
        long address = scratch.secondName("symlink", name);
        check(retry(() -> LibC.symlinkat(to, dir.number(), address)), "symlink", name);
    }

    /** Makes a further name of the same inode; a symbolic link is linked itself. Failures as link(2). */
    public static void link(Fd fromDir, byte[] from, Fd toDir, byte[] to) throws ErrnoException {
        Scratch scratch = Scratch.get();
        long old = scratch.name("link", from);
        long fresh = scratch.secondName("link", to);
        check(retry(() -> LibC.linkat(fromDir.number(), old, toDir.number(), fresh, 0)), "link", to);
    }

    /**
     * Reads up to the array's length; 0 at the end. See {@link FileIo#read}.
     *
     * @throws ErrnoException as read(2)
     */
    public static int read(Fd fd, byte[] into) throws ErrnoException {
        return FileIo.read(fd, into);
    }

    /**
     * Writes all of it at the file's offset.
     *
     * @throws ErrnoException as write(2), such as ENOSPC; a part may have been written
     */
    public static void write(Fd fd, byte[] bytes) throws ErrnoException {
        FileIo.write(fd, bytes);
    }

    /** Cuts or extends a file. Failures as ftruncate(2). */
    public static void ftruncate(Fd fd, long length) throws ErrnoException {
        checkFd(retry(() -> LibC.ftruncate(fd.number(), length)), "ftruncate", fd);
    }

    /** Sets permission bits of an open file, or of an open root. Failures as fchmod(2). */
    public static void fchmod(Fd fd, int mode) throws ErrnoException {
        checkFd(retry(() -> LibC.fchmod(fd.number(), mode)), "fchmod", fd);
    }

    /** Makes everything written to the file system of this file durable. Failures as syncfs(2): EIO, ENOSPC. */
    public static void syncfs(Fd fd) throws ErrnoException {
        checkFd(retry(() -> LibC.syncfs(fd.number())), "syncfs", fd);
    }

    /** Makes one file, or the names in a directory, durable. Failures as fsync(2). */
    public static void fsync(Fd fd) throws ErrnoException {
        checkFd(retry(() -> LibC.fsync(fd.number())), "fsync", fd);
    }

    /**
     * Takes the exclusive lock of an open file (flock), which goes with its descriptor, also when the process is killed.
     *
     * @return false when somebody else holds it, also another descriptor of this process
     * @throws ErrnoException any other failure
     */
    public static boolean tryLock(Fd fd) throws ErrnoException {
        int rc = retry(() -> LibC.flock(fd.number(), LOCK_EXCLUSIVE_NOW));
        if (rc < 0 && LibC.errno() == Errno.EAGAIN) {
            return false;
        }
        checkFd(rc, "flock", fd);
        return true;
    }

    /**
     * The magic number of the file system (linux/magic.h), such as 0xEF53 for ext4 or 0x6969 for NFS.
     *
     * @throws ErrnoException as fstatfs(2)
     */
    public static long fileSystemType(Fd fd) throws ErrnoException {
        Scratch scratch = Scratch.get();
        checkFd(retry(() -> LibC.fstatfs(fd.number(), scratch.resultAddress())), "fstatfs", fd);
        return scratch.result().getLong(0) & 0xFFFF_FFFFL;
    }

    private static Fd open(Fd dir, byte[] name, int flags, int mode) throws ErrnoException {
        long address = Scratch.get().name("openat", name);
        int parent = dir.number();
        return opened(retry(() -> LibC.openat(parent, address, flags, mode)), "openat", name);
    }

    private static Fd opened(int fd, String operation, byte[] name) throws ErrnoException {
        check(fd, operation, name);
        return new Fd(fd);
    }

    static int retry(IntSupplier call) {
        while (true) {
            int rc = call.getAsInt();
            if (rc >= 0 || LibC.errno() != Errno.EINTR) {
                return rc;
            }
        }
    }

    private static void check(int rc, String operation, byte[] name) throws ErrnoException {
        if (rc < 0) {
            throw ErrnoException.of(operation, name, LibC.errno());
        }
    }

    private static void checkFd(int rc, String operation, Fd fd) throws ErrnoException {
        if (rc < 0) {
            throw ErrnoException.of(operation, fd, LibC.errno());
        }
    }
}
