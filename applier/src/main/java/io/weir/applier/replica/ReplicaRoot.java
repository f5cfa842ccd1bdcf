package io.weir.applier.replica;

import io.weir.service.DurableFile;
import io.weir.service.ExitCode;
import io.weir.service.WeirException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory that holds a replica of one source, locked for this process. {@code .weir/replica-<uuid>} in it says whose
 * replica it is; a directory that holds something else is never touched. Thread-safe.
 */
public final class ReplicaRoot implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ReplicaRoot.class);
    static final String OWN = ".weir";
    private static final String LOCK = "lock";
    private static final Pattern MARKER =
            Pattern.compile("replica-([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})");

    private static final String ADVICE =
            "Choose an empty directory, or set `adopt: true` for this source; `weir baseline REPLICA --dry-run --offline"
                    + " --config FILE` shows what would be deleted";

    private final String source;
    private final Path root;
    private final FileChannel lock;
    /** Device and inode of the lock's file. */
    private final @Nullable Object key;

    private ReplicaRoot(String source, Path root, FileChannel lock, @Nullable Object key) {
        this.source = source;
        this.root = root;
        this.lock = lock;
        this.key = key;
    }

    /**
     * Checks that the directory may hold a replica of the source, makes it when it is missing, and locks it. A directory
     * that is refused is left as it was.
     *
     * @param adopt whether a directory that holds something already may become a replica
     * @throws WeirException CONFLICT when it holds something else or another process has it; UNAVAILABLE when it cannot be used
     */
    public static ReplicaRoot open(String source, Path root, boolean adopt) {
        refuseForeign(source, root, adopt);
        try {
            Path own = root.resolve(OWN);
            Files.createDirectories(root);
            if (!Files.isDirectory(own)) {
                Files.createDirectory(
                        own, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            FileChannel lock = lock(source, own);
            try {
                return new ReplicaRoot(source, root, lock, key(own));
            } catch (IOException e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw unusable(source, root, e);
        }
    }

    private static WeirException unusable(String source, Path root, IOException cause) {
        return new WeirException(
                ExitCode.UNAVAILABLE,
                "open replica of source " + source + " in " + root + ": " + cause
                        + "; check the disk and the permissions",
                cause);
    }

    /**
     * Refuses a directory that {@link #open} would refuse for what it holds; makes nothing, takes no lock.
     *
     * @throws WeirException CONFLICT when it holds something else; UNAVAILABLE when it cannot be looked at
     */
    public static void refuseForeign(String source, Path root, boolean adopt) {
        refuseForeign(source, root, adopt, ADVICE);
    }

    /** Why an applier would refuse a directory for what it holds; empty when it would not, as it leaves one alone that was promoted. */
    public static Optional<String> foreign(String source, Path root, boolean adopt) {
        try {
            if (!PromotedRoot.isThere(root)) {
                refuseForeign(source, root, adopt);
            }
            return Optional.empty();
        } catch (WeirException e) {
            return Optional.of("is refused: " + e.getMessage());
        }
    }

    /**
     * The same with advice of the caller's.
     *
     * @param advice what to do about a directory that holds something else, in sentences
     * @throws WeirException CONFLICT when it holds something else; UNAVAILABLE when it cannot be looked at
     */
    public static void refuseForeign(String source, Path root, boolean adopt, String advice) {
        try {
            if (Files.exists(root) && !Files.isDirectory(root)) {
                throw new WeirException(
                        ExitCode.CONFLICT,
                        "open replica of source " + source + ": " + root
                                + " is not a directory; choose another path, or move it away");
            }
            Path own = root.resolve(OWN);
            if (Files.exists(own, LinkOption.NOFOLLOW_LINKS) && !Files.isDirectory(own, LinkOption.NOFOLLOW_LINKS)) {
                throw new WeirException(
                        ExitCode.CONFLICT,
                        "open replica of source " + source + ": " + own
                                + " is Weir's own and must be a directory; move it away");
            }
            if (PromotedRoot.isThere(root)) {
                throw new WeirException(
                        ExitCode.CONFLICT,
                        "open replica of source " + source + ": " + root
                                + " was promoted to be the source itself; `weir"
                                + " demote` makes a replica of it when another one is");
            }
            if (marker(root).isEmpty() && isSource(own)) {
                throw new WeirException(
                        ExitCode.CONFLICT,
                        "open replica of source " + source + ": " + root + " is the root of a source, as a marker "
                                + own + "/id-... says, and no replica; choose another directory. `weir demote` makes a"
                                + " replica of a tree in whose place a replica was promoted; remove the marker when this"
                                + " is a copy of a source");
            }
            if (!adopt && marker(root).isEmpty() && holdsOther(root)) {
                throw new WeirException(
                        ExitCode.CONFLICT,
                        "open replica of source " + source + ": " + root
                                + " is not empty and is no replica of a source; what the source does not have would be"
                                + " deleted there. " + advice);
            }
        } catch (IOException e) {
            throw unusable(source, root, e);
        }
    }

    private static boolean isSource(Path own) throws IOException {
        if (!Files.isDirectory(own, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (DirectoryStream<Path> markers = Files.newDirectoryStream(own, "id-*")) {
            return markers.iterator().hasNext();
        }
    }

    /** Whether a directory holds anything that a new file system and Weir itself do not put there. */
    public static boolean holdsOther(Path root) throws IOException {
        if (!Files.isDirectory(root)) {
            return false;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(root)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                if (!name.equals(OWN) && !name.equals("lost+found")) {
                    return true;
                }
            }
        }
        return false;
    }

    private static FileChannel lock(String source, Path own) throws IOException {
        FileChannel channel = FileChannel.open(
                own.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        try {
            FileLock held = channel.tryLock();
            if (held != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            log.debug("the lock is held by this process: directory={}", own);
        }
        channel.close();
        throw new WeirException(
                ExitCode.CONFLICT,
                "lock replica of source " + source + ": another applier works on " + own.getParent()
                        + "; stop it, or give this one a directory of its own. While an applier runs, `weir baseline` makes"
                        + " its replica equal as a whole");
    }

    private static @Nullable Object key(Path own) throws IOException {
        return Files.readAttributes(own.resolve(LOCK), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    /**
     * Refuses to go on when the directory is no longer the one that was opened: unmounted, mostly, or replaced.
     *
     * @throws WeirException UNAVAILABLE when it is another one, or none
     */
    public void requireThere() {
        String why;
        try {
            if (Objects.equals(key, key(own()))) {
                return;
            }
            why = "another directory is in its place";
        } catch (NoSuchFileException e) {
            why = "it is gone";
        } catch (IOException e) {
            why = e.toString();
        }
        throw new WeirException(
                ExitCode.UNAVAILABLE,
                "use replica of source " + source + " in " + root + ": " + why
                        + " since it was opened; nothing is copied"
                        + " until it is back. Mount its disk, or put the directory back");
    }

    /**
     * What tells this replica from every other directory, also from one that has a marker of the same source: a random text in the
     * marker. Empty when there is no marker, or one of a Weir that wrote nothing into it.
     *
     * @throws WeirException UNAVAILABLE when that cannot be told
     */
    static Optional<String> token(String source, Path root) {
        try {
            Optional<UUID> found = marker(root);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            return Optional.of(Files.readString(markerFile(root, found.get())).strip())
                    .filter(text -> !text.isEmpty());
        } catch (IOException e) {
            throw unusable(source, root, e);
        }
    }

    static Path markerFile(Path root, UUID sourceId) {
        return root.resolve(OWN).resolve("replica-" + sourceId);
    }

    /**
     * The token of this replica; one that has none gets one.
     *
     * @return empty while it has no marker
     * @throws WeirException UNAVAILABLE when the disk refuses
     */
    public Optional<String> token() {
        try {
            Optional<UUID> found = marker(root);
            if (found.isPresent() && token(source, root).isEmpty()) {
                mark(found.get());
            }
        } catch (IOException e) {
            throw unusable(source, root, e);
        }
        return token(source, root);
    }

    /**
     * The identity of the source that this is the replica of; empty while it has no marker.
     *
     * @throws WeirException UNAVAILABLE when that cannot be told
     */
    public Optional<UUID> sourceId() {
        try {
            return marker(root);
        } catch (IOException e) {
            throw unusable(source, root, e);
        }
    }

    /**
     * Makes this replica, with all that it has, one of the source's successor; it is still the one that its host knows.
     *
     * @throws WeirException UNAVAILABLE when the disk refuses
     */
    public void follow(UUID from, UUID to) {
        try {
            DurableFile.move(markerFile(root, from), markerFile(root, to));
            log.info("replica follows a promotion: source={} root={} from={} to={}", source, root, from, to);
        } catch (IOException e) {
            throw unusable(source, root, e);
        }
    }

    private void mark(UUID sourceId) throws IOException {
        DurableFile.replace(markerFile(root, sourceId), (UUID.randomUUID() + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    static Optional<UUID> marker(Path root) throws IOException {
        Path own = root.resolve(OWN);
        if (!Files.isDirectory(own, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        List<UUID> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(own, "replica-*")) {
            for (Path entry : entries) {
                Matcher matcher = MARKER.matcher(entry.getFileName().toString());
                if (matcher.matches()) {
                    found.add(UUID.fromString(matcher.group(1)));
                }
            }
        }
        if (found.size() > 1) {
            throw new WeirException(
                    ExitCode.CONFLICT,
                    "read the marker of replica " + root + ": there are several in " + own + ": " + found
                            + "; remove those of other sources");
        }
        return found.stream().findFirst();
    }

    /**
     * Makes sure that this is the replica of the source with this identity; a directory without a marker gets it.
     *
     * @throws WeirException CONFLICT when it is another source's
     */
    public void claim(UUID sourceId) {
        try {
            refuseInsideSource(sourceId);
            Optional<UUID> found = marker(root);
            if (found.isEmpty()) {
                mark(sourceId);
                log.info("replica marked: source={} root={} id={}", source, root, sourceId);
            } else {
                refuseOther(source, root, found.get(), sourceId);
            }
        } catch (IOException e) {
            throw new WeirException(
                    ExitCode.UNAVAILABLE,
                    "claim replica of source " + source + " in " + root + ": " + e
                            + "; check the disk and the permissions",
                    e);
        }
    }

    private static void refuseOther(String source, Path root, UUID found, UUID sourceId) {
        if (!found.equals(sourceId)) {
            throw new WeirException(
                    ExitCode.CONFLICT,
                    "claim replica of source " + source + ": " + root + " is the replica of the source with id " + found
                            + ", but " + source + " has id " + sourceId
                            + "; check the url, or choose another directory");
        }
    }

    /**
     * Makes sure that a directory is not the replica of another source; writes nothing.
     *
     * @throws WeirException CONFLICT when it is; UNAVAILABLE when that cannot be told
     */
    public static void refuseOther(String source, Path root, UUID sourceId) {
        try {
            marker(root).ifPresent(found -> refuseOther(source, root, found, sourceId));
        } catch (IOException e) {
            throw new WeirException(
                    ExitCode.UNAVAILABLE,
                    "look at replica of source " + source + " in " + root + ": " + e
                            + "; check the disk and the permissions",
                    e);
        }
    }

    private void refuseInsideSource(UUID sourceId) throws IOException {
        for (Path above = root.toRealPath(); above != null; above = above.getParent()) {
            if (Files.exists(above.resolve(OWN).resolve("id-" + sourceId), LinkOption.NOFOLLOW_LINKS)) {
                throw new WeirException(
                        ExitCode.CONFLICT,
                        "claim replica of source " + source + ": " + root + " lies in its own source, " + above
                                + ": it would be replicated into itself; choose a directory outside of it, or remove the marker"
                                + " .weir/id-" + sourceId + " there when that is a copy");
            }
        }
    }

    /** The directory. */
    public Path path() {
        return root;
    }

    /** Weir's own directory in it. */
    public Path own() {
        return root.resolve(OWN);
    }

    /** Gives the lock back. */
    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            log.warn("unlock failed: root={} cause={}", root, e.toString());
        }
    }
}
