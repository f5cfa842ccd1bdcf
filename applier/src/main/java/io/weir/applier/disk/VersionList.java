package io.weir.applier.disk;

import io.weir.applier.disk.PastTree.Node;
import io.weir.applier.disk.Timeline.Piece;
import io.weir.applier.disk.Timeline.Version;
import io.weir.posix.ErrnoException;
import io.weir.schemas.RelPath;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * The versions of some paths, of which the newest are kept: all of each path itself, and those below it of what is not as it was. A
 * directory that was deleted as a whole is one version; what is in it is told when it is asked for itself. Confined to one thread.
 */
final class VersionList {
    /** Paths are up to 4 KiB, and a record has its limit. */
    private static final int MAX_BYTES = 200_000;

    private static final Comparator<Found> OLDEST_FIRST = Comparator.comparingLong(Found::movedNanos)
            .thenComparing(Found::path, Comparator.reverseOrder())
            .thenComparingLong(found -> found.version().untilNanos());

    private final PastTree past;
    private final int most;
    private final PriorityQueue<Found> newest = new PriorityQueue<>(OLDEST_FIRST);
    private long count;
    private long bytes;

    /** A version of a path. */
    record Found(RelPath path, Version version) {
        /** When something happened to it: it went, or it came. */
        long movedNanos() {
            return version.untilNanos() == Timeline.STILL ? version.sinceNanos() : version.untilNanos();
        }
    }

    /** With at most so many versions. */
    VersionList(PastTree past, int most) {
        this.past = past;
        this.most = most;
    }

    /** Adds those of some paths and of all below them. */
    void add(Collection<RelPath> paths) throws ErrnoException, InterruptedException {
        for (RelPath path : paths) {
            Node node = past.look(path);
            if (!path.isRoot()) {
                keep(node);
            }
            below(node.directories());
        }
    }

    private void below(Node directory) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("listing versions was interrupted");
        }
        for (Node child : past.children(directory)) {
            if (isAnyThrown(child)) {
                keep(child);
                Node ways = new Node(
                        child.path(),
                        child.pieces().stream().filter(VersionList::leadsOn).toList());
                // What only is there now has no other version below.
                if (isAnyThrown(ways)) {
                    below(ways);
                }
            }
        }
    }

    private static boolean leadsOn(Piece piece) {
        return piece.stat().isDirectory() && (piece.thrown() == null || piece.isWayOnly());
    }

    private static boolean isAnyThrown(Node node) {
        return node.pieces().stream().anyMatch(piece -> piece.thrown() != null);
    }

    private void keep(Node node) {
        List<Version> versions = node.versions();
        // A directory that was only gone through.
        boolean isAsItWas = versions.size() == 1
                && versions.get(0).piece().thrown() == null
                && versions.get(0).stat().isDirectory()
                && isAnyThrown(node);
        if (isAsItWas) {
            return;
        }
        for (Version version : versions) {
            count++;
            bytes += node.path().length();
            newest.add(new Found(node.path(), version));
            while (newest.size() > most || bytes > MAX_BYTES) {
                bytes -= newest.remove().path().length();
            }
        }
    }

    /** How many there are. */
    long count() {
        return count;
    }

    /** The newest of them, newest first. */
    List<Found> newest() {
        List<Found> all = new ArrayList<>(newest);
        all.sort(OLDEST_FIRST.reversed());
        return all;
    }
}
