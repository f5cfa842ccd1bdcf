package io.weir.posix;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Extended attributes of open files and directories, ACLs and capabilities of files among them. Thread-safe. */
public final class Xattrs {
    private static final List<String> COPIED = List.of("user.", "system.posix_acl_", "security.capability");

    private Xattrs() {}

    /**
     * Gives a file the attributes of another one that belong to its content or say who may use it. What it has besides stays.
     *
     * @return how many the other file system, or the rights of this process, refused
     * @throws ErrnoException when they cannot be read
     */
    public static int copy(Fd from, Fd to) throws ErrnoException {
        int refused = 0;
        for (byte[] name : names(from)) {
            if (isCopied(name)) {
                refused += copy(name, from, to) ? 0 : 1;
            }
        }
        return refused;
    }

    private static boolean isCopied(byte[] name) {
        String text = new String(name, StandardCharsets.ISO_8859_1);
        return COPIED.stream().anyMatch(text::startsWith);
    }

    private static List<byte[]> names(Fd fd) throws ErrnoException {
        Scratch scratch = Scratch.get();
        int length = (int) LibC.flistxattr(fd.number(), scratch.resultAddress(), Scratch.IO_SIZE);
        if (length < 0) {
            int errno = LibC.errno();
            if (errno == Errno.EOPNOTSUPP) {
                return List.of();
            }
            throw ErrnoException.of("flistxattr", fd, errno);
        }
        List<byte[]> names = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < length; i++) {
            if (scratch.result().get(i) == 0) {
                byte[] name = new byte[i - start];
                scratch.result().get(start, name);
                names.add(name);
                start = i + 1;
            }
        }
        return names;
    }

    private static boolean copy(byte[] name, Fd from, Fd to) throws ErrnoException {
        Scratch scratch = Scratch.get();
        long address = scratch.path("fgetxattr", name);
        long length = LibC.fgetxattr(from.number(), address, scratch.resultAddress(), Scratch.IO_SIZE);
        if (length < 0) {
            int errno = LibC.errno();
            if (errno == Errno.ENODATA) {
                return true;
            }
            throw ErrnoException.of("fgetxattr", name, errno);
        }
        if (LibC.fsetxattr(to.number(), address, scratch.resultAddress(), length, 0) == 0) {
            return true;
        }
        int errno = LibC.errno();
        if (errno == Errno.ENOSPC || errno == Errno.EDQUOT || errno == Errno.EIO || errno == Errno.EROFS) {
            throw ErrnoException.of("fsetxattr", name, errno);
        }
        return false;
    }
}
