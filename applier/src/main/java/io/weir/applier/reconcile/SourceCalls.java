package io.weir.applier.reconcile;

import io.weir.applier.disk.Trash;
import io.weir.applier.rsync.Confinement;
import io.weir.applier.rsync.Item;
import io.weir.applier.rsync.RsyncCommand;
import io.weir.applier.rsync.RsyncExit;
import io.weir.applier.rsync.RsyncProcess;
import io.weir.applier.rsync.RsyncRun;
import io.weir.schemas.RelPath;
import io.weir.service.WeirException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The rsync calls of one reconcile, with their exits sorted: what concerns every path becomes {@link Held}, a list that a single path
 * may have spoiled is halved. Confined to one thread.
 */
final class SourceCalls {
    /** Bytes per second: who reads contents more slowly is taken for dead. */
    private static final long SLOWEST_READ = 4L << 20;

    private final Tools tools;
    private final RsyncCommand command;
    private final Progress progress;
    private long runs;
    private long bytes;

    /**
     * What all reconciles of a replica share.
     *
     * @param process runs rsync
     * @param there throws while the replica's directory is not the one that was opened
     * @param disk says whether the replica's disk takes data
     * @param marker the path of the source's root marker
     * @param limit paths of one call, at most
     * @param confinement keeps pulls in the replica
     * @param trash takes what is overwritten
     */
    record Tools(
            RsyncProcess process,
            Runnable there,
            Probe disk,
            RelPath marker,
            int limit,
            Confinement confinement,
            @Nullable Trash trash) {}

    /** Fails when the replica's disk takes no data. */
    @FunctionalInterface
    interface Probe {
        void probe() throws IOException;
    }

    SourceCalls(Tools tools, RsyncCommand command, Progress progress) {
        this.tools = tools;
        this.command = command;
        this.progress = progress;
    }

    Progress progress() {
        return progress;
    }

    long runs() {
        return runs;
    }

    long bytes() {
        return bytes;
    }

    /** Takes what one pull of a list did. */
    @FunctionalInterface
    interface PullSink {
        void pulled(List<RelPath> listed, RsyncRun run) throws Held, InterruptedException;
    }

    /** Asks what is there now; the paths must not lie above or below each other. */
    Confirmation confirm(Collection<RelPath> paths) throws Held, InterruptedException {
        Confirmation confirmation = new Confirmation(new HashMap<>(), new HashMap<>());
        List<RelPath> all = List.copyOf(paths);
        for (int from = 0; from < all.size(); from += tools.limit()) {
            confirm(all.subList(from, Math.min(all.size(), from + tools.limit())), confirmation);
        }
        return confirmation;
    }

    /** The same of paths that may lie above each other: in one call a symlink above a path would show as a directory. */
    Confirmation confirmLevels(Collection<RelPath> paths) throws Held, InterruptedException {
        Map<Integer, List<RelPath>> levels = new TreeMap<>();
        for (RelPath path : paths) {
            levels.computeIfAbsent(path.ancestors().size(), key -> new ArrayList<>())
                    .add(path);
        }
        Confirmation all = new Confirmation(new HashMap<>(), new HashMap<>());
        for (List<RelPath> level : levels.values()) {
            Confirmation now = confirm(level);
            all.present().putAll(now.present());
            all.unsure().putAll(now.unsure());
        }
        return all;
    }

    private void confirm(List<RelPath> paths, Confirmation into) throws Held, InterruptedException {
        RsyncRun run = run(command.confirm(false), withMarker(paths));
        boolean poisoned = run.exit().kind() == RsyncExit.Kind.POISON;
        if (poisoned) {
            refuseWhenAllAreRefused(run);
        } else {
            requireMarker(run);
        }
        if (!poisoned && run.listsAll()) {
            paths.forEach(path -> keep(run.items().get(path), into.present()));
        } else if (paths.size() == 1) {
            RelPath path = paths.get(0);
            into.unsure().put(path, "asking the source about '" + path + "' failed: " + run.complaint());
        } else {
            confirm(paths.subList(0, paths.size() / 2), into);
            confirm(paths.subList(paths.size() / 2, paths.size()), into);
        }
    }

    private static void keep(@Nullable Item item, Map<RelPath, Item> into) {
        if (item != null) {
            into.put(item.path(), item);
        }
    }

    /** Lists directories with everything below them; the run tells by {@link RsyncRun#listsAll} whether that is complete. */
    RsyncRun list(List<RelPath> directories) throws Held, InterruptedException {
        RsyncRun run = run(command.confirm(true), withMarker(directories), item -> progress.listed(1));
        if (run.exit().kind() == RsyncExit.Kind.POISON) {
            refuseWhenAllAreRefused(run);
        } else {
            requireMarker(run);
        }
        return run;
    }

    /** Pulls a sorted list; when it is refused as a whole, in halves. */
    void pull(List<RelPath> paths, RsyncCommand.Mode mode, PullSink sink) throws Held, InterruptedException {
        requireThere();
        Trash trash = tools.trash();
        List<String> arguments = new ArrayList<>(tools.confinement().prefix());
        arguments.addAll(command.pull(mode, trash == null ? null : trash.directory()));
        RsyncRun run = run(arguments, paths, item -> progress.done(1, item.bytes()));
        if (run.exit().kind() == RsyncExit.Kind.POISON) {
            refuseWhenAllAreRefused(run);
            if (paths.size() > 1) {
                pull(paths.subList(0, paths.size() / 2), mode, sink);
                pull(paths.subList(paths.size() / 2, paths.size()), mode, sink);
                return;
            }
        }
        sink.pulled(paths, run);
    }

    /** What a pull of a sorted list would change; a list that is refused as a whole tells nothing. */
    RsyncRun compare(List<RelPath> paths) throws Held, InterruptedException {
        return run(command.compare(), paths);
    }

    /** In what a sorted list differs by all that costs no reading of contents. */
    RsyncRun verify(List<RelPath> paths) throws Held, InterruptedException {
        return run(command.verify(false), paths);
    }

    /** The same with the contents, which are so many bytes on either side. */
    RsyncRun verifyContent(List<RelPath> paths, long bytes) throws Held, InterruptedException {
        // The source reads all of them before it says anything.
        Duration reading = Duration.ofSeconds(bytes / SLOWEST_READ);
        return run(
                command.verify(true),
                paths,
                item -> {},
                tools.process().patience().plus(reading));
    }

    private List<RelPath> withMarker(List<RelPath> paths) {
        List<RelPath> list = new ArrayList<>(paths);
        list.add(tools.marker());
        return list;
    }

    private void requireMarker(RsyncRun run) throws Held {
        if (!run.items().containsKey(tools.marker())) {
            throw new Held(
                    Outcome.State.UNAVAILABLE,
                    "the source does not show its root marker '" + tools.marker()
                            + "': is its disk mounted, and is the rsync module's path the source's root? "
                            + run.complaint());
        }
        if (!run.isSummed()) {
            // What a listing does not name is taken for absent, and deleted: it must have been read to its end.
            throw new Held(Outcome.State.TRANSPORT, "rsync's listing ended before its last line: " + run.complaint());
        }
    }

    /** A path is to blame only when rsync would run without it. */
    private void refuseWhenAllAreRefused(RsyncRun refused) throws Held, InterruptedException {
        RsyncRun control = run(command.confirm(false), List.of(tools.marker()));
        if (control.exit().kind() == RsyncExit.Kind.POISON) {
            throw new Held(Outcome.State.TRANSPORT, "rsync refuses every call: " + refused.complaint());
        }
    }

    private RsyncRun run(List<String> arguments, List<RelPath> paths) throws Held, InterruptedException {
        return run(arguments, paths, item -> {});
    }

    private RsyncRun run(List<String> arguments, List<RelPath> paths, Consumer<Item> seen)
            throws Held, InterruptedException {
        return run(arguments, paths, seen, tools.process().patience());
    }

    private RsyncRun run(List<String> arguments, List<RelPath> paths, Consumer<Item> seen, Duration patience)
            throws Held, InterruptedException {
        RsyncRun run = once(arguments, paths, seen, patience);
        RsyncExit.Kind kind = run.exit().kind();
        if (kind == RsyncExit.Kind.PARTIAL) {
            // A full or read-only disk is no path's own failure, and rsync tells it like one.
            requireDisk();
        }
        if (kind == RsyncExit.Kind.LOCAL || run.exit() == RsyncExit.USAGE) {
            // A missing directory for temporary files is our own and is mended; a full disk stays full.
            requireDisk();
            run = once(arguments, paths, seen, patience);
            kind = run.exit().kind();
        }
        if (kind == RsyncExit.Kind.TRANSPORT) {
            throw new Held(Outcome.State.TRANSPORT, "pulling from the source failed: " + run.complaint());
        }
        if (kind == RsyncExit.Kind.LOCAL) {
            throw new Held(Outcome.State.LOCAL_IO, "writing the replica failed: " + run.complaint());
        }
        return run;
    }

    /** A pull goes by the path, and must not fill the directory below a mount point. */
    private void requireThere() throws Held {
        try {
            tools.there().run();
        } catch (WeirException e) {
            throw new Held(Outcome.State.LOCAL_IO, String.valueOf(e.getMessage()));
        }
    }

    private void requireDisk() throws Held {
        try {
            tools.disk().probe();
        } catch (IOException e) {
            throw new Held(
                    Outcome.State.LOCAL_IO,
                    "the replica's disk refuses data: " + e.getMessage()
                            + "; free space or make it writable, and it goes on by itself");
        }
    }

    private RsyncRun once(List<String> arguments, List<RelPath> paths, Consumer<Item> seen, Duration patience)
            throws Held, InterruptedException {
        try {
            runs++;
            RsyncRun run = tools.process().run(arguments, paths, seen, patience);
            bytes += run.bytesReceived();
            return run;
        } catch (IOException e) {
            throw new Held(Outcome.State.LOCAL_IO, "starting rsync failed: " + e.getMessage());
        }
    }
}
