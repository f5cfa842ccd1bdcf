package io.weir.applier.reconcile;

import io.weir.applier.disk.DeleteBreaker;
import io.weir.applier.disk.Deleter;
import io.weir.applier.disk.LocalRename;
import io.weir.applier.disk.ReplicaTree;
import io.weir.applier.rsync.Confinement;
import io.weir.applier.rsync.RsyncCommand;
import io.weir.applier.rsync.RsyncProcess;
import io.weir.posix.Capability;
import io.weir.posix.ErrnoException;
import io.weir.schemas.RelPath;
import io.weir.service.RsyncProgram;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A dry run of a baseline without a running applier: of a directory that is no replica yet, say. Takes no lock and writes nothing
 * into the replica.
 */
public final class OfflineDryRun {
    private OfflineDryRun() {}

    /**
     * Compares a replica's directory with its source; one that is missing counts as empty.
     *
     * @param paths relative to the root, each with everything below
     * @throws InterruptedException when the caller's thread was interrupted
     * @throws io.weir.service.WeirException when there is no usable rsync
     */
    public static Differences of(ReconcilerSettings settings, List<RelPath> paths) throws InterruptedException {
        return of(settings, paths, null);
    }

    /**
     * The same, and tells of all that the replica's directory alone has.
     *
     * @throws InterruptedException when the caller's thread was interrupted
     * @throws io.weir.service.WeirException when there is no usable rsync
     */
    public static Differences of(ReconcilerSettings settings, List<RelPath> paths, @Nullable OnlyHere told)
            throws InterruptedException {
        RsyncProgram binary = RsyncProgram.find();
        try {
            Path empty = Files.createTempDirectory("weir-empty-");
            Path root = Files.isDirectory(settings.root()) ? settings.root() : empty;
            try (ReplicaTree tree = ReplicaTree.open(root);
                    RsyncProcess process = new RsyncProcess(settings.options().timeout());
                    Confinement confinement = new Confinement(root)) {
                return compare(settings, paths, new Opened(binary, root, empty, tree, process, confinement), told);
            } finally {
                Files.delete(empty);
            }
        } catch (IOException e) {
            return Differences.held(
                    Outcome.State.LOCAL_IO,
                    "looking at the replica in " + settings.root() + " failed: " + e.getMessage());
        }
    }

    private record Opened(
            RsyncProgram binary,
            Path root,
            Path empty,
            ReplicaTree tree,
            RsyncProcess process,
            Confinement confinement) {}

    private static Differences compare(
            ReconcilerSettings settings, List<RelPath> paths, Opened on, @Nullable OnlyHere told)
            throws InterruptedException, ErrnoException {
        Site site = new Site(
                settings,
                on.tree(),
                new Deleter(on.tree(), settings.deletePolicy()),
                new DeleteBreaker(settings.breaker(), System::nanoTime),
                new LocalRename(on.tree()),
                settings.root().toString().getBytes(StandardCharsets.UTF_8).length,
                Clock.systemUTC());
        int limit = RsyncReconciler.longestList(on.binary());
        SourceCalls.Tools tools = new SourceCalls.Tools(
                on.process(),
                () -> {},
                () -> {},
                SourceMarker.path(settings.sourceId()),
                limit,
                on.confinement(),
                null);
        RsyncCommand command = new RsyncCommand(
                on.binary(),
                settings.endpoint(),
                settings.options(),
                on.root(),
                on.empty(),
                "weir-unused",
                Capability.CHOWN.isEffective());
        return DryRunSum.of(site, new SourceCalls(tools, command, Progress.NONE), limit, paths, told);
    }
}
