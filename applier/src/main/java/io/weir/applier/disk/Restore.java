package io.weir.applier.disk;

import io.weir.applier.disk.PastTree.Node;
import io.weir.applier.disk.Timeline.Version;
import io.weir.posix.Errno;
import io.weir.posix.ErrnoException;
import io.weir.posix.Fd;
import io.weir.posix.Stat;
import io.weir.schemas.RelPath;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Copies what a replica had at a time into a directory, at its own paths, while the replica goes on. The trash must be held (see {@link
 * TrashLock}). Used once, by one thread.
 */
final class Restore {
    private static final int ATTEMPTS = 5;
    private static final int NAMED = 5;
    /** What an entry takes beside its content, roughly. */
    private static final long ENTRY = 4096;

    private static final Set<Integer> HOPELESS =
            Set.of(Errno.ENOSPC, Errno.EDQUOT, Errno.EROFS, Errno.ENFILE, Errno.EMFILE, Errno.ENOMEM);

    private final ReplicaTree tree;
    private final ReplicaTree target;
    private final Room room;
    private final Deleter undo;
    private final long asOf;
    private final PastTree past;
    private final Set<TrashName> known;
    private final Moves moves;
    /** Directories that were there and could not be listed any more. */
    private final Set<RelPath> gone = new TreeSet<>();

    private final List<String> failures = new ArrayList<>();
    private long entries;
    private long bytes;
    private long absent;
    private long failed;
    private long withoutContent;
    private long withoutAttributes;

    /**
     * One restore.
     *
     * @param target takes it; empty, and nobody else's
     * @param asOf nanoseconds since the epoch
     */
    Restore(ReplicaTree tree, ReplicaTree target, Room room, long asOf) throws ErrnoException {
        this.tree = tree;
        this.target = target;
        this.room = room;
        this.asOf = asOf;
        this.undo = new Deleter(target, DeletePolicy.ALLOW);
        List<TrashName> names = Trash.names(tree);
        this.known = new HashSet<>(names);
        this.moves = new Moves(tree, names, asOf);
        this.past = new PastTree(tree, names, this::fail);
    }

    /**
     * Copies some paths with everything below them.
     *
     * @throws ErrnoException when it makes no sense to go on, as with a full disk; what was copied until then is counted
     */
    void run(List<RelPath> paths) throws ErrnoException, InterruptedException {
        room.take(0);
        for (RelPath path : paths) {
            long before = entries + failed + withoutContent;
            restore(past.look(path));
            catchUp(path);
            absent += entries + failed + withoutContent == before ? 1 : 0;
        }
        for (RelPath path : paths) {
            dressAbove(path);
        }
    }

    private void restore(Node node) throws ErrnoException, InterruptedException {
        endWhenInterrupted();
        Version version = node.at(asOf).orElse(null);
        if (version != null && !version.stat().isDirectory()) {
            copy(node.path(), version);
            return;
        }
        if (version != null) {
            make(node.path());
        }
        for (Node child : past.children(node, gone::add)) {
            restore(child);
        }
        if (version != null) {
            dress(node.path(), version.stat());
        }
    }

    /**
     * What went into new directories of the trash before its own directory was looked at was not seen. It lies in those, and nothing
     * has been copied in its place.
     */
    private void catchUp(RelPath path) throws ErrnoException, InterruptedException {
        List<TrashName> since =
                Trash.names(tree).stream().filter(each -> !known.contains(each)).toList();
        PastTree missed = PastTree.only(tree, since, this::fail);
        catchUp(missed, missed.look(path));
        gone.forEach(each -> fail(each, "it was renamed or went while it was read; give the order again"));
        gone.clear();
    }

    private void catchUp(PastTree missed, Node node) throws ErrnoException, InterruptedException {
        Version version = node.at(asOf).orElse(null);
        Stat there = target.lstat(node.path());
        if (version != null && !version.stat().isDirectory()) {
            if (there == null) {
                copy(node.path(), version);
            }
            return;
        }
        if (node.pieces().stream().anyMatch(piece -> piece.stat().isDirectory() && !piece.isWayOnly())) {
            gone.remove(node.path());
        }
        if (version != null && there == null) {
            make(node.path());
        }
        for (Node child : missed.children(node)) {
            catchUp(missed, child);
        }
        Stat like = version == null ? there : version.stat();
        if (like != null && like.isDirectory()) {
            dress(node.path(), like);
        }
    }

    private void copy(RelPath path, Version first) throws ErrnoException, InterruptedException {
        endWhenInterrupted();
        Version version = first;
        try {
            for (int attempt = 1; attempt <= ATTEMPTS && version != null; attempt++) {
                switch (copyOnce(path, version)) {
                    case PLAIN, DONE -> {
                        entries++;
                        room.take(ENTRY);
                        return;
                    }
                    case NO_CONTENT -> {
                        withoutContent++;
                        return;
                    }
                    case CHANGED -> version = moves.find(path, version).orElse(null);
                }
            }
            undo.delete(path);
            fail(path, "it changed, or went from the trash, while it was read");
        } catch (ErrnoException e) {
            undo.delete(path);
            if (HOPELESS.contains(e.errno())) {
                throw e;
            }
            fail(path, e);
        }
    }

    private EntryCopy.Outcome copyOnce(RelPath path, Version version) throws ErrnoException, InterruptedException {
        RelPath place = PastTree.place(version.piece().thrown(), path);
        Fd from;
        try {
            from = tree.openDirectory(place.parent());
        } catch (ErrnoException e) {
            if (e.isAbsent()) {
                return EntryCopy.Outcome.CHANGED;
            }
            throw e;
        }
        long before = bytes;
        try (from;
                Fd into = parent(path)) {
            EntryCopy.Outcome outcome = EntryCopy.copy(from, path.name(), version.stat(), into, this::copied);
            boolean isPlain = outcome == EntryCopy.Outcome.PLAIN;
            bytes = isPlain || outcome == EntryCopy.Outcome.DONE ? before + size(version.stat()) : before;
            withoutAttributes += isPlain ? 1 : 0;
            return outcome;
        }
    }

    private static long size(Stat stat) {
        return stat.isFile() ? stat.size() : 0;
    }

    private void copied(long part) throws ErrnoException, InterruptedException {
        room.take(part);
        endWhenInterrupted();
    }

    private static void endWhenInterrupted() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("a restore was interrupted");
        }
    }

    /** The directory that takes a path; one that had no version of its own is made. */
    private Fd parent(RelPath path) throws ErrnoException {
        try {
            return target.openDirectory(path.parent());
        } catch (ErrnoException e) {
            if (!e.isAbsent()) {
                throw e;
            }
        }
        target.ensureDirectories(path.parent());
        return target.openDirectory(path.parent());
    }

    private void make(RelPath directory) throws ErrnoException {
        if (!directory.isRoot()) {
            target.ensureDirectories(directory);
            entries++;
            room.take(ENTRY);
        }
    }

    /** The top one stays this process's alone. */
    private void dress(RelPath directory, Stat like) throws ErrnoException {
        if (!directory.isRoot()) {
            try (Fd parent = target.openDirectory(directory.parent())) {
                EntryCopy.dress(parent, directory.name(), like);
            }
        }
    }

    /** Directories above a path were made for it. */
    private void dressAbove(RelPath path) throws ErrnoException {
        List<RelPath> above = new ArrayList<>(path.ancestors());
        for (int i = above.size() - 1; i >= 0; i--) {
            RelPath directory = above.get(i);
            Version version = past.look(directory).at(asOf).orElse(null);
            if (version != null && version.stat().isDirectory() && target.lstat(directory) != null) {
                dress(directory, version.stat());
            }
        }
    }

    private void fail(RelPath path, ErrnoException cause) {
        fail(path, String.valueOf(cause.getMessage()));
    }

    private void fail(RelPath path, String why) {
        failed++;
        if (failures.size() < NAMED) {
            failures.add(path + ": " + why);
        }
    }

    /** Entries copied, directories with a version of their own among them. */
    long entries() {
        return entries;
    }

    /** Bytes of the files among them. */
    long bytes() {
        return bytes;
    }

    /** Paths of the order of which nothing was there then. */
    long absent() {
        return absent;
    }

    /** Entries that could not be read. */
    long failed() {
        return failed;
    }

    /** Devices and sockets. */
    long withoutContent() {
        return withoutContent;
    }

    /** Files whose extended attributes or ACLs were refused where they are copied to. */
    long withoutAttributes() {
        return withoutAttributes;
    }

    /** The first of those that could not be read, with why. */
    List<String> failures() {
        return failures;
    }
}
