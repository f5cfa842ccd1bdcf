package io.weir.applier.disk;

import io.weir.posix.ErrnoException;
import io.weir.posix.Fd;
import io.weir.posix.Fs;
import io.weir.posix.Stat;
import io.weir.schemas.PastVersion;
import io.weir.schemas.RelPath;
import io.weir.schemas.Restored;
import io.weir.schemas.Versions;
import io.weir.service.Units;
import io.weir.service.WeirException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a replica of one source had: its trash, and what it has now. Needs neither the source nor Kafka. Thread-safe; each question opens
 * the replica anew.
 */
public final class ReplicaPast {
    private static final Logger log = LoggerFactory.getLogger(ReplicaPast.class);
    private static final int LISTED = 1_000;
    private static final RelPath RESTORED = RelPath.of(".weir/restored");
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final long STEP_MILLIS = 100;

    private final Path root;
    private final Runnable there;
    private final Optional<Trash.Keep> keep;
    private final Optional<Path> base;

    /**
     * The past of one replica.
     *
     * @param root its directory
     * @param there throws a {@link WeirException} while that is not the replica's
     * @param keep how much the trash keeps; empty when there is none
     * @param base takes what is restored; empty for a directory in the replica's own {@code .weir}
     */
    public ReplicaPast(Path root, Runnable there, Optional<Trash.Keep> keep, Optional<Path> base) {
        this.root = root.toAbsolutePath().normalize();
        this.there = there;
        this.keep = keep;
        this.base = base.map(path -> path.toAbsolutePath().normalize());
    }

    /**
     * What became of a question.
     *
     * @param record what was found or done; null when that is nothing
     * @param failed how much of what was asked for could not be had
     * @param message for people
     */
    public record Answer<T>(@Nullable T record, long failed, String message) {
        static <T> Answer<T> refused(List<RelPath> paths, String why) {
            return new Answer<>(null, Math.max(1, paths.size()), why);
        }
    }

    /** Work on the opened replica. */
    @FunctionalInterface
    private interface Work<T> {
        Answer<T> with(ReplicaTree tree) throws ErrnoException, InterruptedException;
    }

    private <T> Answer<T> opened(List<RelPath> paths, String what, Work<T> work) throws InterruptedException {
        try {
            there.run();
            try (ReplicaTree tree = ReplicaTree.open(root)) {
                if (keep.isEmpty() && tree.lstat(TrashName.TRASH) == null) {
                    return Answer.refused(
                            paths,
                            "this replica keeps no earlier versions; with `trash.enabled: true` for its source it keeps"
                                    + " what is deleted or overwritten from then on, for `trash.keep`");
                }
                return work.with(tree);
            }
        } catch (ErrnoException e) {
            return Answer.refused(paths, what + " in " + root + ": " + e.getMessage());
        } catch (WeirException e) {
            return Answer.refused(paths, String.valueOf(e.getMessage()));
        }
    }

    /**
     * The versions of paths and of what is below them, as far as the trash still has them; the newest are named.
     *
     * @throws InterruptedException when the caller's thread was interrupted
     */
    public Answer<Versions> versions(List<RelPath> paths) throws InterruptedException {
        return opened(paths, "list versions", tree -> {
            List<String> troubles = new ArrayList<>();
            PastTree past = new PastTree(
                    tree, Trash.names(tree), (path, cause) -> troubles.add(path + ": " + cause.getMessage()));
            VersionList list = new VersionList(past, LISTED);
            list.add(topmost(paths));
            Versions versions = Versions.newBuilder()
                    .setCount(list.count())
                    .setList(list.newest().stream().map(ReplicaPast::toRecord).toList())
                    .build();
            String words = String.format(Locale.ROOT, "%,d versions", list.count());
            return troubles.isEmpty()
                    ? new Answer<>(versions, 0, words)
                    : new Answer<>(
                            versions,
                            troubles.size(),
                            words + "; " + troubles.size() + " directories could not be read, " + troubles.get(0));
        });
    }

    private static PastVersion toRecord(VersionList.Found found) {
        Stat stat = found.version().stat();
        return PastVersion.newBuilder()
                .setPath(found.path().toField())
                .setType(
                        switch (stat.kind()) {
                            case FILE -> "file";
                            case DIRECTORY -> "directory";
                            case SYMLINK -> "symlink";
                            default -> "other";
                        })
                .setSize(stat.isFile() ? stat.size() : 0)
                .setMtime(instant(stat.mtimeNanos()))
                .setFrom(instant(found.version().fromNanos()))
                .setUntil(instant(found.version().untilNanos()))
                .build();
    }

    /** Whole microseconds; the epoch for what is not known, and for what did not happen. */
    private static Instant instant(long nanos) {
        return nanos == Timeline.UNKNOWN || nanos == Timeline.STILL
                ? Instant.EPOCH
                : Instant.EPOCH.plusNanos(Math.floorDiv(nanos, 1_000) * 1_000);
    }

    /** Without paths below others. */
    private static List<RelPath> topmost(List<RelPath> paths) {
        List<RelPath> top = RelPath.topmost(new TreeSet<>(paths));
        return top.stream().anyMatch(RelPath::isRoot) ? List.of(RelPath.ROOT) : top;
    }

    /**
     * Copies what the replica had at a time into a directory that did not exist, or was empty. It has another name until it is whole.
     *
     * @param to where, relative to the directory that the settings allow, or absolute in it; empty for one of its own
     * @param id of the order; the same order may come again after a restart
     * @throws InterruptedException when the caller's thread was interrupted; what was copied stays until the order comes again
     */
    public Answer<Restored> restore(List<RelPath> paths, Instant asOf, String to, String id)
            throws InterruptedException {
        return opened(paths, "restore", tree -> {
            RestoreTarget target;
            Path directory = directory();
            try {
                target = RestoreTarget.of(to, directory, asOf, id);
            } catch (IllegalArgumentException e) {
                return Answer.refused(paths, String.valueOf(e.getMessage()));
            }
            Optional<TrashLock> lock = lock(tree);
            if (lock.isEmpty()) {
                return Answer.refused(paths, "the trash is being emptied at this moment; give the order again later");
            }
            try (TrashLock held = lock.get();
                    ReplicaTree into = base(tree, directory)) {
                log.info("restore begins: root={} to={} asOf={} lock={}", root, target.whole(), asOf, held);
                return restore(tree, into, directory, target, topmost(paths), asOf);
            }
        });
    }

    /** Whether a restore by this order was begun and did not end, mostly because of a restart. */
    public boolean isBegun(Instant asOf, String to, String id) {
        try {
            Path directory = directory();
            RestoreTarget target = RestoreTarget.of(to, directory, asOf, id);
            return Files.isDirectory(directory.resolve(target.partial().toString()), LinkOption.NOFOLLOW_LINKS);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private Path directory() {
        return base.orElse(root.resolve(RESTORED.toString()));
    }

    private static Optional<TrashLock> lock(ReplicaTree tree) throws ErrnoException, InterruptedException {
        long begun = System.nanoTime();
        Optional<TrashLock> lock = TrashLock.tryTake(tree);
        while (lock.isEmpty() && System.nanoTime() - begun < PATIENCE.toNanos()) {
            TimeUnit.MILLISECONDS.sleep(STEP_MILLIS);
            lock = TrashLock.tryTake(tree);
        }
        return lock;
    }

    private ReplicaTree base(ReplicaTree tree, Path directory) throws ErrnoException {
        if (base.isPresent()) {
            try {
                return ReplicaTree.open(directory);
            } catch (ErrnoException e) {
                throw new ErrnoException(
                        "open restore.dir (make it, for the applier's user)", directory.toString(), e.errno());
            }
        }
        tree.ensureDirectories(RESTORED);
        return tree.at(RESTORED);
    }

    private Answer<Restored> restore(
            ReplicaTree tree, ReplicaTree into, Path directory, RestoreTarget target, List<RelPath> paths, Instant asOf)
            throws ErrnoException, InterruptedException {
        Stat taken = into.lstat(target.whole());
        if (taken != null && !(taken.isDirectory() && into.list(target.whole()).isEmpty())) {
            return Answer.refused(
                    paths,
                    directory + "/" + target.whole()
                            + " is there already and is no empty directory; choose another --to");
        }
        Deleter own = new Deleter(into, DeletePolicy.ALLOW);
        // Of the same order, before a restart.
        own.delete(target.partial());
        into.ensureDirectories(target.partial());
        Restore restore;
        String end = "";
        try (ReplicaTree partial = into.at(target.partial())) {
            restore = new Restore(tree, partial, new Room(directory), Timeline.nanos(asOf));
            try {
                restore.run(paths);
                Fs.syncfs(partial.root());
            } catch (ErrnoException e) {
                end = String.valueOf(e.getMessage());
            }
        }
        if (restore.entries() == 0) {
            own.delete(target.partial());
        }
        boolean isWhole = end.isEmpty() && restore.failed() == 0;
        if (isWhole && restore.entries() > 0) {
            try (Fd parent = into.openDirectory(target.whole().parent())) {
                Fs.rename(
                        parent, target.partial().name(), parent, target.whole().name());
            }
        }
        RelPath at = isWhole ? target.whole() : target.partial();
        return new Answer<>(
                Restored.newBuilder()
                        .setEntries(restore.entries())
                        .setBytes(restore.bytes())
                        .setAbsent(restore.absent())
                        .setTo(restore.entries() == 0 ? "" : directory + "/" + at)
                        .build(),
                isWhole ? 0 : Math.max(1, restore.failed()),
                words(restore, end, asOf));
    }

    private String words(Restore restore, String end, Instant asOf) {
        StringBuilder words = new StringBuilder(String.format(
                Locale.ROOT, "%,d entries, %s, as of %s", restore.entries(), Units.formatSize(restore.bytes()), asOf));
        if (!end.isEmpty()) {
            words.append("; then it ended: ").append(end);
        }
        if (restore.failed() > 0) {
            words.append(String.format(Locale.ROOT, "; %,d could not be read: ", restore.failed()))
                    .append(String.join("; ", restore.failures()));
        }
        if (!end.isEmpty() || restore.failed() > 0) {
            words.append("; the copy is not whole: take from it what it has, or delete it and give the order again");
        }
        if (restore.absent() > 0) {
            words.append(
                    String.format(Locale.ROOT, "; %,d paths had nothing then, as far as is known", restore.absent()));
        }
        if (restore.withoutContent() > 0) {
            words.append(String.format(Locale.ROOT, "; without %,d devices and sockets", restore.withoutContent()));
        }
        if (restore.withoutAttributes() > 0) {
            words.append(String.format(
                    Locale.ROOT,
                    "; the extended attributes or ACLs of %,d files cannot be set there",
                    restore.withoutAttributes()));
        }
        keep.map(Trash.Keep::age)
                .filter(age -> asOf.isBefore(Instant.now().minus(age)))
                .ifPresent(age -> words.append("; the trash keeps ")
                        .append(Units.format(age))
                        .append(", which is less: what was lost or overwritten before that is missing"));
        return words.toString();
    }
}
