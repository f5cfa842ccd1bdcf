package io.weir.agent.watch;

import io.weir.schemas.RelPath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Two maps that say the same: inode to names and name to inode. The order of paths makes a subtree one range. Thread-safe. */
final class LinkNames {
    /** What tells a file from all others of a machine. */
    record Inode(long dev, long ino) {}

    private final Map<Inode, Set<RelPath>> names = new HashMap<>(); // guarded by this
    private final TreeMap<RelPath, Inode> inodes = new TreeMap<>(); // guarded by this

    /** All names of an inode that are known, a copy. */
    synchronized Set<RelPath> of(Inode inode) {
        return new LinkedHashSet<>(names.getOrDefault(inode, Set.of()));
    }

    synchronized void record(RelPath path, Inode inode) {
        Inode before = inodes.put(path, inode);
        if (before != null && !before.equals(inode)) {
            dropName(before, path);
        }
        names.computeIfAbsent(inode, key -> new LinkedHashSet<>()).add(path);
    }

    /** The inode a path is taken for, or null. */
    synchronized @Nullable Inode inode(RelPath path) {
        return inodes.isEmpty() ? null : inodes.get(path);
    }

    /** Drops one name, nothing below it. */
    synchronized void forgetName(RelPath path) {
        Inode inode = inodes.remove(path);
        if (inode != null) {
            dropName(inode, path);
        }
    }

    /** Drops one name if it is still taken for one of this inode. */
    synchronized void forgetName(RelPath path, Inode inode) {
        if (inodes.remove(path, inode)) {
            dropName(inode, path);
        }
    }

    /** Drops a name and all below it. */
    synchronized void forget(RelPath path) {
        if (!inodes.isEmpty()) {
            range(path).forEach(this::forgetName);
        }
    }

    /** Moves a name and all below it; what was known at the new place is gone. */
    synchronized void renamed(RelPath from, RelPath to) {
        if (inodes.isEmpty()) {
            return;
        }
        forget(to);
        for (RelPath name : range(from)) {
            Inode inode = inodes.get(name);
            forgetName(name);
            if (inode != null) {
                record(name.rebase(from, to), inode);
            }
        }
    }

    private List<RelPath> range(RelPath top) {
        List<RelPath> found = new ArrayList<>();
        for (RelPath path : inodes.tailMap(top, true).keySet()) {
            if (!path.equals(top) && !path.isBelow(top)) {
                break;
            }
            found.add(path);
        }
        return found;
    }

    private void dropName(Inode inode, RelPath path) {
        Set<RelPath> left = names.get(inode);
        if (left != null && left.remove(path) && left.isEmpty()) {
            names.remove(inode);
        }
    }
}
