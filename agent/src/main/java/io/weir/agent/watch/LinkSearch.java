package io.weir.agent.watch;

import io.weir.posix.DirEntry;
import io.weir.posix.ErrnoException;
import io.weir.posix.Fd;
import io.weir.posix.Fs;
import io.weir.posix.Kind;
import io.weir.posix.Stat;
import io.weir.schemas.RelPath;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Looks through a tree for names of inodes that have several, by dirfds and never through a symlink or into a mount. */
final class LinkSearch {
    /** Takes one name of a multi-link file. */
    interface Found {
        void found(RelPath path, Stat stat);
    }

    private final Fd root;

    LinkSearch(Fd root) {
        this.root = root;
    }

    /** Tells every name below a directory; what vanishes or cannot be read meanwhile is left out. */
    void search(RelPath top, Found found) throws IOException {
        Stat identity = Fs.fstat(root);
        Deque<RelPath> pending = new ArrayDeque<>();
        pending.add(top);
        for (RelPath path = pending.poll(); path != null; path = pending.poll()) {
            if (path.isOwn() || path.isTooLong()) {
                continue;
            }
            try (Fd directory = Fs.openBeneath(root, path.components())) {
                Stat stat = Fs.fstat(directory);
                if (stat.dev() == identity.dev() && stat.mountId() == identity.mountId()) {
                    look(directory, path, pending, found);
                }
            } catch (ErrnoException e) {
                Errors.rethrowIfFatal(e);
            }
        }
    }

    private static void look(Fd directory, RelPath path, Deque<RelPath> pending, Found found) throws IOException {
        for (DirEntry entry : Fs.list(directory)) {
            if (entry.type() == Kind.DIRECTORY) {
                pending.push(path.child(entry.name()));
                continue;
            }
            Stat stat = Fs.lstat(directory, entry.name());
            if (stat == null) {
                continue;
            }
            if (stat.isDirectory()) {
                pending.push(path.child(entry.name()));
            } else if (stat.links() > 1) {
                found.found(path.child(entry.name()), stat);
            }
        }
    }

    /** Whether a path is a name of this inode now. */
    boolean isName(RelPath path, LinkNames.Inode inode) {
        List<byte[]> components = path.components();
        int last = components.size() - 1;
        try (Fd directory = Fs.openBeneath(root, components.subList(0, last))) {
            Stat stat = Fs.lstat(directory, components.get(last));
            return stat != null && stat.dev() == inode.dev() && stat.ino() == inode.ino();
        } catch (IOException e) {
            return false;
        }
    }
}
