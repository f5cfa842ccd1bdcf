package io.weir.applier.reconcile;

import io.weir.applier.rsync.Item;
import io.weir.applier.rsync.RsyncCommand;
import io.weir.applier.rsync.RsyncRun;
import io.weir.posix.Stat;
import io.weir.schemas.FileType;
import io.weir.schemas.RelPath;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The pulls of one reconcile, each held to account. Confined to one thread. */
final class Pulls {
    private final Site site;
    private final SourceCalls calls;
    private final Overlaps.Call overlap;
    private final int limit;
    private final Map<RelPath, Target> targets;
    private final Map<RelPath, String> failed;
    private final AboveChosen above;
    private final LinkGroups links;
    private final Changes changes;
    private final Consumer<RelPath> wasReplaced;
    private final Consumer<RelPath> wasLost;
    /** Directories whose mtime our own steps moved: listed in the next pull, and no one's fault when they are gone. */
    private final Set<RelPath> refresh = new TreeSet<>();

    private final Set<RelPath> looked = new HashSet<>();
    private final Set<RelPath> updated = new HashSet<>();
    private @Nullable RsyncRun lastPull;

    /**
     * No pull yet.
     *
     * @param limit paths of one call, about
     * @param plan tells what was observed, and gets what fails
     * @param wasReplaced told of a directory where none was observed
     * @param wasLost told of a directory that nobody asked for and that the replica did not have: somebody else has taken it away
     */
    Pulls(
            Site site,
            SourceCalls calls,
            Overlaps.Call overlap,
            int limit,
            Plan plan,
            LinkGroups links,
            Changes changes,
            Consumer<RelPath> wasReplaced,
            Consumer<RelPath> wasLost) {
        this.site = site;
        this.calls = calls;
        this.overlap = overlap;
        this.limit = limit;
        this.targets = plan.targets();
        this.failed = plan.failed();
        this.above = new AboveChosen(site, calls);
        this.links = links;
        this.changes = changes;
        this.wasReplaced = wasReplaced;
        this.wasLost = wasLost;
    }

    /** A path came, went or was renamed: the mtime of its directory moved. */
    void refreshParent(RelPath moved) {
        List<RelPath> above = moved.ancestors();
        if (!above.isEmpty()) {
            refresh.add(above.get(above.size() - 1));
        }
    }

    /** The mtimes of these directories moved. */
    void refresh(Set<RelPath> directories) {
        refresh.addAll(directories);
    }

    /** Whether there are directories to list for the sake of their mtime. */
    boolean needsRefresh() {
        return !refresh.isEmpty();
    }

    /** Distinct paths pulled. */
    Set<RelPath> looked() {
        return looked;
    }

    /** How many of them changed. */
    int updated() {
        return updated.size();
    }

    /** Pulls a list once more, to see which of it are to blame; returns those that are not settled. The root itself never is. */
    Set<RelPath> pullAgain(List<RelPath> list) throws Held, InterruptedException {
        List<RelPath> paths = list.stream().filter(path -> !path.isRoot()).toList();
        Set<RelPath> left = paths.isEmpty() ? new TreeSet<>() : pullChunk(paths, RsyncCommand.Mode.NORMAL);
        if (list.size() > paths.size()) {
            left.add(RelPath.ROOT);
        }
        return left;
    }

    /** What the last pull said of a path. */
    String complaintAbout(RelPath path) {
        RsyncRun run = lastPull;
        return run == null ? "it kept changing" : run.complaintAbout(path);
    }

    /** Pulls what is to be pulled; returns what is doubtful again. */
    Set<RelPath> pull(Set<RelPath> todo) throws Held, InterruptedException {
        Set<RelPath> listed = new TreeSet<>(todo);
        listed.removeIf(path -> path.isRoot() || site.isForeign(path));
        looked.addAll(listed);
        calls.progress().toDo(listed.size());
        Set<RelPath> left = new TreeSet<>();
        for (Map.Entry<RsyncCommand.Mode, Set<RelPath>> part : modes(listed).entrySet()) {
            for (List<RelPath> chunk : links.chunks(part.getValue(), limit)) {
                left.addAll(pullChunk(chunk, part.getKey()));
            }
        }
        if (!refresh.isEmpty()) {
            pullChunk(List.of(), RsyncCommand.Mode.NORMAL);
        }
        return left;
    }

    private Set<RelPath> pullChunk(List<RelPath> asked, RsyncCommand.Mode mode) throws Held, InterruptedException {
        Set<RelPath> chunk = new TreeSet<>(asked);
        Set<RelPath> directories = new TreeSet<>(refresh);
        refresh.clear();
        // Behind what is a symlink by now, a listed directory would turn the symlink into what it points to.
        directories.removeIf(path -> !site.isDirectory(path));
        chunk.forEach(path -> directories.addAll(path.ancestors()));
        List.copyOf(directories).forEach(path -> directories.addAll(path.ancestors()));
        Set<RelPath> left = new TreeSet<>();
        dropUnreached(chunk, directories, left);
        List<RelPath> lost = directories.stream()
                .filter(path -> !looked.contains(path) && !site.isDirectory(path))
                .toList();
        Set<RelPath> all = new TreeSet<>(chunk);
        all.addAll(directories);
        if (all.isEmpty()) {
            return left;
        }
        chunk.stream().filter(site::isDirectory).forEach(directories::add);
        overlap.touch(directories);
        Set<RelPath> wanted = Set.copyOf(chunk);
        calls.pull(List.copyOf(all), mode, (listed, run) -> {
            List<RelPath> ours = listed.stream().filter(wanted::contains).toList();
            left.addAll(Accounting.unsettled(ours, run, site::isDirectory));
            note(ours, run);
            changes.pulled(run);
        });
        lost.stream().filter(site::isDirectory).forEach(wasLost);
        return left;
    }

    /** Takes out what cannot be pulled for what is above: it has failed, or is left to be asked about again. */
    private void dropUnreached(Set<RelPath> chunk, Set<RelPath> directories, Set<RelPath> left)
            throws Held, InterruptedException {
        Set<RelPath> blocked = above.blocked(directories);
        directories.removeIf(path -> AboveChosen.isIn(blocked, path));
        Set<RelPath> changed = above.changed(directories);
        directories.removeIf(path -> AboveChosen.isIn(changed, path));
        if (blocked.isEmpty() && changed.isEmpty()) {
            return;
        }
        for (RelPath path : List.copyOf(chunk)) {
            RelPath obstacle = site.obstacle(path);
            if (obstacle != null) {
                failed.put(path, AboveChosen.refusal(path, obstacle));
                chunk.remove(path);
            } else if (AboveChosen.isIn(changed, path)) {
                left.add(path);
                chunk.remove(path);
            }
        }
    }

    private void note(List<RelPath> listed, RsyncRun run) {
        lastPull = run;
        for (RelPath path : listed) {
            Item item = run.items().get(path);
            if (item != null) {
                if (item.changed()) {
                    updated.add(path);
                }
                if (item.isDirectory() && wasNoDirectory(path)) {
                    wasReplaced.accept(path);
                }
            }
        }
    }

    private boolean wasNoDirectory(RelPath path) {
        Target target = targets.get(path);
        return target != null && target.observed().getType() != FileType.DIRECTORY;
    }

    /** How each path is pulled; usually all in one call. */
    private Map<RsyncCommand.Mode, Set<RelPath>> modes(Set<RelPath> listed) throws Held {
        Map<RsyncCommand.Mode, Set<RelPath>> parts = new EnumMap<>(RsyncCommand.Mode.class);
        Set<Object> stale = new HashSet<>();
        for (RelPath path : listed) {
            if (isToBuildAnew(path) || isStaleLink(path)) {
                stale.add(links.leader(path));
            }
        }
        for (RelPath path : listed) {
            RsyncCommand.Mode mode = RsyncCommand.Mode.NORMAL;
            if (stale.contains(links.leader(path))) {
                mode = RsyncCommand.Mode.ANEW;
            } else if (fitsInPlace(path)) {
                mode = RsyncCommand.Mode.IN_PLACE;
            }
            parts.computeIfAbsent(mode, key -> new TreeSet<>()).add(path);
        }
        return parts;
    }

    private boolean isToBuildAnew(RelPath path) {
        Target target = targets.get(path);
        return target != null && target.anew();
    }

    /** The replica has more names for it than the source had: an unchanged file would keep them. */
    private boolean isStaleLink(RelPath path) throws Held {
        Target target = targets.get(path);
        if (target == null || target.observed().getType() != FileType.FILE) {
            return false;
        }
        Stat stat = site.lstat(path);
        return stat != null
                && stat.isFile()
                && stat.links() > Math.max(1, target.observed().getLinks());
    }

    /** Writing in place reaches every name the inode has here, so it is only for a file with one. */
    private boolean fitsInPlace(RelPath path) throws Held {
        Target target = targets.get(path);
        if (target == null
                || target.observed().getType() != FileType.FILE
                || target.observed().getLinks() != 1
                || target.observed().getSize() < site.settings().options().inPlaceAbove()) {
            return false;
        }
        Stat stat = site.lstat(path);
        return stat != null && stat.isFile() && stat.links() == 1;
    }

    /** A call next to this one may have put an older mtime on a directory both listed. */
    void relistShared() throws Held, InterruptedException {
        Set<RelPath> shared = overlap.takeShared();
        shared.removeIf(path -> path.isRoot() || site.isOutside(path) || !site.isDirectory(path));
        for (List<RelPath> chunk : new LinkGroups().chunks(shared, limit)) {
            Set<RelPath> all = new TreeSet<>(chunk);
            chunk.forEach(path -> all.addAll(path.ancestors()));
            Set<RelPath> changed = above.changed(all);
            all.removeIf(path -> AboveChosen.isIn(changed, path));
            calls.pull(List.copyOf(all), RsyncCommand.Mode.NORMAL, (listed, run) -> {
                lastPull = run;
                changes.pulled(run);
            });
        }
    }
}
