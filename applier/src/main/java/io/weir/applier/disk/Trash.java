package io.weir.applier.disk;

import io.weir.posix.DirEntry;
import io.weir.posix.Errno;
import io.weir.posix.ErrnoException;
import io.weir.posix.Fd;
import io.weir.posix.Fs;
import io.weir.posix.Stat;
import io.weir.schemas.RelPath;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a replica lost or overwrote, in {@code .weir/trash/<time>-<number>/<path>} of the replica itself (see {@link TrashName}): a
 * rename, so it costs no copy and needs the same file system. Thread-safe.
 */
public final class Trash {
    private static final Logger log = LoggerFactory.getLogger(Trash.class);
    /** After so long nothing is added to a directory, so that its size may be remembered. */
    private static final Duration SETTLED = Duration.ofHours(1);

    private final ReplicaTree tree;
    private final Keep keep;
    private final InstantSource clock;
    private final AtomicLong next = new AtomicLong();
    private final Map<TrashName, Long> sizes = new HashMap<>();

    /**
     * How much is kept.
     *
     * @param age what is older goes
     * @param bytes at more than this the oldest goes; 0 for no limit
     */
    public record Keep(Duration age, long bytes) {}

    /** The trash of one replica root. */
    public Trash(ReplicaTree tree, Keep keep, InstantSource clock) {
        this.tree = tree;
        this.keep = keep;
        this.clock = clock;
    }

    /**
     * A directory for what one pull overwrites, relative to the root. Each has its own: a second version of a path would take the place
     * of the first.
     */
    public String directory() {
        return begin().directory().toString();
    }

    private TrashName begin() {
        return TrashName.of(
                clock.instant(), next.incrementAndGet(), ProcessHandle.current().pid());
    }

    /**
     * Moves what is there under a path, a directory with everything in it.
     *
     * @return entries moved; 0 when nothing was there
     * @throws ErrnoException when that fails; EXDEV also when another file system is mounted in it, which is not the replica's to move
     */
    long take(RelPath path) throws ErrnoException {
        long count = tree.count(path);
        if (count == 0) {
            return 0;
        }
        RelPath to = begin().of(path.parent());
        tree.ensureDirectories(to);
        try (Fd from = tree.openDirectory(path.parent());
                Fd into = tree.openDirectory(to)) {
            Stat stat = Fs.lstat(from, path.name());
            if (stat == null) {
                return 0;
            }
            if (tree.isForeign(stat)) {
                throw new ErrnoException("trash (another file system is mounted there)", path.toString(), Errno.EXDEV);
            }
            Fs.renameNoReplace(from, path.name(), into, path.name());
        }
        return count;
    }

    /**
     * Deletes for good what is too old or too much, oldest first; nothing while somebody reads the trash (see {@link TrashLock}). One
     * thread at a time.
     *
     * @throws ErrnoException when the trash cannot be read or something in it cannot be deleted
     */
    public synchronized void prune(Deleter deleter) throws ErrnoException {
        if (names(tree).isEmpty()) {
            return;
        }
        Optional<TrashLock> lock = TrashLock.tryTake(tree);
        if (lock.isEmpty()) {
            log.info("the trash is being read, and emptied later");
            return;
        }
        try (TrashLock held = lock.get()) {
            log.debug("emptying the trash: lock={}", held);
            pruneAlone(deleter);
        }
    }

    private void pruneAlone(Deleter deleter) throws ErrnoException {
        List<TrashName> byAge = names(tree);
        long sum = 0;
        for (TrashName each : byAge) {
            sum += keep.bytes() > 0 ? size(each) : 0;
        }
        Instant oldest = clock.instant().minus(keep.age());
        for (TrashName each : byAge) {
            boolean tooMuch = keep.bytes() > 0 && sum > keep.bytes();
            if (each.at().isBefore(oldest) || tooMuch) {
                sum -= keep.bytes() > 0 ? size(each) : 0;
                long gone = deleter.purgeTrash(each.directory());
                sizes.remove(each);
                log.info("trash emptied: directory={} entries={}", each.text(), gone);
            }
        }
    }

    /** The directories of a replica's trash, oldest first, without what is not Weir's. */
    static List<TrashName> names(ReplicaTree tree) throws ErrnoException {
        List<TrashName> names = new ArrayList<>();
        try {
            for (DirEntry entry : tree.list(TrashName.TRASH)) {
                TrashName.parse(new String(entry.name(), StandardCharsets.ISO_8859_1))
                        .ifPresent(names::add);
            }
        } catch (ErrnoException e) {
            if (!e.isAbsent()) {
                throw e;
            }
        }
        names.sort(Comparator.naturalOrder());
        return names;
    }

    private long size(TrashName name) throws ErrnoException {
        Long known = sizes.get(name);
        if (known != null) {
            return known;
        }
        long size = tree.size(name.directory());
        if (name.at().isBefore(clock.instant().minus(SETTLED))) {
            sizes.put(name, size);
        }
        return size;
    }
}
