package io.weir.agent.watch;

import io.weir.agent.watch.Departures.Departure;
import io.weir.agent.watch.DirectoryWatcher.Arrival;
import io.weir.agent.watch.WatchTree.Node;
import io.weir.posix.InotifyMask;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.Origin;
import io.weir.schemas.RelPath;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns raw events into captured paths and keeps the watch tree in step. Confined to the tree thread.
 *
 * <p>Every path that differs between two quiet moments is captured by itself or lies below a directory that is captured
 * recursively. What cannot be told exactly is told by a wider capture, never left out. A directory that is gone is told
 * recursively too: when the name is a directory again by the time it is looked at, what replicas have below is of before.
 */
final class EventTranslator {
    private static final Logger log = LoggerFactory.getLogger(EventTranslator.class);

    private final WatchTree tree;
    private final DirectoryWatcher watcher;
    private final LinkIndex links;
    private final CaptureSink sink;
    private final WatchSettings settings;
    private final Runnable overflowed;
    private final ReachedMarkers reached;
    private final Departures departures = new Departures();

    private volatile long settled;
    private long position;
    private long atMicros;
    private boolean repairDue;

    EventTranslator(
            WatchTree tree,
            DirectoryWatcher watcher,
            LinkIndex links,
            CaptureSink sink,
            Markers markers,
            WatchSettings settings,
            Runnable overflowed) {
        this.tree = tree;
        this.watcher = watcher;
        this.links = links;
        this.sink = sink;
        this.reached = new ReachedMarkers(markers, settings.pairWaitMillis());
        this.settings = settings;
        this.overflowed = overflowed;
    }

    /** The watch of the root has ended; nothing is to be expected any more. */
    static final class RootEndedException extends IOException {
        private static final long serialVersionUID = 1;

        RootEndedException(String what) {
            super(what);
        }
    }

    /** How many events were taken. */
    long position() {
        return position;
    }

    /** How many events were taken when nothing of them was pending any more; may be read by any thread. */
    long settled() {
        return settled;
    }

    /** When the events that follow were read. */
    void readAt(long micros) {
        atMicros = micros;
    }

    /**
     * Takes one event, in the order of the queue.
     *
     * @throws RootEndedException when the root was unmounted, moved or deleted
     * @throws IOException when watches, descriptors or memory have run out
     */
    void event(int wd, int mask, int cookie, byte[] name) throws IOException {
        position++;
        if (has(mask, InotifyMask.Q_OVERFLOW)) {
            overflow();
            return;
        }
        Node node = tree.byWd(wd);
        if (node == null) {
            if (has(mask, InotifyMask.IGNORED)) {
                expire(reached.read(wd, position));
            }
            return;
        }
        if (has(mask, InotifyMask.UNMOUNT)) {
            throw new RootEndedException("the file system was unmounted");
        }
        if (node == tree.root()) {
            rootEvent(mask, name);
        } else if (has(mask, InotifyMask.IGNORED)) {
            watcher.ended(node);
        }
        if (name.length > 0) {
            RelPath path = tree.path(node, name);
            if (path == null) {
                looseEvent(node, mask, name);
            } else if (watcher.excluded(path)) {
                excludedEvent(mask, cookie, path);
            } else {
                entryEvent(node, mask, cookie, name, path);
            }
        }
    }

    /** All events read so far were handled, and the kernel's queue was empty after them for the pair wait. */
    void drained() throws IOException {
        expire(position);
        repair();
        complete();
        watcher.dropLoose();
        tellTooLong();
        tellReached();
        settled = position;
    }

    /** A run of events ends here. {@code behind}: more of them wait already. */
    void endOfRun(boolean behind) throws IOException {
        expire(position - settings.pairDistance());
        if (!behind) {
            repair();
        }
        tellTooLong();
        tellReached();
    }

    private void complete() throws IOException {
        for (RelPath path : watcher.completed()) {
            links.disturbed();
            emit(ChangeKind.CREATED, path, null, true, Origin.SCAN, null);
        }
    }

    /** Not while something of before is unsettled: a half of a rename, directories to be listed again, an overflow. */
    private void tellReached() throws IOException {
        while (!reached.isEmpty() && !repairDue) {
            if (!watcher.isComplete()) {
                complete();
            }
            if (!departures.isSettled(reached.position())) {
                reached.prove();
                return;
            }
            if (!watcher.isComplete()) {
                return;
            }
            sink.reached(reached.remove(), atMicros);
        }
    }

    private void rootEvent(int mask, byte[] name) throws RootEndedException {
        if (has(mask, InotifyMask.MOVE_SELF)) {
            throw new RootEndedException("the directory was moved");
        }
        if (has(mask, InotifyMask.DELETE_SELF)) {
            throw new RootEndedException("the directory was deleted");
        }
        if (has(mask, InotifyMask.IGNORED)) {
            throw new RootEndedException("the kernel has ended the watch");
        }
        if (name.length == 0 && has(mask, InotifyMask.ATTRIB)) {
            emit(ChangeKind.ATTRIBUTES, RelPath.ROOT, false);
        }
    }

    private void entryEvent(Node parent, int mask, int cookie, byte[] name, RelPath path) throws IOException {
        boolean directory = has(mask, InotifyMask.ISDIR);
        if (has(mask, InotifyMask.MOVED_FROM)) {
            left(parent, name, path, cookie, directory);
        } else if (has(mask, InotifyMask.MOVED_TO)) {
            tellReplaced(path, cookie);
            arrived(parent, name, path, cookie, directory);
        } else if (has(mask, InotifyMask.CREATE)) {
            tellReplaced(path, 0);
            if (directory) {
                directoryFound(parent, name, path, ChangeKind.CREATED);
            } else {
                links.came(path);
                emit(ChangeKind.CREATED, path, false);
            }
        } else if (has(mask, InotifyMask.DELETE)) {
            links.forget(path);
            emit(ChangeKind.DELETED, path, directory);
        } else if (has(mask, InotifyMask.CLOSE_WRITE)) {
            written(ChangeKind.CLOSED, path);
        } else if (has(mask, InotifyMask.MODIFY)) {
            written(ChangeKind.MODIFIED, path);
        } else if (has(mask, InotifyMask.ATTRIB)) {
            attributes(parent, name, path, directory);
        }
    }

    private void written(ChangeKind kind, RelPath path) {
        emit(kind, path, false);
        otherNames(path);
    }

    /** By the time the path is observed it may be gone, and what is known of it with it. */
    private void otherNames(RelPath path) {
        for (RelPath other : links.touched(path)) {
            emit(ChangeKind.LINKED, other, false);
        }
    }

    private void attributes(Node parent, byte[] name, RelPath path, boolean directory) throws IOException {
        if (directory && tree.child(parent, name) == null) {
            // It could not be read before; perhaps it can now.
            Arrival arrival = watcher.arrive(parent, name);
            emit(ChangeKind.ATTRIBUTES, path, arrival != Arrival.GONE && arrival != Arrival.UNWATCHED);
        } else {
            emit(ChangeKind.ATTRIBUTES, path, false);
            if (!directory) {
                otherNames(path);
            }
        }
    }

    private void left(Node parent, byte[] name, RelPath path, int cookie, boolean directory) {
        Node node = directory ? tree.child(parent, name) : null;
        if (node != null) {
            watcher.loosen(node);
        }
        departures.left(cookie, new Departure(parent, path, directory, node, position, atMicros));
    }

    private void arrived(Node parent, byte[] name, RelPath path, int cookie, boolean directory) throws IOException {
        Departure departure = departures.arrived(cookie);
        if (departure == null) {
            if (directory) {
                directoryFound(parent, name, path, ChangeKind.CREATED);
            } else {
                links.came(path);
                emit(ChangeKind.MOVED, path, false);
            }
            return;
        }
        links.renamed(departure.path(), path);
        if (directory) {
            links.disturbed();
            followRename(departure, parent, name);
        }
        emit(ChangeKind.MOVED, path, departure.path(), directory, Origin.EVENT, null);
        emit(ChangeKind.DELETED, departure.path(), directory);
    }

    private void followRename(Departure departure, Node parent, byte[] name) throws IOException {
        Node node = departure.node();
        if (node == null) {
            watcher.arrive(parent, name);
            return;
        }
        watcher.place(node, parent, name);
        // Asks the disk: normally it says the same, and the rename has cost one system call or three.
        Arrival arrival = watcher.arrive(parent, name);
        if (tree.child(parent, name) != node) {
            reassert(departure);
        } else if (arrival == Arrival.KNOWN && watcher.hasExcludes()) {
            // A rule may name a path: what is excluded below another name differs.
            watcher.walk(node);
        }
    }

    /**
     * The directory that was taken for the one that left is somewhere else: perhaps where it was, as after an exchange. One that
     * is watched only now is told as a whole, for the event that told of it by itself will find it known.
     */
    private void reassert(Departure departure) throws IOException {
        if (tree.path(departure.parent()) == null) {
            return;
        }
        byte[] name = departure.path().name();
        Arrival arrival = watcher.arrive(departure.parent(), name);
        RelPath path = tree.path(departure.parent(), name);
        if ((arrival == Arrival.MOVED || arrival == Arrival.NEW) && path != null) {
            emit(ChangeKind.CREATED, path, null, true, Origin.SCAN, null);
        }
    }

    private void directoryFound(Node parent, byte[] name, RelPath path, ChangeKind kind) throws IOException {
        Arrival arrival = watcher.arrive(parent, name);
        // Also one that is empty: a replica may have listed it before it was watched, and what was in it then is gone.
        boolean recursive = arrival != Arrival.GONE && arrival != Arrival.KNOWN;
        if (recursive) {
            links.disturbed();
        }
        if (arrival != Arrival.KNOWN) {
            links.directoryCame(path);
        }
        emit(kind, path, recursive);
    }

    /** An event below a directory that has left its place: it is asked for again once that is seen at another one. */
    private void looseEvent(Node node, int mask, byte[] name) {
        if (!has(mask, InotifyMask.ISDIR)) {
            return;
        }
        if (has(mask, InotifyMask.MOVED_FROM)) {
            Node child = tree.child(node, name);
            if (child != null) {
                watcher.loosen(child);
            }
        } else if (has(mask, InotifyMask.CREATE) || has(mask, InotifyMask.MOVED_TO)) {
            watcher.incomplete(node);
        }
    }

    /**
     * A kept name that becomes an excluded one is gone. Weir's own directory is touched to hear whether events arrive, as only its
     * owner may touch the root, and stands for that. Every other event of an excluded name is nobody's business.
     */
    private void excludedEvent(int mask, int cookie, RelPath path) throws IOException {
        if (path.isOwn() && has(mask, InotifyMask.ATTRIB)) {
            emit(ChangeKind.ATTRIBUTES, RelPath.ROOT, false);
        } else if (has(mask, InotifyMask.MOVED_TO)) {
            Departure departure = departures.arrived(cookie);
            if (departure != null) {
                log.debug("A kept name became an excluded one path={} from={}", path, departure.path());
                gone(departure, false);
            }
        }
    }

    private void tellReplaced(RelPath path, int cookie) throws IOException {
        if (!departures.isEmpty()) {
            Departure departure = departures.replaced(path, cookie);
            if (departure != null) {
                gone(departure, false);
            }
        }
    }

    private void expire(long upTo) throws IOException {
        if (!departures.isEmpty()) {
            for (Departure departure : departures.expired(upTo)) {
                gone(departure, true);
            }
        }
    }

    /** A name left and came back nowhere in the tree. */
    private void gone(Departure departure, boolean drop) throws IOException {
        links.forget(departure.path());
        long now = atMicros;
        atMicros = departure.atMicros();
        emit(ChangeKind.DELETED, departure.path(), departure.directory());
        atMicros = now;
        Node node = departure.node();
        if (node != null && drop && tree.byWd(node.wd()) == node && node.parent() == null) {
            reassert(departure);
            if (node.parent() == null) {
                watcher.drop(node);
            }
        }
    }

    private void overflow() throws IOException {
        overflowed.run();
        log.warn("The kernel's event queue was full, so the whole source is looked at again; "
                + "a higher fs.inotify.max_queued_events makes this rarer");
        emit(ChangeKind.GAP, RelPath.ROOT, null, false, Origin.EVENT, "the kernel's event queue overflowed");
        expire(position);
        reached.lost(position);
        repairDue = true;
    }

    private void repair() throws IOException {
        if (!repairDue) {
            return;
        }
        repairDue = false;
        watcher.walk(tree.root());
        links.disturbed();
        emit(ChangeKind.RESCAN, RelPath.ROOT, null, true, Origin.SCAN, "the kernel's event queue overflowed");
    }

    private void tellTooLong() {
        for (RelPath path : watcher.takeTooLong()) {
            emit(
                    ChangeKind.CREATED,
                    path,
                    null,
                    false,
                    Origin.SCAN,
                    "path longer than " + RelPath.MAX_LENGTH + " bytes");
        }
    }

    private void emit(ChangeKind kind, RelPath path, boolean recursive) {
        emit(kind, path, null, recursive, Origin.EVENT, null);
    }

    private void emit(
            ChangeKind kind,
            RelPath path,
            @Nullable RelPath movedFrom,
            boolean recursive,
            Origin origin,
            @Nullable String reason) {
        sink.captured(new Captured(kind, path, movedFrom, recursive, origin, atMicros, reason));
    }

    private static boolean has(int mask, int bit) {
        return (mask & bit) != 0;
    }
}
