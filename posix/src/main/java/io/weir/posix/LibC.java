package io.weir.posix;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;

/**
 * The C library, direct mapped. Pointers are {@code long} addresses, so that a call marshals nothing: arguments live in
 * the buffers of {@link Scratch}. Requires a 64-bit Linux with glibc 2.28 or later (statx, renameat2).
 */
final class LibC {
    static final int AT_FDCWD = -100;
    static final int AT_SYMLINK_NOFOLLOW = 0x100;
    static final int AT_REMOVEDIR = 0x200;
    static final int AT_EMPTY_PATH = 0x1000;

    static final int O_RDONLY = 0;
    static final int O_WRONLY = 1;
    static final int O_RDWR = 2;
    static final int O_CREAT = 0x40;
    static final int O_EXCL = 0x80;
    static final int O_NONBLOCK = 0x800;
    static final int O_CLOEXEC = 0x80000;
    static final int O_PATH = 0x200000;
    /** These two differ between architectures (arch/arm64/include/uapi/asm/fcntl.h). */
    static final int O_DIRECTORY;

    static final int O_NOFOLLOW;

    static final long SYS_GETDENTS64;
    static final long SYS_OPENAT2 = 437;

    static {
        String arch = System.getProperty("os.arch", "");
        switch (arch) {
            case "amd64", "x86_64" -> {
                O_DIRECTORY = 0x10000;
                O_NOFOLLOW = 0x20000;
                SYS_GETDENTS64 = 217;
            }
            case "aarch64" -> {
                O_DIRECTORY = 0x4000;
                O_NOFOLLOW = 0x8000;
                SYS_GETDENTS64 = 61;
            }
            default ->
                throw new UnsupportedOperationException(
                        "Weir needs Linux on x86_64 or aarch64, this is '" + arch + "'");
        }
        Native.register(LibC.class, NativeLibrary.getProcess());
    }

    private LibC() {}

    static int errno() {
        return Native.getLastError();
    }

    static native int openat(int dir, long path, int flags, int mode);

    static native int close(int fd);

    static native long read(int fd, long buffer, long count);

    static native long write(int fd, long buffer, long count);

    static native long lseek(int fd, long offset, int whence);

    static native long copy_file_range(int from, long fromOffset, int to, long toOffset, long length, int flags);

    static native long flistxattr(int fd, long names, long size);

    static native long fgetxattr(int fd, long name, long value, long size);

    static native int fsetxattr(int fd, long name, long value, long size, int flags);

    static native int fsync(int fd);

    static native int syncfs(int fd);

    static native int ftruncate(int fd, long length);

    static native int flock(int fd, int operation);

    static native int fstatfs(int fd, long buffer);

    static native int statx(int dir, long path, int flags, int mask, long buffer);

    static native int unlinkat(int dir, long path, int flags);

    static native int renameat2(int fromDir, long from, int toDir, long to, int flags);

    static native int mkdirat(int dir, long path, int mode);

    static native int fchmodat(int dir, long path, int mode, int flags);

    static native int fchmod(int fd, int mode);

    static native int fchownat(int dir, long path, int uid, int gid, int flags);

    static native int utimensat(int dir, long path, long times, int flags);

    static native long readlinkat(int dir, long path, long buffer, long size);

    static native int symlinkat(long target, int dir, long path);

    static native int linkat(int fromDir, long from, int toDir, long to, int flags);

    static native int mkfifoat(int dir, long path, int mode);

    static native long syscall(long number, long a, long b, long c, long d);

    static native int inotify_init1(int flags);

    static native int inotify_add_watch(int fd, long path, int mask);

    static native int inotify_rm_watch(int fd, int wd);

    static native int eventfd(int initial, int flags);

    static native int poll(long fds, long count, int timeoutMillis);

    static native int geteuid();

    static native int kill(int pid, int signal);

    static native int setpriority(int which, int who, int nice);
}
