package io.weir.agent.watch;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.weir.posix.Errno;
import io.weir.posix.ErrnoException;
import io.weir.posix.Fd;
import io.weir.posix.Fs;
import io.weir.posix.Inotify;
import io.weir.posix.InotifyMask;
import io.weir.schemas.PathRules;
import io.weir.service.ExitCode;
import io.weir.service.Service;
import io.weir.service.WeirException;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches a source by inotify. {@link #start()} returns when the whole tree is watched; the paths found by that first walk
 * are not captured one by one, so a rescan of the root has to follow it. Two threads: a reader, and the tree thread, which
 * alone calls the sink.
 *
 * <p>When the sink is slow the buffers between the two fill (8 MiB), then the kernel's queue; when that overflows, a gap of
 * the root is captured, the tree is walked again and a rescan of the root is captured.
 */
public final class InotifyCapture implements Service {
    private static final Logger log = LoggerFactory.getLogger(InotifyCapture.class);

    static final int MASK = InotifyMask.CREATE
            | InotifyMask.DELETE
            | InotifyMask.MOVED_FROM
            | InotifyMask.MOVED_TO
            | InotifyMask.MODIFY
            | InotifyMask.CLOSE_WRITE
            | InotifyMask.ATTRIB
            | InotifyMask.ONLYDIR;
    private static final int ROOT_MASK = MASK | InotifyMask.MOVE_SELF | InotifyMask.DELETE_SELF;

    private final SourceRoot root;
    private final PathRules excludes;
    private final LinkIndex links;
    private final CaptureSink sink;
    private final WatchSettings settings;
    private final Counter unreadable;
    private final Counter events;
    private final Counter overflows;
    private final AtomicInteger watched = new AtomicInteger();
    private final MeterRegistry registry;

    private @Nullable Running running; // guarded by this

    /** What exists between start and close. */
    private record Running(
            Inotify inotify,
            Markers markers,
            EventReader reader,
            Thread readerThread,
            @Nullable TreeLoop tree,
            @Nullable Thread treeThread) {}

    /** Wires the watch; nothing is opened before {@link #start()}. */
    public InotifyCapture(
            SourceRoot root, PathRules excludes, LinkIndex links, CaptureSink sink, MeterRegistry metrics) {
        this(root, excludes, links, sink, metrics, WatchSettings.DEFAULTS);
    }

    InotifyCapture(
            SourceRoot root,
            PathRules excludes,
            LinkIndex links,
            CaptureSink sink,
            MeterRegistry metrics,
            WatchSettings settings) {
        this.root = root;
        this.excludes = excludes;
        this.links = links;
        this.sink = sink;
        this.settings = settings;
        events = counter(metrics, "weir.agent.events", "Events read from the kernel");
        overflows = counter(metrics, "weir.agent.overflows", "Overflows of the kernel's event queue");
        unreadable = counter(metrics, "weir.agent.unreadable", "Directories that could not be read to be watched");
        registry = metrics;
    }

    /** The gauge of this capture, in the place of that of an earlier one: a meter of the same name is kept as it was. */
    private void showWatches() {
        Gauge gauge = gauge();
        registry.remove(gauge);
        gauge();
    }

    private Gauge gauge() {
        return Gauge.builder("weir.agent.watches", watched, AtomicInteger::get)
                .description("Directories that are watched")
                .tag("source", root.source())
                .register(registry);
    }

    private Counter counter(MeterRegistry metrics, String name, String description) {
        return Counter.builder(name)
                .description(description)
                .tag("source", root.source())
                .register(metrics);
    }

    @Override
    public String name() {
        return "capture/" + root.source();
    }

    /**
     * Watches the whole tree: about a second for 100,000 directories.
     *
     * @throws WeirException when the root is missing, unreadable, or on a network file system, or when the kernel's limit
     *     of watches or instances is reached
     */
    @Override
    public synchronized void start() {
        showWatches();
        Inotify inotify = open();
        Handover handover = new Handover(settings.buffers(), settings.bufferBytes());
        EventReader reader = new EventReader(inotify, handover, settings.pairWaitMillis());
        Thread readerThread = thread(reader, "reader");
        Markers markers = new Markers(inotify, root);
        running = new Running(inotify, markers, reader, readerThread, null, null);
        readerThread.start();
        long started = System.nanoTime();
        TreeLoop loop = watchAll(inotify, handover, markers);
        Thread treeThread = thread(loop, "tree");
        running = new Running(inotify, markers, reader, readerThread, loop, treeThread);
        treeThread.start();
        log.info(
                "The source is watched source={} directories={} millis={}",
                root,
                watched.get(),
                (System.nanoTime() - started) / 1_000_000);
    }

    private Inotify open() {
        try (Fd directory = root.open()) {
            String network = NetworkFileSystems.name(Fs.fileSystemType(directory));
            if (network != null) {
                throw new WeirException(
                        ExitCode.UNAVAILABLE,
                        "cannot watch source " + root + ": it is on " + network
                                + ", where changes made by other machines are not told to this one. Run the agent on the"
                                + " file server itself.");
            }
        } catch (IOException e) {
            throw new WeirException(
                    ExitCode.UNAVAILABLE,
                    "cannot open source " + root + ": " + e.getMessage()
                            + ". Check that the directory exists, is mounted, and may be read by the agent.",
                    e);
        }
        try {
            return Inotify.open();
        } catch (ErrnoException e) {
            throw WatchLimits.instances(root, e);
        }
    }

    private TreeLoop watchAll(Inotify inotify, Handover handover, Markers markers) {
        Watches watches = new InotifyWatches(inotify);
        WatchTree tree = null;
        try (RootDirectory directory = new RootDirectory(root)) {
            tree = new WatchTree(inotify.addAt(directory.fd(), ROOT_MASK));
            DirectoryWatcher watcher =
                    new DirectoryWatcher(directory, tree, watches, excludes, path -> unreadable.increment());
            watcher.walkFirst();
            watched.set(tree.size());
            EventTranslator translator =
                    new EventTranslator(tree, watcher, links, sink, markers, settings, overflows::increment);
            return new TreeLoop(handover, directory, translator, this::lost, count -> counted(count, watcher));
        } catch (ErrnoException e) {
            throw describe(e, tree == null ? 0 : tree.size());
        } catch (IOException e) {
            throw new WeirException(ExitCode.UNAVAILABLE, "cannot watch source " + root + ": " + e.getMessage(), e);
        }
    }

    /**
     * Has {@link CaptureSink#reached} told once everything that happened up to now was captured. May be called by any thread, and
     * changes nothing in the source; takes one watch for a moment.
     *
     * @throws IOException when the watch does not run, the root cannot be opened, or the kernel has no watch left
     */
    public void mark(String marker) throws IOException {
        Running now;
        synchronized (this) {
            now = running;
        }
        if (now == null || now.tree() == null) {
            throw new IOException("source " + root + " is not watched");
        }
        now.markers().set(marker);
    }

    private WeirException describe(ErrnoException e, int held) {
        if (e.errno() == Errno.ENOSPC) {
            return WatchLimits.watches(root, excludes, held, e);
        }
        return new WeirException(ExitCode.UNAVAILABLE, "cannot watch source " + root + ": " + e.getMessage(), e);
    }

    private void counted(int count, DirectoryWatcher watcher) {
        events.increment(count);
        watched.set(watcher.watched());
    }

    /** The tree thread ends by this: whatever it was, the watch is not whole any more. */
    private void lost(Throwable cause) {
        String reason = cause instanceof ErrnoException e
                ? String.valueOf(describe(e, watched.get()).getMessage())
                : "the watch on source " + root + " has ended: " + cause.getMessage();
        log.error("{}", reason, cause);
        sink.sourceLost(reason);
    }

    /** For tests: how far the tree thread is. */
    synchronized EventTranslator translator() {
        Running now = running;
        TreeLoop tree = now == null ? null : now.tree();
        if (tree == null) {
            throw new IllegalStateException("the watch on source " + root + " does not run");
        }
        return tree.translator();
    }

    private Thread thread(Runnable body, String role) {
        Thread thread = new Thread(body, "weir-capture-" + root.source() + "-" + role);
        thread.setDaemon(true);
        return thread;
    }

    /** Ends both threads and closes the queue; safe to call from any thread but the tree thread. */
    @Override
    public void close() {
        Running was;
        synchronized (this) {
            was = running;
            running = null;
        }
        if (was == null) {
            return;
        }
        was.reader().close();
        was.readerThread().interrupt();
        TreeLoop tree = was.tree();
        Thread treeThread = was.treeThread();
        if (tree != null && treeThread != null) {
            tree.close();
            treeThread.interrupt();
            join(treeThread);
        }
        join(was.readerThread());
        was.inotify().close();
    }

    private static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive() && thread != Thread.currentThread()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
