package io.weir.applier.reconcile;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.weir.applier.disk.DeleteBreaker;
import io.weir.applier.disk.Deleter;
import io.weir.applier.disk.LocalRename;
import io.weir.applier.disk.ReplicaTree;
import io.weir.applier.disk.TempArea;
import io.weir.applier.disk.Trash;
import io.weir.applier.rsync.Confinement;
import io.weir.applier.rsync.RsyncCommand;
import io.weir.applier.rsync.RsyncOptions;
import io.weir.applier.rsync.RsyncProcess;
import io.weir.posix.Capability;
import io.weir.posix.ErrnoException;
import io.weir.schemas.RelPath;
import io.weir.schemas.VerifyOrder;
import io.weir.service.ExitCode;
import io.weir.service.RsyncProgram;
import io.weir.service.WeirException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@link Reconciler} that pulls with rsync. Thread-safe. One exists per replica root at a time: the caller holds the replica's lock.
 */
public final class RsyncReconciler implements Reconciler, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RsyncReconciler.class);
    /** Lists without {@code --trust-sender} take quadratic time. */
    private static final int SMALL_LIST = 900;
    /** Hard links are kept only within one list, so lists are long; this bounds what rsync and we hold in memory. */
    private static final int LARGE_LIST = 50_000;

    private static final int PRUNE_MINUTES = 10;

    private final ReplicaTree tree;
    private final TempArea temp;
    private final RsyncProcess process;
    private final Confinement confinement;
    private final RsyncCommand command;
    private final RsyncCommand baselineCommand;
    private final SourceCalls.Tools tools;
    private final Site site;
    private final int limit;
    private final @Nullable Trash trash;
    private final @Nullable ScheduledExecutorService pruning;
    private final Overlaps overlaps = new Overlaps();
    private final MeterRegistry metrics;
    private final String[] tags;

    /**
     * Opens the replica's root, ends rsync calls that outlived an earlier run and removes their temporary files.
     *
     * @param settings what to reconcile, and how
     * @param there throws a {@link WeirException} while the replica's directory is not the one that was opened; asked before every pull
     * @param metrics takes {@code weir.applier.*}
     * @throws WeirException when there is no usable rsync, or the root cannot be used
     */
    public RsyncReconciler(ReconcilerSettings settings, Runnable there, MeterRegistry metrics) {
        this(settings, there, metrics, LARGE_LIST);
    }

    /** The same with lists of at most so many paths. */
    RsyncReconciler(ReconcilerSettings settings, Runnable there, MeterRegistry metrics, int most) {
        RsyncProgram binary = RsyncProgram.find();
        Path root = settings.root().toAbsolutePath().normalize();
        ReplicaTree opened = null;
        try {
            opened = ReplicaTree.open(root);
            this.trash = settings.trash().isEmpty()
                    ? null
                    : new Trash(opened, settings.trash().get(), InstantSource.system());
            Deleter deleter = new Deleter(opened, settings.deletePolicy(), trash);
            Leftovers.end(root);
            this.tree = opened;
            this.temp = TempArea.create(opened, deleter);
            int rootLength = root.toString().getBytes(StandardCharsets.UTF_8).length;
            this.site = new Site(
                    settings,
                    opened,
                    deleter,
                    new DeleteBreaker(settings.breaker(), System::nanoTime),
                    new LocalRename(opened),
                    rootLength,
                    Clock.systemUTC());
        } catch (ErrnoException e) {
            if (opened != null) {
                opened.close();
            }
            throw new WeirException(
                    ExitCode.UNAVAILABLE,
                    "using the replica's directory '" + root + "' failed: " + e.getMessage()
                            + "; it must exist and be writable for this user",
                    e);
        }
        this.command = command(binary, settings, settings.options());
        this.baselineCommand = command(binary, settings, settings.options().ofBaseline());
        this.process = new RsyncProcess(settings.options().timeout());
        this.confinement = new Confinement(root);
        this.limit = Math.min(most, longestList(binary));
        this.tools = new SourceCalls.Tools(
                process, there, temp::probe, SourceMarker.path(settings.sourceId()), limit, confinement, trash);
        this.pruning = trash == null ? null : startPruning(trash, settings);
        this.metrics = metrics;
        this.tags = new String[] {"source", settings.source(), "replica", settings.replica()};
        log.info(
                "reconciler ready source={} replica={} root={} rsync={} owners={} acls={} xattrs={}",
                settings.source(),
                settings.replica(),
                root,
                binary.version(),
                Capability.CHOWN.isEffective(),
                binary.acls(),
                binary.xattrs());
    }

    private RsyncCommand command(RsyncProgram binary, ReconcilerSettings settings, RsyncOptions options) {
        Path root = settings.root().toAbsolutePath().normalize();
        return new RsyncCommand(
                binary,
                settings.endpoint(),
                options,
                root,
                temp.empty(root),
                temp.files(),
                Capability.CHOWN.isEffective());
    }

    /** How many paths one call may have. */
    static int longestList(RsyncProgram binary) {
        return binary.trustSender() ? LARGE_LIST : SMALL_LIST;
    }

    private ScheduledExecutorService startPruning(Trash full, ReconcilerSettings settings) {
        ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
                task -> new Thread(task, "applier/" + settings.replica() + "/" + settings.source() + "/trash"));
        ScheduledFuture<?> unused =
                thread.scheduleWithFixedDelay(() -> prune(full, settings), 0, PRUNE_MINUTES, TimeUnit.MINUTES);
        return thread;
    }

    private void prune(Trash full, ReconcilerSettings settings) {
        try {
            full.prune(site.deleter());
        } catch (ErrnoException | RuntimeException e) {
            log.warn("emptying the trash failed, trying again: root={} cause={}", settings.root(), e.toString());
        }
    }

    @Override
    public Outcome reconcile(List<Target> targets) throws InterruptedException {
        return reconcile(targets, new SourceCalls(tools, command, Progress.NONE));
    }

    @Override
    public Outcome baseline(List<Target> targets, Progress progress) throws InterruptedException {
        return reconcile(targets, new SourceCalls(tools, baselineCommand, progress));
    }

    @Override
    public Differences dryRun(List<RelPath> paths) throws InterruptedException {
        return DryRunSum.of(site, new SourceCalls(tools, command, Progress.NONE), limit, paths);
    }

    @Override
    public Inspection inspect(List<RelPath> paths, VerifyOrder order, VerifyJournal journal, Progress progress)
            throws InterruptedException {
        return Inspector.whole(site, new SourceCalls(tools, command, progress), limit, paths, order, journal);
    }

    @Override
    public Inspection inspectAgain(Collection<Suspect> found, long bytesPerSecond) throws InterruptedException {
        return Inspector.again(site, new SourceCalls(tools, command, Progress.NONE), limit, found, bytesPerSecond);
    }

    private Outcome reconcile(List<Target> targets, SourceCalls calls) throws InterruptedException {
        long start = System.nanoTime();
        Outcome outcome;
        long approvals = site.breaker().approvals();
        try (Overlaps.Call overlap = overlaps.enter()) {
            outcome = new Reconciliation(site, calls, overlap, limit, targets).run();
        }
        if (outcome.state() == Outcome.State.DONE) {
            targets.forEach(target -> site.breaker().settled(target.path(), target.recursive(), approvals));
        }
        record(outcome, System.nanoTime() - start);
        return outcome;
    }

    /** What running calls have in common. */
    Overlaps overlaps() {
        return overlaps;
    }

    @Override
    public void approve(RelPath path) {
        site.breaker().approve(path);
    }

    private void record(Outcome outcome, long nanos) {
        Timer.builder("weir.applier.reconcile")
                .description("Time of one reconcile")
                .tags(tags)
                .tag("state", outcome.state().name())
                .register(metrics)
                .record(nanos, TimeUnit.NANOSECONDS);
        Tally tally = outcome.tally();
        count("weir.applier.updated", "Paths created or changed by rsync", tally.updated());
        count("weir.applier.deleted", "Entries deleted", tally.deleted());
        count("weir.applier.renamed", "Local renames done from hints", tally.renamed());
        count("weir.applier.received", "Bytes rsync read from the wire", tally.bytesReceived());
        count("weir.applier.rsync.runs", "rsync processes run", tally.rsyncRuns());
    }

    private void count(String name, String description, long amount) {
        Counter.builder(name)
                .description(description)
                .tags(tags)
                .register(metrics)
                .increment((double) amount);
    }

    /** Ends running calls, whose callers see an interrupt, and removes this run's temporary directory. */
    @Override
    public void close() {
        process.close();
        confinement.close();
        if (pruning != null) {
            pruning.shutdownNow();
            try {
                if (!pruning.awaitTermination(PRUNE_MINUTES, TimeUnit.MINUTES)) {
                    log.warn("emptying the trash did not end");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        temp.close();
        tree.close();
    }
}
