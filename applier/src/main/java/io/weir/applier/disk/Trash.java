package io.weir.applier.disk;

import io.weir.posix.DirEntry;
import io.weir.posix.Errno;
import io.weir.posix.ErrnoException;
import io.weir.posix.Fd;
import io.weir.posix.Fs;
import io.weir.posix.Stat;
import io.weir.schemas.RelPath;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a replica lost or overwrote, in {@code .weir/trash/<time>-<number>/<path>} of the replica itself: a rename, so it costs no
 * copy and needs the same file system. Thread-safe.
 */
public final class Trash {
    private static final Logger log = LoggerFactory.getLogger(Trash.class);
    private static final RelPath TRASH = RelPath.of(".weir/trash");
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final int TIME_LENGTH = "20260102T030405".length();
    private static final int PRIVATE = 0700;
    /** After so long nothing is added to a directory, so that its size may be remembered. */
    private static final Duration SETTLED = Duration.ofHours(1);

    private final ReplicaTree tree;
    private final Keep keep;
    private final InstantSource clock;
    private final AtomicLong next = new AtomicLong();
    private final Map<String, Long> sizes = new HashMap<>();

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
        return TRASH + "/" + TIME.format(clock.instant()) + "-" + next.incrementAndGet() + "-"
                + ProcessHandle.current().pid();
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
        RelPath to = RelPath.of(directory());
        for (byte[] name :
                path.parent().isRoot() ? List.<byte[]>of() : path.parent().components()) {
            ensure(to);
            to = to.child(name);
        }
        ensure(to);
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

    private void ensure(RelPath directory) throws ErrnoException {
        if (!directory.parent().isRoot() && directory.parent().isOwn()) {
            ensureOne(TRASH);
        }
        ensureOne(directory);
    }

    private void ensureOne(RelPath directory) throws ErrnoException {
        try (Fd parent = tree.openDirectory(directory.parent())) {
            Fs.mkdir(parent, directory.name(), PRIVATE);
        } catch (ErrnoException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
        }
    }

    /**
     * Deletes for good what is too old or too much, oldest first. One thread at a time.
     *
     * @throws ErrnoException when the trash cannot be read or something in it cannot be deleted
     */
    public synchronized void prune(Deleter deleter) throws ErrnoException {
        Map<String, Instant> byAge = new TreeMap<>();
        long sum = 0;
        for (String name : names()) {
            Instant at = time(name);
            if (at != null) {
                byAge.put(name, at);
                sum += keep.bytes() > 0 ? size(name, at) : 0;
            }
        }
        Instant oldest = clock.instant().minus(keep.age());
        for (Map.Entry<String, Instant> each : byAge.entrySet()) {
            boolean tooMuch = keep.bytes() > 0 && sum > keep.bytes();
            if (each.getValue().isBefore(oldest) || tooMuch) {
                sum -= keep.bytes() > 0 ? size(each.getKey(), each.getValue()) : 0;
                long gone = deleter.purgeTrash(TRASH.child(bytes(each.getKey())));
                sizes.remove(each.getKey());
                log.info("trash emptied: directory={} entries={}", each.getKey(), gone);
            }
        }
    }

    private List<String> names() throws ErrnoException {
        List<String> names = new ArrayList<>();
        try {
            for (DirEntry entry : tree.list(TRASH)) {
                names.add(new String(entry.name(), StandardCharsets.ISO_8859_1));
            }
        } catch (ErrnoException e) {
            if (!e.isAbsent()) {
                throw e;
            }
        }
        return names;
    }

    private static byte[] bytes(String name) {
        return name.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** When it was thrown away, by its name; null for what is not Weir's. */
    private static @org.jspecify.annotations.Nullable Instant time(String name) {
        try {
            return name.length() > TIME_LENGTH && name.charAt(TIME_LENGTH) == '-'
                    ? TIME.parse(name.substring(0, TIME_LENGTH), Instant::from)
                    : null;
        } catch (DateTimeException e) {
            return null;
        }
    }

    private long size(String name, Instant at) throws ErrnoException {
        Long known = sizes.get(name);
        if (known != null) {
            return known;
        }
        long size = tree.size(TRASH.child(bytes(name)));
        if (at.isBefore(clock.instant().minus(SETTLED))) {
            sizes.put(name, size);
        }
        return size;
    }
}
