package io.weir.applier.reconcile;

import io.weir.posix.DirEntry;
import io.weir.posix.ErrnoException;
import io.weir.posix.Fd;
import io.weir.posix.Fs;
import io.weir.posix.Kind;
import io.weir.posix.Stat;
import io.weir.schemas.FileType;
import io.weir.schemas.Observed;
import io.weir.schemas.RelPath;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A directory tree with names of any bytes, for tests: change it, and compare all that a replica has to keep. */
final class TestTree implements AutoCloseable {
    private final Fd root;

    TestTree(Path path) throws ErrnoException {
        this.root = Fs.openDirectory(path.toString().getBytes(StandardCharsets.UTF_8));
    }

    private Fd parent(RelPath path) throws ErrnoException {
        return Fs.openBeneath(root, path.parent().components());
    }

    @Nullable
    Stat lstat(RelPath path) throws ErrnoException {
        if (path.isRoot()) {
            return Fs.fstat(root);
        }
        try (Fd dir = parent(path)) {
            return Fs.lstat(dir, path.name());
        } catch (ErrnoException e) {
            if (e.isAbsent()) {
                return null;
            }
            throw e;
        }
    }

    void write(RelPath path, byte[] content) throws ErrnoException {
        try (Fd dir = parent(path);
                Fd file = Fs.openOrCreateFile(dir, path.name(), 0644)) {
            Fs.ftruncate(file, 0);
            Fs.write(file, content);
        }
    }

    void write(String path, String content) throws ErrnoException {
        write(RelPath.of(path), content.getBytes(StandardCharsets.UTF_8));
    }

    void mkdir(RelPath path) throws ErrnoException {
        try (Fd dir = parent(path)) {
            Fs.mkdir(dir, path.name(), 0755);
        }
    }

    void mkdir(String path) throws ErrnoException {
        mkdir(RelPath.of(path));
    }

    void symlink(byte[] target, RelPath path) throws ErrnoException {
        try (Fd dir = parent(path)) {
            Fs.symlink(target, dir, path.name());
        }
    }

    void mkfifo(RelPath path) throws ErrnoException {
        try (Fd dir = parent(path)) {
            Fs.mkfifo(dir, path.name(), 0644);
        }
    }

    void link(RelPath from, RelPath to) throws ErrnoException {
        try (Fd one = parent(from);
                Fd other = parent(to)) {
            Fs.link(one, from.name(), other, to.name());
        }
    }

    void rename(RelPath from, RelPath to) throws ErrnoException {
        try (Fd one = parent(from);
                Fd other = parent(to)) {
            Fs.rename(one, from.name(), other, to.name());
        }
    }

    void chmod(RelPath path, int mode) throws ErrnoException {
        try (Fd dir = parent(path)) {
            Fs.chmod(dir, path.name(), mode);
        }
    }

    void setTimes(RelPath path, long mtimeNanos) throws ErrnoException {
        try (Fd dir = parent(path)) {
            Fs.setTimes(dir, path.name(), mtimeNanos, mtimeNanos);
        }
    }

    void remove(RelPath path) throws ErrnoException {
        Stat stat = lstat(path);
        if (stat == null) {
            return;
        }
        if (stat.isDirectory()) {
            for (RelPath child : children(path)) {
                remove(child);
            }
        }
        try (Fd dir = parent(path)) {
            if (stat.isDirectory()) {
                Fs.rmdir(dir, path.name());
            } else {
                Fs.unlink(dir, path.name());
            }
        }
    }

    void remove(String path) throws ErrnoException {
        remove(RelPath.of(path));
    }

    List<RelPath> children(RelPath path) throws ErrnoException {
        List<RelPath> children = new ArrayList<>();
        try (Fd dir = Fs.openBeneath(root, path.components())) {
            for (DirEntry entry : Fs.list(dir)) {
                children.add(path.child(entry.name()));
            }
        }
        return children;
    }

    /** Everything below the root but Weir's own, in order. */
    Map<RelPath, Stat> walk() throws ErrnoException {
        Map<RelPath, Stat> found = new TreeMap<>();
        walk(RelPath.ROOT, found);
        return found;
    }

    private void walk(RelPath directory, Map<RelPath, Stat> found) throws ErrnoException {
        for (RelPath path : children(directory)) {
            Stat stat = path.isOwn() ? null : lstat(path);
            if (stat != null) {
                found.put(path, stat);
                if (stat.isDirectory()) {
                    walk(path, found);
                }
            }
        }
    }

    byte[] read(RelPath path) throws ErrnoException {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        try (Fd dir = parent(path);
                Fd file = Fs.openFile(dir, path.name())) {
            byte[] buffer = new byte[65536];
            int length = Fs.read(file, buffer);
            while (length > 0) {
                content.write(buffer, 0, length);
                length = Fs.read(file, buffer);
            }
        }
        return content.toByteArray();
    }

    /** All that has to be equal, by path, as text: type and mode, owner, mtime, content or target, and the names it is linked with. */
    Map<RelPath, String> snapshot() throws ErrnoException {
        return snapshot(path -> true);
    }

    /** The same of some paths, as if there were no others. */
    Map<RelPath, String> snapshot(Predicate<RelPath> counted) throws ErrnoException {
        Map<RelPath, Stat> all = walk();
        all.keySet().removeIf(counted.negate());
        Map<Long, List<RelPath>> groups = new HashMap<>();
        all.forEach((path, stat) -> {
            if (!stat.isDirectory() && stat.links() > 1) {
                groups.computeIfAbsent(stat.ino(), key -> new ArrayList<>()).add(path);
            }
        });
        Map<RelPath, String> snapshot = new TreeMap<>();
        for (Map.Entry<RelPath, Stat> entry : all.entrySet()) {
            Stat stat = entry.getValue();
            List<RelPath> group = stat.isDirectory() ? List.of() : groups.getOrDefault(stat.ino(), List.of());
            snapshot.put(
                    entry.getKey(),
                    String.format(
                            "%o %d:%d %d %s %s",
                            stat.mode(),
                            stat.uid(),
                            stat.gid(),
                            stat.mtimeNanos(),
                            body(entry.getKey(), stat),
                            group.size() > 1 ? group : ""));
        }
        return snapshot;
    }

    private String body(RelPath path, Stat stat) throws ErrnoException {
        if (stat.isFile()) {
            return RelPath.display(read(path));
        }
        if (!stat.isSymlink()) {
            return "";
        }
        try (Fd dir = parent(path)) {
            return "-> " + RelPath.display(Fs.readlink(dir, path.name()));
        }
    }

    /** What an agent would publish about a path. */
    Observed observe(RelPath path) throws ErrnoException {
        Stat stat = lstat(path);
        Observed.Builder observed = Observed.newBuilder();
        if (stat == null) {
            return observed.setType(FileType.ABSENT).build();
        }
        boolean linked = !stat.isDirectory() && stat.links() > 1;
        return observed.setType(type(stat.kind()))
                .setSize(stat.size())
                .setMtimeNanos(stat.mtimeNanos())
                .setMode(stat.mode())
                .setUid(stat.uid())
                .setGid(stat.gid())
                .setLinks(stat.links())
                .setDev(linked ? stat.dev() : 0)
                .setIno(linked ? stat.ino() : 0)
                .build();
    }

    private static FileType type(Kind kind) {
        return switch (kind) {
            case FILE -> FileType.FILE;
            case DIRECTORY -> FileType.DIRECTORY;
            case SYMLINK -> FileType.SYMLINK;
            case FIFO, SOCKET, CHARACTER_DEVICE, BLOCK_DEVICE, UNKNOWN -> FileType.OTHER;
        };
    }

    Target target(String path) throws ErrnoException {
        return target(RelPath.of(path));
    }

    Target target(RelPath path) throws ErrnoException {
        return new Target(path, observe(path), false);
    }

    Target recursive(RelPath path) throws ErrnoException {
        return new Target(path, observe(path), true);
    }

    @Override
    public void close() {
        root.close();
    }
}
