package io.weir.agent.watch;

import io.weir.posix.Fd;
import io.weir.posix.Fs;
import io.weir.posix.Stat;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The root of the source, open while a run of events is handled and closed after it: a descriptor held for ever would keep
 * the kernel from telling that the root was deleted. Confined to one thread at a time.
 */
final class RootDirectory implements AutoCloseable {
    private final SourceRoot root;
    private final Stat identity;
    private @Nullable Fd open;

    /** Remembers which directory on which mounted file system the root is now. */
    RootDirectory(SourceRoot root) throws IOException {
        this.root = root;
        try (Fd fd = root.open()) {
            identity = Fs.fstat(fd);
        }
    }

    /** The root directory as it was at the start was replaced, moved or unmounted. */
    static final class LostException extends IOException {
        private static final long serialVersionUID = 1;

        LostException(SourceRoot root, @Nullable Throwable cause) {
            super("the root of source " + root + " is not the directory it was at the start", cause);
        }
    }

    /**
     * The open root.
     *
     * @throws LostException when its path does not lead to the directory of the start any more
     */
    Fd fd() throws IOException {
        Fd fd = open;
        if (fd == null) {
            fd = reopen();
            open = fd;
        }
        return fd;
    }

    private Fd reopen() throws IOException {
        Fd fd;
        try {
            fd = root.open();
        } catch (IOException e) {
            throw new LostException(root, e);
        }
        Stat now = Fs.fstat(fd);
        if (now.ino() != identity.ino() || !isSameMount(now)) {
            fd.close();
            throw new LostException(root, null);
        }
        return fd;
    }

    /** Whether a file is on the mounted file system of the root: nothing is watched beyond. */
    boolean isSameMount(Stat stat) {
        return stat.dev() == identity.dev() && stat.mountId() == identity.mountId();
    }

    /** Opens a directory below the root, component by component, never through a symlink. */
    Fd open(List<byte[]> components) throws IOException {
        return Fs.openBeneath(fd(), components);
    }

    @Override
    public void close() {
        Fd fd = open;
        open = null;
        if (fd != null) {
            fd.close();
        }
    }
}
