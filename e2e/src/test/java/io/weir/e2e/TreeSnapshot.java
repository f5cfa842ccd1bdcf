package io.weir.e2e;

import io.weir.posix.DirEntry;
import io.weir.posix.ErrnoException;
import io.weir.posix.Fd;
import io.weir.posix.Fs;
import io.weir.posix.Kind;
import io.weir.posix.Stat;
import io.weir.schemas.RelPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a replica must keep of a tree, read through system calls that know names as bytes. {@code .weir} at the root
 * is left out, and so is the root's own mtime. A tree that changes meanwhile gives a mixed picture, but no failure.
 */
public final class TreeSnapshot {
    /**
     * One name.
     *
     * @param size bytes; 0 for a directory, whose size is the file system's business
     * @param mtimeNanos nanoseconds since the epoch; 0 for the root
     * @param content SHA-256 of a file (empty in a {@link #outline}), target of a symbolic link, otherwise empty
     * @param linkedWith the first name in this tree of the same inode, when there are several
     */
    public record Node(
            Kind kind,
            int permissions,
            long uid,
            long gid,
            long size,
            long mtimeNanos,
            String content,
            @Nullable RelPath linkedWith) {}

    private record Inode(long dev, long ino) {}

    private final NavigableMap<RelPath, Node> nodes;

    private TreeSnapshot(NavigableMap<RelPath, Node> nodes) {
        this.nodes = Collections.unmodifiableNavigableMap(nodes);
    }

    /**
     * Reads a whole tree.
     *
     * @throws IOException when something that is there cannot be read
     */
    public static TreeSnapshot of(Path root) throws IOException {
        return of(root, path -> false);
    }

    /**
     * Reads a tree without what is skipped (and what lies below that).
     *
     * @throws IOException when something that is there cannot be read
     */
    public static TreeSnapshot of(Path root, Predicate<RelPath> skipped) throws IOException {
        return read(root, skipped, true);
    }

    /**
     * The same without the content of files, which costs most of the time.
     *
     * @throws IOException when something that is there cannot be read
     */
    public static TreeSnapshot outline(Path root, Predicate<RelPath> skipped) throws IOException {
        return read(root, skipped, false);
    }

    private static TreeSnapshot read(Path root, Predicate<RelPath> skipped, boolean withContent) throws IOException {
        byte[] path = root.toString().getBytes(StandardCharsets.UTF_8);
        try (Fd top = Fs.openDirectory(path)) {
            Reader reader = new Reader(top, skipped, withContent);
            reader.directory(RelPath.ROOT);
            return new TreeSnapshot(reader.joinLinks());
        }
    }

    /** All names in the order of {@link RelPath}, the root first. */
    public NavigableMap<RelPath, Node> nodes() {
        return nodes;
    }

    /** Number of names, with the root. */
    public int size() {
        return nodes.size();
    }

    private static final class Reader {
        private static final int BUFFER = 64 * 1024;

        private final Fd top;
        private final Predicate<RelPath> skipped;
        private final boolean withContent;
        private final NavigableMap<RelPath, Node> nodes = new TreeMap<>();
        private final NavigableMap<RelPath, Inode> multiple = new TreeMap<>();
        private final byte[] buffer = new byte[BUFFER];

        Reader(Fd top, Predicate<RelPath> skipped, boolean withContent) {
            this.top = top;
            this.skipped = skipped;
            this.withContent = withContent;
        }

        void directory(RelPath path) throws IOException {
            try (Fd dir = Fs.openBeneath(top, path.components())) {
                Stat own = Fs.fstat(dir);
                nodes.put(path, node(own, "", path.isRoot() ? 0 : own.mtimeNanos(), 0));
                for (DirEntry entry : Fs.list(dir)) {
                    RelPath child = path.child(entry.name());
                    if (!child.isOwn() && !skipped.test(child)) {
                        entry(dir, entry.name(), child);
                    }
                }
            } catch (ErrnoException e) {
                if (!e.isAbsent()) {
                    throw new IOException("cannot read directory '" + path + "'", e);
                }
            }
        }

        private void entry(Fd dir, byte[] name, RelPath path) throws IOException {
            Stat stat = Fs.lstat(dir, name);
            if (stat == null) {
                return;
            }
            if (stat.isDirectory()) {
                directory(path);
                return;
            }
            try {
                String content = switch (stat.kind()) {
                    case FILE -> withContent ? hash(dir, name) : "";
                    case SYMLINK -> RelPath.display(Fs.readlink(dir, name));
                    default -> "";
                };
                nodes.put(path, node(stat, content, stat.mtimeNanos(), stat.size()));
                if (stat.links() > 1) {
                    multiple.put(path, new Inode(stat.dev(), stat.ino()));
                }
            } catch (ErrnoException e) {
                if (!e.isAbsent()) {
                    throw new IOException("cannot read '" + path + "'", e);
                }
            }
        }

        private String hash(Fd dir, byte[] name) throws IOException {
            try (Fd file = Fs.openFile(dir, name)) {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                int length = Fs.read(file, buffer);
                while (length > 0) {
                    digest.update(buffer, 0, length);
                    length = Fs.read(file, buffer);
                }
                return HexFormat.of().formatHex(digest.digest());
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java platform has SHA-256", e);
            }
        }

        private static Node node(Stat stat, String content, long mtimeNanos, long size) {
            return new Node(stat.kind(), stat.permissions(), stat.uid(), stat.gid(), size, mtimeNanos, content, null);
        }

        NavigableMap<RelPath, Node> joinLinks() {
            Map<Inode, RelPath> first = new HashMap<>();
            Map<Inode, Integer> count = new HashMap<>();
            multiple.forEach((path, inode) -> {
                first.putIfAbsent(inode, path);
                count.merge(inode, 1, Integer::sum);
            });
            multiple.forEach((path, inode) -> {
                if (count.getOrDefault(inode, 0) > 1) {
                    nodes.computeIfPresent(
                            path,
                            (p, n) -> new Node(
                                    n.kind(),
                                    n.permissions(),
                                    n.uid(),
                                    n.gid(),
                                    n.size(),
                                    n.mtimeNanos(),
                                    n.content(),
                                    first.get(inode)));
                }
            });
            return nodes;
        }
    }
}
