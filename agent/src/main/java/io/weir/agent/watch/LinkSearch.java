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
import java.util.Set;

/** Looks through a tree for names of inodes that have several, by dirfds and never through a symlink or into a mount. */
final class LinkSearch {
    /** Takes one name of a multi-link file, or of a wanted inode. */
    interface Found {
        void found(RelPath path, LinkNames.Inode inode, Stat stat);
    }

    private final Fd root;
    private final Set<LinkNames.Inode> wanted;

    /**
     * A search below an open root.
     *
     * @param wanted inodes that are told also when one name is all that is left of them
     */
    LinkSearch(Fd root, Set<LinkNames.Inode> wanted) {
        this.root = root;
        this.wanted = wanted;
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

    private void look(Fd directory, RelPath path, Deque<RelPath> pending, Found found) throws IOException {
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
            } else {
                LinkNames.Inode inode = new LinkNames.Inode(stat.dev(), stat.ino());
                if (stat.links() > 1 || wanted.contains(inode)) {
                    found.found(path.child(entry.name()), inode, stat);
                }
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
