package io.weir.agent.watch;

import io.weir.agent.watch.WatchTree.Node;
import io.weir.posix.DirEntry;
import io.weir.posix.ErrnoException;
import io.weir.posix.Fd;
import io.weir.posix.Fs;
import io.weir.posix.Kind;
import io.weir.posix.Stat;
import io.weir.schemas.PathRules;
import io.weir.schemas.RelPath;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the watch tree in line with the directories that are there: watch first, then list, so that nothing made in
 * between is missed. What is on disk now is ahead of the events that are still queued; whatever contradicts them is settled
 * by those events, each of which asks the disk again. Confined to the tree thread (to the starting thread before that).
 */
final class DirectoryWatcher {
    private static final Logger log = LoggerFactory.getLogger(DirectoryWatcher.class);

    /** Directories held open above the one that is listed; deeper ones are opened anew from the root. */
    private static final int OPEN_DEPTH = 24;

    /** What became of a directory that was looked at. */
    enum Arrival {
        /** Not there any more, or no directory. */
        GONE,
        /** There, and not watched: unreadable, another file system, its path too long, or its parent was not where it was thought to be. */
        UNWATCHED,
        /** Watched, and at its place, already. */
        KNOWN,
        /** Watched from now on: what was in it before may have come and gone without an event. */
        NEW,
        /** Watched before, at another place or loose: what happened below it may have been missed. */
        MOVED
    }

    /** A directory too deep to be listed with all those above it held open. */
    private record Deep(Node node, boolean again) {}

    private final RootDirectory root;
    private final WatchTree tree;
    private final Watches watches;
    private final PathRules excludes;
    private final Consumer<RelPath> unreadable;

    /** Nodes that left their place and were not seen at another one yet. */
    private final Set<Node> loose = new LinkedHashSet<>();
    /** Directories in which something could not be watched because they were not where they were thought to be. */
    private final Set<Node> incomplete = new LinkedHashSet<>();

    private final Deque<Deep> deep = new ArrayDeque<>();
    private final List<RelPath> tooLong = new ArrayList<>();

    DirectoryWatcher(
            RootDirectory root, WatchTree tree, Watches watches, PathRules excludes, Consumer<RelPath> unreadable) {
        this.root = root;
        this.tree = tree;
        this.watches = watches;
        this.excludes = excludes;
        this.unreadable = unreadable;
    }

    /** Watches everything below the root, for the first time. */
    void walkFirst() throws IOException {
        list(tree.root(), root.fd(), false, 0);
        walkDeep();
    }

    /** How many directories are watched. */
    int watched() {
        return tree.size();
    }

    /** Looks at an entry that may be a directory, and watches it and everything below it when it is. */
    Arrival arrive(Node parent, byte[] name) throws IOException {
        try (Fd directory = openVerified(parent)) {
            if (directory == null) {
                return Arrival.UNWATCHED;
            }
            Arrival arrival = watch(parent, directory, name, false, 0);
            walkDeep();
            return arrival;
        }
    }

    /** Walks everything below a directory that is watched, also where it is known; what is not there becomes loose. */
    void walk(Node top) throws IOException {
        try (Fd directory = openVerified(top)) {
            if (directory != null) {
                list(top, directory, true, 0);
            }
        }
        walkDeep();
    }

    /**
     * Lists again the directories that were not where they were thought to be; for when all events were read.
     *
     * @return directories below them that are watched only now
     */
    List<RelPath> completed() throws IOException {
        List<RelPath> found = new ArrayList<>();
        for (Node node : List.copyOf(incomplete)) {
            incomplete.remove(node);
            if (tree.byWd(node.wd()) != node || tree.isLoose(node)) {
                continue;
            }
            try (Fd directory = openVerified(node)) {
                if (directory != null) {
                    complete(node, directory, found);
                }
            }
        }
        walkDeep();
        return found;
    }

    private void complete(Node node, Fd directory, List<RelPath> found) throws IOException {
        for (DirEntry entry : entries(directory)) {
            RelPath path = tree.path(node, entry.name());
            if (path == null || excluded(path) || !isDirectory(directory, entry)) {
                continue;
            }
            Arrival arrival = watch(node, directory, entry.name(), false, 0);
            if (arrival == Arrival.NEW || arrival == Arrival.MOVED) {
                found.add(path);
            }
        }
    }

    /** Follows a rename in the tree alone, for a directory that has moved on by now: the next events find it there. */
    void place(Node node, Node parent, byte[] name) {
        if (tree.isAtOrBelow(parent, node)) {
            incomplete.add(parent);
            loosen(node);
            return;
        }
        loose.remove(node);
        Node displaced = tree.place(node, parent, name);
        if (displaced != null) {
            loose.add(displaced);
        }
    }

    /** Takes a directory out of its place until it is seen at another one. */
    void loosen(Node node) {
        tree.loosen(node);
        loose.add(node);
    }

    /** Something below a directory could not be followed; it is listed again when all events were read. */
    void incomplete(Node node) {
        incomplete.add(node);
    }

    /** Whether every directory that is watched was where it was thought to be. */
    boolean isComplete() {
        return incomplete.isEmpty();
    }

    /** The kernel has ended the watch of a directory. */
    void ended(Node node) {
        incomplete.remove(node);
        loose.remove(node);
        loose.addAll(tree.remove(node));
    }

    /** Ends the watches of a directory and of everything below it. */
    void drop(Node top) throws IOException {
        List<Node> nodes = tree.subtree(top);
        for (int i = nodes.size() - 1; i >= 0; i--) {
            Node node = nodes.get(i);
            incomplete.remove(node);
            loose.remove(node);
            tree.remove(node);
            watches.remove(node.wd());
        }
    }

    /** Ends the watches of all directories that were seen nowhere. */
    void dropLoose() throws IOException {
        for (Node node : List.copyOf(loose)) {
            if (tree.byWd(node.wd()) == node && node.parent() == null) {
                drop(node);
            }
        }
        loose.clear();
    }

    /** Directories found since the last call whose paths no system call takes; they are not entered. */
    List<RelPath> takeTooLong() {
        List<RelPath> taken = List.copyOf(tooLong);
        tooLong.clear();
        return taken;
    }

    boolean excluded(RelPath path) {
        return path.isOwn() || excludes.matches(path);
    }

    boolean hasExcludes() {
        return !excludes.isEmpty();
    }

    /** Opens a watched directory by its path, if that leads to the very directory of the watch. */
    private @Nullable Fd openVerified(Node node) throws IOException {
        List<byte[]> components = tree.components(node);
        if (components == null) {
            incomplete.add(node);
            return null;
        }
        Fd directory;
        try {
            directory = root.open(components);
        } catch (ErrnoException e) {
            Errors.rethrowIfFatal(e);
            incomplete.add(node);
            return null;
        }
        boolean verified = false;
        try {
            verified = node == tree.root() || isWatchedAs(directory, node);
        } finally {
            if (!verified) {
                directory.close();
            }
        }
        if (!verified) {
            incomplete.add(node);
            return null;
        }
        return directory;
    }

    private boolean isWatchedAs(Fd directory, Node node) throws IOException {
        int wd;
        try {
            wd = watches.add(directory);
        } catch (ErrnoException e) {
            Errors.rethrowIfFatal(e);
            return false;
        }
        if (wd != node.wd() && tree.byWd(wd) == null) {
            watches.remove(wd);
        }
        return wd == node.wd();
    }

    /** Watches one directory, given its open parent; goes below it when it is new there, or always when {@code again}. */
    private Arrival watch(Node parent, Fd parentFd, byte[] name, boolean again, int depth) throws IOException {
        try (Fd directory = Fs.openDirectoryAt(parentFd, name)) {
            Stat stat = Fs.fstat(directory);
            if (!root.isSameMount(stat)) {
                log.debug("A mount below the source is not entered path={}", tree.path(parent, name));
                return Arrival.UNWATCHED;
            }
            RelPath path = tree.path(parent, name);
            if (path != null && path.isTooLong()) {
                tooLong.add(path);
                return Arrival.UNWATCHED;
            }
            return watched(parent, directory, name, again, depth);
        } catch (ErrnoException e) {
            return failed(parent, name, e);
        }
    }

    private Arrival watched(Node parent, Fd directory, byte[] name, boolean again, int depth) throws IOException {
        int wd = watches.add(directory);
        Node node = tree.byWd(wd);
        Arrival arrival = Arrival.NEW;
        if (node == null) {
            node = tree.add(wd, name);
        } else if (node == tree.child(parent, name)) {
            arrival = Arrival.KNOWN;
        } else if (tree.isAtOrBelow(parent, node)) {
            // By what the events said so far it would lie below itself; the events to come know better.
            incomplete.add(parent);
            return Arrival.UNWATCHED;
        } else {
            arrival = Arrival.MOVED;
        }
        place(node, parent, name);
        if (arrival == Arrival.KNOWN && !again) {
            return arrival;
        }
        boolean below = again || arrival == Arrival.MOVED;
        if (depth >= OPEN_DEPTH) {
            deep.add(new Deep(node, below));
            return arrival;
        }
        list(node, directory, below, depth);
        return arrival;
    }

    /** Lists a directory and watches what is below; {@code again}: it was watched before, so known ones may be gone. */
    private void list(Node node, Fd directory, boolean again, int depth) throws IOException {
        Set<Node> seen = new HashSet<>();
        for (DirEntry entry : entries(directory)) {
            RelPath path = tree.path(node, entry.name());
            if (path == null || excluded(path)) {
                continue;
            }
            if (isDirectory(directory, entry)) {
                watch(node, directory, entry.name(), again, depth + 1);
                Node child = again ? tree.child(node, entry.name()) : null;
                if (child != null) {
                    seen.add(child);
                }
            }
        }
        if (again) {
            tree.children(node).stream().filter(child -> !seen.contains(child)).forEach(this::loosen);
        }
    }

    /** None when the directory was deleted since it was opened. */
    private static List<DirEntry> entries(Fd directory) throws ErrnoException {
        try {
            return Fs.list(directory);
        } catch (ErrnoException e) {
            if (Errors.isGone(e)) {
                return List.of();
            }
            throw e;
        }
    }

    private void walkDeep() throws IOException {
        for (Deep next = deep.poll(); next != null; next = deep.poll()) {
            Node node = next.node();
            if (tree.byWd(node.wd()) != node) {
                continue;
            }
            try (Fd directory = openVerified(node)) {
                if (directory != null) {
                    list(node, directory, next.again(), 0);
                }
            }
        }
    }

    private static boolean isDirectory(Fd directory, DirEntry entry) throws IOException {
        if (entry.type() != Kind.UNKNOWN) {
            return entry.type() == Kind.DIRECTORY;
        }
        Stat stat = Fs.lstat(directory, entry.name());
        return stat != null && stat.isDirectory();
    }

    private Arrival failed(Node parent, byte[] name, ErrnoException e) throws IOException {
        Errors.rethrowIfFatal(e);
        if (Errors.isGone(e)) {
            return Arrival.GONE;
        }
        RelPath path = tree.path(parent, name);
        if (path == null) {
            incomplete.add(parent);
            return Arrival.UNWATCHED;
        }
        log.warn(
                "A directory cannot be read, so changes below it are not seen until it can; grant the agent read permission path={} cause={}",
                path,
                e.getMessage());
        unreadable.accept(path);
        return Arrival.UNWATCHED;
    }
}
