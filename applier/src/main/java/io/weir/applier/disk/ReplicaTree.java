package io.weir.applier.disk;

import io.weir.posix.DirEntry;
import io.weir.posix.Errno;
import io.weir.posix.ErrnoException;
import io.weir.posix.Fd;
import io.weir.posix.Fs;
import io.weir.posix.Kind;
import io.weir.posix.Stat;
import io.weir.schemas.RelPath;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a replica's tree. Thread-safe. Every look goes down from the root's open descriptor without following a symlink, so
 * that no path leaves the root whatever lies there.
 */
public final class ReplicaTree implements AutoCloseable {
    private static final byte[] HERE = {'.'};
    private static final int PRIVATE = 0700;

    private final Fd root;
    private final Stat rootStat;

    private ReplicaTree(Fd root, Stat rootStat) {
        this.root = root;
        this.rootStat = rootStat;
    }

    /**
     * Opens a replica's root.
     *
     * @throws ErrnoException when it is missing, no directory, or may not be read
     */
    public static ReplicaTree open(Path path) throws ErrnoException {
        Fd root = Fs.openDirectory(bytes(path));
        try {
            return new ReplicaTree(root, Fs.fstat(root));
        } catch (ErrnoException e) {
            root.close();
            throw e;
        }
    }

    /** The bytes of a path of ours (not of data), as the JDK gives it to the kernel. */
    private static byte[] bytes(Path path) {
        String name = System.getProperty("sun.jnu.encoding", "UTF-8");
        return path.toString().getBytes(Charset.forName(name));
    }

    Fd root() {
        return root;
    }

    /** A directory of this tree as a tree of its own. */
    ReplicaTree at(RelPath directory) throws ErrnoException {
        Fd top = openDirectory(directory);
        try {
            return new ReplicaTree(top, Fs.fstat(top));
        } catch (ErrnoException e) {
            top.close();
            throw e;
        }
    }

    /** Makes a directory for Weir's own user where it is missing, and all above it. */
    void ensureDirectories(RelPath path) throws ErrnoException {
        List<RelPath> all = new ArrayList<>(path.ancestors());
        all.add(path);
        for (RelPath each : all) {
            ensureDirectory(each);
        }
    }

    /** Makes a directory for Weir's own user where it is missing. */
    void ensureDirectory(RelPath path) throws ErrnoException {
        try (Fd parent = openDirectory(path.parent())) {
            Fs.mkdir(parent, path.name(), PRIVATE);
        } catch (ErrnoException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
        }
    }

    /** Whether something lies on another file system than the root, or is reached through another mount. */
    boolean isForeign(Stat stat) {
        return stat.dev() != rootStat.dev() || stat.mountId() != rootStat.mountId();
    }

    /**
     * What is there under a path now.
     *
     * @return null when nothing is there, also when something above it is no real directory
     * @throws ErrnoException when looking fails for another reason
     */
    public @Nullable Stat lstat(RelPath path) throws ErrnoException {
        if (path.isRoot()) {
            return Fs.fstat(root);
        }
        RelPath parent = path.parent();
        if (parent.isRoot()) {
            return Fs.lstat(root, path.name());
        }
        try (Fd dir = openDirectory(parent)) {
            return Fs.lstat(dir, path.name());
        } catch (ErrnoException e) {
            if (e.isAbsent()) {
                return null;
            }
            throw e;
        }
    }

    /** Opens a directory of the tree; fails with an absent errno when it is none. */
    Fd openDirectory(RelPath path) throws ErrnoException {
        return Fs.openBeneath(root, path.components());
    }

    /** Takes what {@link #walk} finds. */
    @FunctionalInterface
    public interface Visitor {
        /** One entry, told before what is below it. */
        void entry(RelPath path, boolean directory);
    }

    /**
     * Visits everything below a directory; nothing when it is none. Does not go into what is pruned, nor onto another file system
     * (the entry itself is told).
     *
     * @param prune paths not to visit at all
     * @throws ErrnoException when a directory cannot be read
     */
    public void walk(RelPath top, Predicate<RelPath> prune, Visitor visitor) throws ErrnoException {
        Deque<RelPath> left = new ArrayDeque<>();
        left.push(top);
        while (!left.isEmpty()) {
            RelPath directory = left.pop();
            try (Fd dir = openDirectory(directory)) {
                if (isForeign(Fs.fstat(dir))) {
                    continue;
                }
                for (DirEntry entry : Fs.list(dir)) {
                    RelPath path = directory.child(entry.name());
                    if (prune.test(path)) {
                        continue;
                    }
                    boolean isDirectory = isDirectory(dir, entry);
                    visitor.entry(path, isDirectory);
                    if (isDirectory) {
                        left.push(path);
                    }
                }
            } catch (ErrnoException e) {
                if (!e.isAbsent()) {
                    throw e;
                }
            }
        }
    }

    /**
     * How many entries a path is, with everything in it; 0 when nothing is there.
     *
     * @throws ErrnoException EXDEV when another file system is mounted in it
     */
    public long count(RelPath path) throws ErrnoException {
        Stat stat = lstat(path);
        if (stat == null) {
            return 0;
        }
        long count = 1;
        Deque<RelPath> left = new ArrayDeque<>(stat.isDirectory() ? List.of(path) : List.of());
        while (!left.isEmpty()) {
            RelPath directory = left.pop();
            try (Fd dir = openDirectory(directory)) {
                if (isForeign(Fs.fstat(dir))) {
                    throw new ErrnoException(
                            "count (another file system is mounted there)", directory.toString(), Errno.EXDEV);
                }
                for (DirEntry entry : Fs.list(dir)) {
                    count++;
                    if (isDirectory(dir, entry)) {
                        left.push(directory.child(entry.name()));
                    }
                }
            }
        }
        return count;
    }

    /**
     * Bytes of all files at and below a path; 0 when nothing is there. Names of one inode count each.
     *
     * @throws ErrnoException when something cannot be looked at
     */
    public long size(RelPath path) throws ErrnoException {
        Stat stat = lstat(path);
        if (stat == null || !stat.isDirectory()) {
            return stat == null ? 0 : stat.size();
        }
        long size = 0;
        Deque<RelPath> left = new ArrayDeque<>(List.of(path));
        while (!left.isEmpty()) {
            RelPath directory = left.pop();
            try (Fd dir = openDirectory(directory)) {
                for (DirEntry entry : Fs.list(dir)) {
                    Stat each = Fs.lstat(dir, entry.name());
                    if (each != null && each.isDirectory() && !isForeign(each)) {
                        left.push(directory.child(entry.name()));
                    } else if (each != null && each.isFile()) {
                        size += each.size();
                    }
                }
            }
        }
        return size;
    }

    static boolean isDirectory(Fd dir, DirEntry entry) throws ErrnoException {
        if (entry.type() != Kind.UNKNOWN) {
            return entry.type() == Kind.DIRECTORY;
        }
        Stat stat = Fs.lstat(dir, entry.name());
        return stat != null && stat.isDirectory();
    }

    /**
     * Gives the root directory itself an owner and permissions; its times are left alone, as Weir's own files move them.
     *
     * @param permissions the lower twelve bits of the mode
     * @param owner whether to set uid and gid too
     * @throws ErrnoException when the kernel refuses
     */
    public void setRoot(int permissions, long uid, long gid, boolean owner) throws ErrnoException {
        Stat now = Fs.fstat(root);
        if (owner && (now.uid() != uid || now.gid() != gid)) {
            Fs.chown(root, HERE, uid, gid);
        }
        // After chown, which clears set-uid and set-gid.
        if (Fs.fstat(root).permissions() != permissions) {
            Fs.chmod(root, HERE, permissions);
        }
    }

    /** The names in a directory of the tree. */
    List<DirEntry> list(RelPath directory) throws ErrnoException {
        try (Fd dir = openDirectory(directory)) {
            return Fs.list(dir);
        }
    }

    @Override
    public void close() {
        root.close();
    }
}
