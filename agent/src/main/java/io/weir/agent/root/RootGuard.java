package io.weir.agent.root;

import io.weir.agent.watch.SourceRoot;
import io.weir.posix.DirEntry;
import io.weir.posix.Errno;
import io.weir.posix.ErrnoException;
import io.weir.posix.Fd;
import io.weir.posix.Fs;
import io.weir.posix.Processes;
import io.weir.posix.Stat;
import io.weir.schemas.RelPath;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The identity of a source's root: which directory it was at the start, and which marker it has to show.
 *
 * <p>The proof is the marker, an empty file {@code .weir/id-<uuid>}: its name carries the identity, so a listing shows it.
 * It is made at the very first start of a source and never again, so that a missing disk does not look like a source whose
 * files were all deleted. Nothing stays open between uses, so that the disk can be unmounted. Immutable.
 */
public final class RootGuard {
    private static final Logger log = LoggerFactory.getLogger(RootGuard.class);
    private static final byte[] OWN = ".weir".getBytes(StandardCharsets.US_ASCII);
    private static final String PREFIX = "id-";

    private final SourceRoot root;
    private final UUID uuid;
    private final boolean first;
    private final Stat opened;
    private final byte[] marker;

    private RootGuard(SourceRoot root, UUID uuid, boolean first, Stat opened) {
        this.root = root;
        this.uuid = uuid;
        this.first = first;
        this.opened = opened;
        this.marker = markerName(uuid);
    }

    /**
     * Checks the marker of the root; makes it when neither the agent nor the root knows one.
     *
     * @param known the identity that the agent remembers; null when it never started this source
     * @throws SourceUnavailableException when the root is not there, is not the tree that is known, or has a directory .weir that is
     *     not the agent's
     */
    public static RootGuard identify(SourceRoot root, @Nullable UUID known) throws SourceUnavailableException {
        try (Fd fd = openPath(root)) {
            RootGuard guard = identify(root, known, fd);
            guard.requireOwn(fd);
            log.info("source identified: source={} root={} uuid={}", root.source(), path(root), guard.uuid);
            return guard;
        } catch (ErrnoException e) {
            throw new SourceUnavailableException(describe(root) + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static RootGuard identify(SourceRoot root, @Nullable UUID known, Fd fd)
            throws SourceUnavailableException, ErrnoException {
        Stat opened = Fs.fstat(fd);
        List<UUID> found = markers(fd);
        if (known == null && found.isEmpty()) {
            return new RootGuard(root, createMarker(root, fd), true, opened);
        }
        if (known == null && found.size() == 1) {
            return new RootGuard(root, found.get(0), false, opened);
        }
        if (known == null) {
            throw new SourceUnavailableException(describe(root) + " has more than one marker below .weir: " + found
                    + "; remove those of other sources");
        }
        if (!found.contains(known) && found.size() == 1 && Successor.is(fd, found.get(0), known)) {
            log.info("source was promoted: source={} from={} to={}", root.source(), known, found.get(0));
            return new RootGuard(root, found.get(0), false, opened);
        }
        if (!found.contains(known)) {
            throw new SourceUnavailableException(describe(root) + " has no marker .weir/id-" + known + " (found: "
                    + found + "); is its disk mounted? If this is another tree on purpose, remove the source's"
                    + " state file from the agent's state directory");
        }
        return new RootGuard(root, known, false, opened);
    }

    private static Fd openPath(SourceRoot root) throws SourceUnavailableException {
        try {
            return Fs.openDirectory(root.path());
        } catch (ErrnoException e) {
            throw new SourceUnavailableException(
                    describe(root) + " cannot be opened: " + e.getMessage()
                            + "; create or mount it, and let the agent read it",
                    e);
        }
    }

    private static List<UUID> markers(Fd root) throws ErrnoException {
        List<UUID> found = new ArrayList<>();
        if (Fs.lstat(root, OWN) == null) {
            return found;
        }
        try (Fd own = Fs.openDirectoryAt(root, OWN)) {
            for (DirEntry entry : Fs.list(own)) {
                String name = new String(entry.name(), StandardCharsets.US_ASCII);
                if (name.startsWith(PREFIX)) {
                    try {
                        found.add(UUID.fromString(name.substring(PREFIX.length())));
                    } catch (IllegalArgumentException notOurs) {
                        log.warn("not a marker, ignored: name={}", RelPath.display(entry.name()));
                    }
                }
            }
        }
        return found;
    }

    private static UUID createMarker(SourceRoot root, Fd fd) throws SourceUnavailableException, ErrnoException {
        try {
            return createMarker(fd);
        } catch (ErrnoException e) {
            if (e.errno() != Errno.EACCES) {
                throw e;
            }
            throw new SourceUnavailableException(
                    describe(root) + " cannot be marked, " + e.getMessage()
                            + "; give the agent a directory for that, as root: " + ownDirectoryFor(root),
                    e);
        }
    }

    /** What an administrator types for an agent that may not write into the root. */
    private static String ownDirectoryFor(SourceRoot root) {
        String user = String.valueOf(Processes.effectiveUid());
        String directory = path(root).replace("'", "'\\''") + "/.weir";
        return "install -d -o " + user + " -m 755 '" + directory + "'";
    }

    private static UUID createMarker(Fd root) throws ErrnoException {
        UUID uuid = UUID.randomUUID();
        if (Fs.lstat(root, OWN) == null) {
            Fs.mkdir(root, OWN, 0755);
        }
        try (Fd own = Fs.openDirectoryAt(root, OWN)) {
            try (Fd marker = Fs.createFile(own, markerName(uuid), 0444)) {
                Fs.fsync(marker);
            }
            Fs.fsync(own);
        }
        Fs.fsync(root);
        return uuid;
    }

    private static byte[] markerName(UUID uuid) {
        return (PREFIX + uuid).getBytes(StandardCharsets.US_ASCII);
    }

    /** The identity of the source. */
    public UUID uuid() {
        return uuid;
    }

    /** Whether the marker was made by this check: the very first start of the source. */
    public boolean first() {
        return first;
    }

    /**
     * Opens the root; what is looked at through it is in one tree, whatever is mounted or moved meanwhile. The caller closes it.
     *
     * @throws SourceUnavailableException when it is not the directory that was identified
     */
    public Fd open() throws SourceUnavailableException {
        Fd now = openPath(root);
        try {
            Stat stat = Fs.fstat(now);
            if (stat.dev() == opened.dev() && stat.ino() == opened.ino()) {
                return now;
            }
        } catch (ErrnoException e) {
            now.close();
            throw new SourceUnavailableException(describe(root) + " cannot be checked: " + e.getMessage(), e);
        }
        now.close();
        throw new SourceUnavailableException(
                describe(root) + " is another directory than at the start; it was unmounted, mounted over or moved");
    }

    /**
     * Checks that an opened root has the marker: to be done after the tree was looked at and before that is believed.
     *
     * @throws SourceUnavailableException when it has not
     */
    public void requireMarker(Fd now) throws SourceUnavailableException {
        try (Fd own = Fs.openDirectoryAt(now, OWN)) {
            if (Fs.lstat(own, marker) != null) {
                return;
            }
        } catch (ErrnoException e) {
            throw new SourceUnavailableException(describe(root) + " cannot show its marker: " + e.getMessage(), e);
        }
        throw new SourceUnavailableException(
                describe(root) + " has lost its marker .weir/id-" + uuid + "; put the empty file back");
    }

    /**
     * Makes an event of Weir's own directory in the root: setting the mode that it has changes nothing but its change time. The
     * root itself may be somebody else's, who alone may do that to it.
     *
     * @throws SourceUnavailableException when the root is not the directory that was identified, or its own directory is not the agent's
     */
    public void touchOwn() throws SourceUnavailableException, ErrnoException {
        try (Fd now = open()) {
            touchOwn(now);
        }
    }

    /** Told at the start, as no sweep would ever end: what a root that is read-only says is left to the sweeps. */
    private void requireOwn(Fd now) throws SourceUnavailableException {
        try {
            touchOwn(now);
        } catch (ErrnoException e) {
            log.warn("no event can be made of {}: {}", describe(root), e.getMessage());
        }
    }

    private void touchOwn(Fd now) throws SourceUnavailableException, ErrnoException {
        try (Fd own = Fs.openDirectoryAt(now, OWN)) {
            Fs.fchmod(own, Fs.fstat(own).permissions());
        } catch (ErrnoException e) {
            if (e.errno() != Errno.EPERM) {
                throw e;
            }
            throw new SourceUnavailableException(
                    describe(root) + " has a directory .weir that is not the agent's, " + e.getMessage() + "; as root: "
                            + ownDirectoryFor(root),
                    e);
        }
    }

    private static String describe(SourceRoot root) {
        return "the root " + path(root) + " of source " + root.source();
    }

    private static String path(SourceRoot root) {
        return RelPath.display(root.path());
    }
}
