package io.weir.agent.watch;

import io.weir.posix.DirEntry;
import io.weir.posix.ErrnoException;
import io.weir.posix.Fd;
import io.weir.posix.Fs;
import io.weir.posix.Stat;
import io.weir.schemas.RelPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A replica that does what was captured and nothing else: each captured path is made equal to the source as it is then,
 * with everything below it when the capture is recursive. Equal to the source in the end, nothing was missed.
 */
final class ModelReplica {
    private final SourceRoot root;
    private final @Nullable LinkIndex links;
    private final TreeMap<RelPath, String> entries = new TreeMap<>();

    ModelReplica(SourceRoot root, @Nullable LinkIndex links) {
        this.root = root;
        this.links = links;
    }

    static Map<RelPath, String> snapshot(SourceRoot root) {
        ModelReplica all = new ModelReplica(root, null);
        all.sync(RelPath.ROOT, true);
        return all.entries;
    }

    Map<RelPath, String> entries() {
        return entries;
    }

    void apply(Captured one) {
        sync(one.path(), one.recursive());
        LinkIndex index = links;
        if (one.recursive() && index != null) {
            index.observeBelow(one.path()).forEach(path -> sync(path, false));
        }
    }

    void settleLinks() {
        LinkIndex index = links;
        if (index != null) {
            index.overdue().forEach(path -> sync(path, false));
        }
    }

    /**
     * What the sweep does that follows a doubt: a file is written to by another name, made and gone before anyone looks, and
     * no event tells which. Names, types and directories are none of its business.
     *
     * @return how many files it brought up to date
     */
    int sweepContent() {
        int[] found = {0};
        Map<RelPath, String> now = snapshot(root);
        entries.replaceAll((path, entry) -> {
            String there = now.getOrDefault(path, entry);
            boolean stale = !there.equals(entry) && identity(there).equals(identity(entry));
            found[0] += stale ? 1 : 0;
            return stale ? there : entry;
        });
        return found[0];
    }

    /** Of a file its inode; none of anything else. */
    private static String identity(String entry) {
        boolean file = entry.startsWith("100");
        return file ? entry.substring(entry.lastIndexOf(' ')) : entry;
    }

    private void sync(RelPath path, boolean recursive) {
        try (Fd top = root.open()) {
            if (path.isRoot()) {
                entries.clear();
                list(top, path);
            } else {
                List<byte[]> components = path.components();
                int last = components.size() - 1;
                try (Fd parent = Fs.openBeneath(top, components.subList(0, last))) {
                    entry(parent, path, components.get(last), recursive);
                } catch (ErrnoException e) {
                    removeBelow(path);
                    entries.remove(path);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void entry(Fd parent, RelPath path, byte[] name, boolean recursive) throws IOException {
        Stat stat = Fs.lstat(parent, name);
        if (stat == null || !stat.isDirectory() || recursive) {
            removeBelow(path);
        }
        if (stat == null) {
            entries.remove(path);
            return;
        }
        entries.put(path, describe(stat));
        if (stat.isDirectory()) {
            if (recursive) {
                try (Fd directory = Fs.openDirectoryAt(parent, name)) {
                    list(directory, path);
                } catch (ErrnoException e) {
                    entries.remove(path);
                }
            }
        } else if (links != null) {
            for (RelPath other : links.observe(path, stat)) {
                one(other);
            }
        }
    }

    private void one(RelPath path) throws IOException {
        List<byte[]> components = path.components();
        int last = components.size() - 1;
        try (Fd top = root.open();
                Fd parent = Fs.openBeneath(top, components.subList(0, last))) {
            Stat stat = Fs.lstat(parent, components.get(last));
            if (stat != null && !stat.isDirectory()) {
                removeBelow(path);
                entries.put(path, describe(stat));
            }
        } catch (ErrnoException e) {
            entries.remove(path);
        }
    }

    private void list(Fd directory, RelPath path) throws IOException {
        for (DirEntry entry : Fs.list(directory)) {
            RelPath child = path.child(entry.name());
            if (!child.isOwn()) {
                Stat stat = Fs.lstat(directory, entry.name());
                if (stat != null) {
                    entries.put(child, describe(stat));
                    if (stat.isDirectory()) {
                        try (Fd below = Fs.openDirectoryAt(directory, entry.name())) {
                            list(below, child);
                        } catch (ErrnoException e) {
                            removeBelow(child);
                            entries.remove(child);
                        }
                    }
                }
            }
        }
    }

    private void removeBelow(RelPath top) {
        List<RelPath> below = new ArrayList<>();
        for (RelPath path : entries.tailMap(top, false).keySet()) {
            if (!path.isBelow(top)) {
                break;
            }
            below.add(path);
        }
        below.forEach(entries::remove);
    }

    /** What tells two states apart; a directory's size and times follow from its entries. */
    private static String describe(Stat stat) {
        String mode = Integer.toOctalString(stat.mode());
        return stat.isDirectory() ? mode : mode + " " + stat.size() + " " + stat.mtimeNanos() + " " + stat.ino();
    }
}
