package io.weir.agent.scan;

import io.weir.posix.DirEntry;
import io.weir.posix.Errno;
import io.weir.posix.ErrnoException;
import io.weir.posix.Fd;
import io.weir.posix.Fs;
import io.weir.posix.Stat;
import io.weir.schemas.PathRules;
import io.weir.schemas.RelPath;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lists the directories of a source by several threads, never through a symlink or into a mount. For one walk. */
final class TreeWalk {
    private static final Logger log = LoggerFactory.getLogger(TreeWalk.class);

    /** What is done with each directory; called by all threads of the walk. */
    interface Visitor {
        /**
         * Asked before a directory is listed.
         *
         * @return what is known of it; null when it is not to be looked into
         */
        @Nullable
        Known enter(RelPath directory) throws IOException;

        /**
         * Takes a listing.
         *
         * @return names of the directories to go on with, with what they are
         */
        Map<RelPath, Entry> visit(RelPath directory, Known known, Map<RelPath, Comparison.Seen> listing)
                throws IOException;
    }

    private record Task(RelPath directory, @Nullable Entry expected) {}

    private final Fd root;
    private final Stat rootStat;
    private final PathRules excludes;
    private final Throttle throttle;
    private final Visitor visitor;
    private final BooleanSupplier stopped;
    private final AtomicLong entries;

    private final Deque<Task> tasks = new ArrayDeque<>(); // guarded by this
    private int active; // guarded by this
    private @Nullable Exception failure; // guarded by this

    /**
     * A walk from an open root.
     *
     * @param entries counts what is looked at
     */
    TreeWalk(
            Fd root,
            PathRules excludes,
            Throttle throttle,
            Visitor visitor,
            BooleanSupplier stopped,
            AtomicLong entries)
            throws IOException {
        this.root = root;
        this.rootStat = Fs.fstat(root);
        this.excludes = excludes;
        this.throttle = throttle;
        this.visitor = visitor;
        this.stopped = stopped;
        this.entries = entries;
    }

    /**
     * Walks everything.
     *
     * @param tick called twice a second meanwhile, in the calling thread
     * @return false when it was stopped
     * @throws IOException when a thread failed
     */
    boolean run(String name, int threads, Runnable tick) throws IOException, InterruptedException {
        tasks.push(new Task(RelPath.ROOT, null));
        List<Thread> walkers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            Thread walker = new Thread(this::work, name + "-" + i);
            walker.setDaemon(true);
            walkers.add(walker);
            walker.start();
        }
        try {
            for (Thread walker : walkers) {
                while (walker.isAlive()) {
                    walker.join(500);
                    tick.run();
                }
            }
        } catch (InterruptedException e) {
            fail(e);
            throw e;
        }
        synchronized (this) {
            if (failure != null) {
                throw new IOException("scan the source: " + failure.getMessage(), failure);
            }
        }
        return !stopped.getAsBoolean();
    }

    private void work() {
        try {
            for (Task task = next(); task != null; task = next()) {
                List<Task> found = look(task);
                synchronized (this) {
                    found.forEach(tasks::push);
                    active--;
                    notifyAll();
                }
            }
        } catch (IOException | RuntimeException e) {
            fail(e);
        } catch (InterruptedException e) {
            fail(e);
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void fail(Exception e) {
        if (failure == null) {
            failure = e;
        }
        notifyAll();
    }

    private synchronized @Nullable Task next() throws InterruptedException {
        while (failure == null && !stopped.getAsBoolean()) {
            Task task = tasks.poll();
            if (task != null) {
                active++;
                return task;
            }
            if (active == 0) {
                return null;
            }
            TimeUnit.MILLISECONDS.timedWait(this, 100);
        }
        return null;
    }

    private List<Task> look(Task task) throws IOException {
        RelPath path = task.directory();
        try (Fd directory = Fs.openBeneath(root, path.components())) {
            Entry expected = task.expected();
            if (expected != null && !Entry.of(Fs.fstat(directory)).isSame(expected)) {
                // It was replaced or moved just now, and events tell.
                return List.of();
            }
            Known known = visitor.enter(path);
            if (known == null) {
                return List.of();
            }
            Map<RelPath, Comparison.Seen> listing = list(path, directory);
            List<Task> below = new ArrayList<>();
            visitor.visit(path, known, listing)
                    .forEach((name, entry) -> below.add(new Task(path.child(name.bytes()), entry)));
            return below;
        } catch (ErrnoException e) {
            return passOver(path, e);
        }
    }

    private Map<RelPath, Comparison.Seen> list(RelPath path, Fd directory) throws IOException {
        List<DirEntry> names = Fs.list(directory);
        throttle.spend(names.size() + 1L, stopped);
        Map<RelPath, Comparison.Seen> listing = new HashMap<>(names.size() * 2);
        for (DirEntry name : names) {
            RelPath child = path.child(name.name());
            if (isKept(child)) {
                Stat stat = Fs.lstat(directory, name.name());
                if (stat != null) {
                    listing.put(RelPath.of(name.name()), seen(stat));
                }
            }
        }
        entries.addAndGet(listing.size());
        return listing;
    }

    /** Whether a path is replicated at all. */
    boolean isKept(RelPath path) {
        return !path.isOwn() && !path.isTooLong() && !excludes.matches(path);
    }

    private Comparison.Seen seen(Stat stat) {
        Entry entry = Entry.of(stat);
        boolean mount = stat.dev() != rootStat.dev() || stat.mountId() != rootStat.mountId();
        return new Comparison.Seen(mount ? entry.asMount() : entry, stat.ctimeNanos(), stat.links());
    }

    private static List<Task> passOver(RelPath path, ErrnoException e) throws ErrnoException {
        switch (e.errno()) {
            case Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP, Errno.ESTALE -> log.debug("gone meanwhile: path={}", path);
            case Errno.EACCES, Errno.EPERM ->
                log.warn(
                        "a directory cannot be read and was not scanned; let the agent read it: path={} cause={}",
                        path,
                        e.getMessage());
            default -> throw e;
        }
        return List.of();
    }
}
