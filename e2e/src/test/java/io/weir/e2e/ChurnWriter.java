package io.weir.e2e;

import io.weir.e2e.Churn.Operation;
import io.weir.posix.DirEntry;
import io.weir.posix.Errno;
import io.weir.posix.ErrnoException;
import io.weir.posix.Fd;
import io.weir.posix.Fs;
import io.weir.posix.Kind;
import io.weir.posix.Stat;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/** One writer of {@link Churn}; confined to its thread. */
final class ChurnWriter {
    /** Answers that another writer, or an unlucky choice, explains. */
    private static final Set<Integer> RACES = Set.of(
            Errno.ENOENT,
            Errno.ENOTDIR,
            Errno.ELOOP,
            Errno.EEXIST,
            Errno.ENOTEMPTY,
            Errno.EISDIR,
            Errno.EINVAL,
            Errno.EPERM,
            Errno.EMLINK,
            Errno.EBUSY,
            Errno.ENAMETOOLONG,
            Errno.EOPNOTSUPP);

    private static final int COUNT_EVERY = 64;
    private static final int MAX_DEPTH = 4;
    private static final int PLAIN_NAMES = 12;
    private static final int LARGE = 256 * 1024;
    private static final int[] FILE_MODES = {0600, 0644, 0755, 0640, 04711};
    private static final int[] DIRECTORY_MODES = {0700, 0755, 0775, 01777};

    private final Fd top;
    private final List<byte[]> subtrees;
    private final Churn.Plan plan;
    private final Random random;
    private final List<byte[]> names = new ArrayList<>();
    private final Operation[] operations;
    private final Map<Operation, Long> done = new EnumMap<>(Operation.class);
    private long missed;
    private final boolean[] full;

    ChurnWriter(Fd top, List<byte[]> subtrees, Churn.Plan plan, int number) {
        this.top = top;
        this.subtrees = subtrees;
        this.plan = plan;
        this.operations = plan.operations().toArray(Operation[]::new);
        this.random = new Random(plan.seed() * 1_000_003L + number);
        this.full = new boolean[subtrees.size()];
        for (int i = 0; i < PLAIN_NAMES; i++) {
            names.add(("n" + i).getBytes(StandardCharsets.US_ASCII));
        }
        names.addAll(HostileNames.all());
    }

    Map<Operation, Long> done() {
        return done;
    }

    long missed() {
        return missed;
    }

    void run(LongPredicate goOn) throws ErrnoException {
        for (long step = 0; goOn.test(step) && !Thread.currentThread().isInterrupted(); step++) {
            if (step % COUNT_EVERY == 0) {
                count();
            }
            int tree = random.nextInt(subtrees.size());
            // Twice as much creation as the rest, so that trees grow; a full one only shrinks.
            Operation operation = full[tree]
                    ? Operation.DELETE_TREE
                    : random.nextInt(3) == 0 ? Operation.CREATE : operations[random.nextInt(operations.length)];
            step(operation, subtrees.get(tree));
            if (!plan.pause().isZero()) {
                LockSupport.parkNanos(plan.pause().toNanos());
            }
        }
    }

    private void step(Operation operation, byte[] subtree) throws ErrnoException {
        try (Fd dir = descend(subtree)) {
            if (perform(operation, dir)) {
                done.merge(operation, 1L, Long::sum);
                return;
            }
        } catch (ErrnoException e) {
            if (!RACES.contains(e.errno())) {
                throw e;
            }
        }
        missed++;
    }

    private boolean perform(Operation operation, Fd dir) throws ErrnoException {
        return switch (operation) {
            case CREATE -> create(dir, name());
            case APPEND, TRUNCATE, OVERWRITE -> rewrite(operation, dir);
            case RENAME -> rename(dir, pick(dir, null));
            case MOVE_DIRECTORY -> rename(dir, pick(dir, Kind.DIRECTORY));
            case DELETE -> delete(dir, pick(dir, null));
            case DELETE_TREE -> deleteTree(dir, pick(dir, null));
            case MAKE_DIRECTORY -> {
                Fs.mkdir(dir, name(), 0755);
                yield true;
            }
            case SYMLINK -> {
                Fs.symlink(
                        random.nextBoolean() ? name() : "../shared".getBytes(StandardCharsets.US_ASCII), dir, name());
                yield true;
            }
            case HARD_LINK -> link(dir, pick(dir, Kind.FILE));
            case FIFO -> {
                Fs.mkfifo(dir, name(), 0600);
                yield true;
            }
            case CHMOD -> chmod(dir, pick(dir, null));
            case REPLACE -> replace(dir, name());
        };
    }

    private boolean create(Fd dir, byte[] name) throws ErrnoException {
        try (Fd file = Fs.createFile(dir, name, 0644)) {
            Fs.write(file, content());
        }
        return true;
    }

    private boolean rewrite(Operation operation, Fd dir) throws ErrnoException {
        DirEntry entry = pick(dir, Kind.FILE);
        if (entry == null) {
            return false;
        }
        try (Fd file = Fs.openForWrite(dir, entry.name())) {
            Stat stat = Fs.fstat(file);
            if (!stat.isFile()) {
                return false;
            }
            int size = (int) Math.min(stat.size(), LARGE);
            switch (operation) {
                case TRUNCATE -> Fs.ftruncate(file, size == 0 ? 0 : random.nextInt(size));
                case OVERWRITE -> {
                    byte[] other = new byte[size];
                    random.nextBytes(other);
                    Fs.write(file, other);
                }
                default -> append(file, size);
            }
        }
        return true;
    }

    private void append(Fd file, int size) throws ErrnoException {
        if (size >= LARGE) {
            Fs.ftruncate(file, 0);
        }
        byte[] buffer = new byte[LARGE];
        while (Fs.read(file, buffer) > 0) {
            // To the end: there is no open for appending.
        }
        Fs.write(file, content());
    }

    private boolean rename(Fd dir, @Nullable DirEntry entry) throws ErrnoException {
        if (entry == null) {
            return false;
        }
        if (random.nextBoolean()) {
            Fs.rename(dir, entry.name(), dir, name());
            return true;
        }
        try (Fd other = descend(subtrees.get(random.nextInt(subtrees.size())))) {
            Fs.rename(dir, entry.name(), other, random.nextBoolean() ? entry.name() : name());
        }
        return true;
    }

    private boolean delete(Fd dir, @Nullable DirEntry entry) throws ErrnoException {
        if (entry == null) {
            return false;
        }
        if (entry.type() == Kind.DIRECTORY) {
            Fs.rmdir(dir, entry.name());
        } else {
            Fs.unlink(dir, entry.name());
        }
        return true;
    }

    private boolean deleteTree(Fd dir, @Nullable DirEntry entry) throws ErrnoException {
        if (entry != null && entry.type() == Kind.DIRECTORY) {
            try (Fd below = Fs.openDirectoryAt(dir, entry.name())) {
                for (DirEntry child : Fs.list(below)) {
                    deleteTree(below, child);
                }
            }
        }
        return delete(dir, entry);
    }

    private boolean link(Fd dir, @Nullable DirEntry entry) throws ErrnoException {
        if (entry == null) {
            return false;
        }
        try (Fd other = descend(subtrees.get(random.nextInt(subtrees.size())))) {
            Fs.link(dir, entry.name(), other, name());
        }
        return true;
    }

    private boolean chmod(Fd dir, @Nullable DirEntry entry) throws ErrnoException {
        if (entry == null || entry.type() == Kind.SYMLINK) {
            return false;
        }
        int[] modes = entry.type() == Kind.DIRECTORY ? DIRECTORY_MODES : FILE_MODES;
        Fs.chmod(dir, entry.name(), modes[random.nextInt(modes.length)]);
        return true;
    }

    private boolean replace(Fd dir, byte[] name) throws ErrnoException {
        byte[] suffix = Integer.toString(100_000 + random.nextInt(900_000)).getBytes(StandardCharsets.US_ASCII);
        byte[] temporary = new byte[name.length + suffix.length + 2];
        temporary[0] = '.';
        System.arraycopy(name, 0, temporary, 1, name.length);
        temporary[name.length + 1] = '.';
        System.arraycopy(suffix, 0, temporary, name.length + 2, suffix.length);
        create(dir, temporary);
        try {
            Fs.rename(dir, temporary, dir, name);
            return true;
        } catch (ErrnoException e) {
            if (e.errno() == Errno.EISDIR) {
                Fs.unlink(dir, temporary);
                return false;
            }
            throw e;
        }
    }

    /** A random directory of the subtree, opened. */
    private Fd descend(byte[] subtree) throws ErrnoException {
        List<byte[]> path = new ArrayList<>();
        path.add(subtree);
        int depth = random.nextInt(MAX_DEPTH + 1);
        for (int i = 0; i < depth; i++) {
            try (Fd dir = Fs.openBeneath(top, path)) {
                DirEntry next = pick(dir, Kind.DIRECTORY);
                if (next == null) {
                    break;
                }
                path.add(next.name());
            }
        }
        return Fs.openBeneath(top, path);
    }

    private @Nullable DirEntry pick(Fd dir, @Nullable Kind kind) throws ErrnoException {
        List<DirEntry> entries = new ArrayList<>(Fs.list(dir));
        if (kind != null) {
            entries.removeIf(e -> e.type() != kind);
        }
        // The order of a listing differs from file system to file system; a seed should not.
        entries.sort((a, b) -> Arrays.compareUnsigned(a.name(), b.name()));
        return entries.isEmpty() ? null : entries.get(random.nextInt(entries.size()));
    }

    private byte[] name() {
        return random.nextInt(4) > 0 ? names.get(random.nextInt(PLAIN_NAMES)) : names.get(random.nextInt(names.size()));
    }

    private byte[] content() {
        int size = random.nextInt(20) == 0 ? random.nextInt(LARGE) : random.nextInt(2048);
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return bytes;
    }

    private void count() throws ErrnoException {
        for (int i = 0; i < full.length; i++) {
            full[i] = countBelow(top, subtrees.get(i)) > plan.maxEntries();
        }
    }

    private static long countBelow(Fd dir, byte[] name) throws ErrnoException {
        long count = 0;
        try (Fd below = Fs.openDirectoryAt(dir, name)) {
            for (DirEntry entry : Fs.list(below)) {
                count += 1 + (entry.type() == Kind.DIRECTORY ? countBelow(below, entry.name()) : 0);
            }
        } catch (ErrnoException e) {
            if (!e.isAbsent()) {
                throw e;
            }
        }
        return count;
    }
}
