package io.weir.posix;

import java.io.ByteArrayOutputStream;
import java.util.List;

/**
 * The way from a root down to a directory without following any symbolic link: openat2 with as many components as fit into
 * one path, or component by component where a kernel before 5.6 or a seccomp filter refuses openat2.
 */
final class Descent {
    private static final int RESOLVE_NO_SYMLINKS = 0x04;
    private static final int RESOLVE_BENEATH = 0x08;
    private static final int HOW_SIZE = 24;
    private static final byte[] HERE = {'.'};
    private static final int FINAL = LibC.O_RDONLY | LibC.O_DIRECTORY | LibC.O_NOFOLLOW | LibC.O_CLOEXEC;
    /** Needs no right to read the directories on the way. */
    private static final int PASSING = LibC.O_PATH | LibC.O_DIRECTORY | LibC.O_NOFOLLOW | LibC.O_CLOEXEC;

    private Descent() {}

    static Fd open(Fd root, List<byte[]> components) throws ErrnoException {
        if (components.size() <= 1) {
            return Fs.openDirectoryAt(root, components.isEmpty() ? HERE : components.get(0));
        }
        Fd at = root;
        int from = 0;
        try {
            while (true) {
                int to = fitting(components, from);
                boolean last = to == components.size();
                Fd next = leap(at, components.subList(from, to), last ? FINAL : PASSING);
                release(at, root);
                at = next;
                if (last) {
                    return next;
                }
                from = to;
            }
        } catch (ErrnoException e) {
            release(at, root);
            throw e;
        }
    }

    private static int fitting(List<byte[]> components, int from) {
        int length = 0;
        int to = from;
        while (to < components.size()) {
            length += components.get(to).length + 1;
            if (length >= Scratch.PATH_MAX && to > from) {
                break;
            }
            to++;
        }
        return to;
    }

    private static Fd leap(Fd at, List<byte[]> components, int flags) throws ErrnoException {
        Scratch scratch = Scratch.get();
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] component : components) {
            scratch.name("openat2", component);
            if (joined.size() > 0) {
                joined.write('/');
            }
            joined.writeBytes(component);
        }
        byte[] path = joined.toByteArray();
        long address = scratch.path("openat2", path);
        scratch.result().putLong(0, flags).putLong(8, 0).putLong(16, RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH);
        long how = scratch.resultAddress();
        int fd = Fs.retry(() -> (int) LibC.syscall(LibC.SYS_OPENAT2, at.number(), address, how, HOW_SIZE));
        if (fd >= 0) {
            return new Fd(fd);
        }
        int errno = LibC.errno();
        if (errno == Errno.ENOSYS || errno == Errno.EPERM || errno == Errno.EAGAIN) {
            return walk(at, components, flags);
        }
        throw ErrnoException.of("openat2", path, errno);
    }

    /** One component at a time; also the way out of EAGAIN, which openat2 gives when renames race with it. */
    static Fd walk(Fd start, List<byte[]> components, int flags) throws ErrnoException {
        Fd at = start;
        for (int i = 0; i < components.size(); i++) {
            byte[] name = components.get(i);
            int how = i == components.size() - 1 ? flags : PASSING;
            Fd dir = at;
            int fd;
            try {
                long address = Scratch.get().name("openat", name);
                fd = Fs.retry(() -> LibC.openat(dir.number(), address, how, 0));
                if (fd < 0) {
                    throw ErrnoException.of("openat", name, LibC.errno());
                }
            } finally {
                release(at, start);
            }
            at = new Fd(fd);
        }
        return at;
    }

    private static void release(Fd fd, Fd keep) {
        if (fd != keep) {
            fd.close();
        }
    }
}
