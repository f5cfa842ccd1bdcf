package io.weir.applier.reconcile;

import io.weir.posix.Errno;
import io.weir.posix.ErrnoException;
import io.weir.posix.Stat;
import io.weir.schemas.RelPath;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Changes a tree at random: every type, every name, moves, hard links, symlinks out of the tree. Reproducible from its seed. */
final class Mutator {
    private static final List<byte[]> NAMES = List.of(
            bytes("a"),
            bytes("b"),
            bytes("c\n"),
            bytes("d e"),
            bytes("-x"),
            new byte[] {(byte) 0xFF},
            bytes("*"),
            bytes("\\#012"),
            bytes("g -> h"),
            bytes("t\tb"),
            bytes("#h"));
    private static final String KINDS = "fffwwddlhhprmmcc";

    private final Random random;
    private final TestTree tree;
    private final byte[] outside;

    Mutator(Random random, TestTree tree, byte[] outside) {
        this.random = random;
        this.tree = tree;
        this.outside = outside;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Makes a number of changes and adds every path a watcher would report. */
    void mutate(int changes, Set<RelPath> touched) throws ErrnoException {
        for (int i = 0; i < changes; i++) {
            try {
                change(touched);
            } catch (ErrnoException e) {
                boolean expected = e.isAbsent() || e.errno() == Errno.EEXIST || e.errno() == Errno.ENOTEMPTY;
                if (!expected) {
                    throw e;
                }
            }
        }
    }

    private void change(Set<RelPath> touched) throws ErrnoException {
        Map<RelPath, Stat> all = tree.walk();
        List<RelPath> directories = new ArrayList<>(List.of(RelPath.ROOT));
        all.forEach((path, stat) -> {
            if (stat.isDirectory() && path.ancestors().size() < 3) {
                directories.add(path);
            }
        });
        RelPath path = pick(directories).child(pick(NAMES));
        char kind = KINDS.charAt(random.nextInt(KINDS.length()));
        Stat there = all.get(path);
        touched.add(path);
        switch (kind) {
            case 'w' -> append(path, there, touched, all);
            case 'h' -> link(path, there, touched, all);
            case 'm' -> move(path, there, pick(directories).child(pick(NAMES)), touched, all);
            case 'c' -> chmod(path, there, touched, all);
            default -> create(kind, path, there, touched, all);
        }
    }

    private <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    /** An agent sends all names of an inode. */
    private static void touchLinks(Stat stat, Set<RelPath> touched, Map<RelPath, Stat> all) {
        if (!stat.isDirectory() && stat.links() > 1) {
            all.forEach((path, other) -> {
                if (other.ino() == stat.ino()) {
                    touched.add(path);
                }
            });
        }
    }

    private void append(RelPath path, @Nullable Stat there, Set<RelPath> touched, Map<RelPath, Stat> all)
            throws ErrnoException {
        if (there != null && there.isFile()) {
            touchLinks(there, touched, all);
            byte[] old = tree.read(path);
            byte[] longer = Arrays.copyOf(old, old.length + 2);
            longer[old.length] = 'x';
            longer[old.length + 1] = (byte) ('0' + random.nextInt(10));
            tree.write(path, longer);
        }
    }

    private void link(RelPath path, @Nullable Stat there, Set<RelPath> touched, Map<RelPath, Stat> all)
            throws ErrnoException {
        List<RelPath> files = new ArrayList<>();
        all.forEach((file, stat) -> {
            if (stat.isFile()) {
                files.add(file);
            }
        });
        if (!files.isEmpty() && there == null) {
            RelPath from = pick(files);
            touched.add(from);
            Stat stat = all.get(from);
            if (stat != null) {
                touchLinks(stat, touched, all);
            }
            tree.link(from, path);
        }
    }

    private void move(RelPath from, @Nullable Stat there, RelPath to, Set<RelPath> touched, Map<RelPath, Stat> all)
            throws ErrnoException {
        if (there == null || from.equals(to) || from.isBelow(to) || to.isBelow(from)) {
            return;
        }
        touched.add(to);
        for (Map.Entry<RelPath, Stat> entry : all.entrySet()) {
            RelPath path = entry.getKey();
            if (path.equals(from) || path.isBelow(from)) {
                touched.add(path);
                touched.add(path.rebase(from, to));
                touchLinks(entry.getValue(), touched, all);
            } else if (path.equals(to) || path.isBelow(to)) {
                touched.add(path);
                touchLinks(entry.getValue(), touched, all);
            }
        }
        tree.remove(to);
        tree.rename(from, to);
    }

    private void chmod(RelPath path, @Nullable Stat there, Set<RelPath> touched, Map<RelPath, Stat> all)
            throws ErrnoException {
        if (there != null && !there.isSymlink()) {
            touchLinks(there, touched, all);
            tree.chmod(path, List.of(0755, 0700, 0750).get(random.nextInt(3)));
        }
    }

    private void create(char kind, RelPath path, @Nullable Stat there, Set<RelPath> touched, Map<RelPath, Stat> all)
            throws ErrnoException {
        if (there != null) {
            all.forEach((other, stat) -> {
                if (other.equals(path) || other.isBelow(path)) {
                    touched.add(other);
                    touchLinks(stat, touched, all);
                }
            });
            if (kind != 'f' || !there.isFile()) {
                tree.remove(path);
            }
        }
        switch (kind) {
            case 'f' -> {
                byte[] content = new byte[5];
                random.nextBytes(content);
                tree.write(path, content);
            }
            case 'd' -> tree.mkdir(path);
            case 'l' ->
                tree.symlink(pick(List.of(bytes("a"), bytes("b"), bytes("../a"), outside, bytes("nope"))), path);
            case 'p' -> tree.mkfifo(path);
            default -> {
                // A removal, done above.
            }
        }
    }
}
