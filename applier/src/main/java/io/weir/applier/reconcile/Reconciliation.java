package io.weir.applier.reconcile;

import io.weir.applier.rsync.Item;
import io.weir.applier.rsync.RsyncCommand;
import io.weir.applier.rsync.RsyncRun;
import io.weir.posix.ErrnoException;
import io.weir.posix.Processes;
import io.weir.posix.Stat;
import io.weir.schemas.FileType;
import io.weir.schemas.Observed;
import io.weir.schemas.RelPath;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One reconcile, from plan to outcome. Confined to one thread.
 *
 * <p>What was observed only chose the plan. From there on: a directory is expanded by a listing, what is doubtful is confirmed at the
 * source as it is now, what is confirmed absent is deleted, the rest is pulled, and what a pull did not account for is doubtful again.
 */
final class Reconciliation {
    private static final int ROUNDS = 8;
    private static final int STEPS = 200;

    private final Site site;
    private final SourceCalls calls;
    private final Overlaps.Call overlap;
    private final int limit;
    private final Plan plan;
    private final LinkGroups links = new LinkGroups();
    private final Expansion expansion;
    private final Set<RelPath> deferred = new TreeSet<>();
    /** Directories whose mtime our own steps moved: listed in the next pull, and no one's fault when they are gone. */
    private final Set<RelPath> refresh = new TreeSet<>();

    private final Set<RelPath> expanded = new HashSet<>();
    private final Set<RelPath> looked = new HashSet<>();
    private final Set<RelPath> updated = new HashSet<>();
    private @Nullable RsyncRun lastPull;
    private long deleted;
    private long renamed;

    Reconciliation(Site site, SourceCalls calls, Overlaps.Call overlap, int limit, List<Target> targets) {
        this.site = site;
        this.calls = calls;
        this.overlap = overlap;
        this.limit = limit;
        this.plan = Plan.of(targets, site.rootLength(), site.settings().filters(), site::local);
        this.refresh.addAll(plan.refresh());
        this.expansion = new Expansion(site, links);
        for (Target target : plan.targets().values()) {
            Observed observed = target.observed();
            if (observed.getIno() != 0 && observed.getLinks() > 1) {
                links.join(target.path(), new LinkGroups.Inode(observed.getDev(), observed.getIno()));
            }
        }
    }

    Outcome run() throws InterruptedException {
        try {
            setRoot();
            tryHints();
            settle();
            relistShared();
            plan.failed().keySet().removeAll(deferred);
            return new Outcome(Outcome.State.DONE, "", plan.failed(), deferred, tally());
        } catch (Held e) {
            return Outcome.held(e.state(), e.reason(), tally());
        }
    }

    private Tally tally() {
        looked.addAll(plan.targets().keySet());
        return new Tally(looked.size(), updated.size(), deleted, renamed, calls.bytes(), calls.runs());
    }

    private void setRoot() throws Held {
        Target root = plan.targets().get(RelPath.ROOT);
        if (root == null
                || root.observed().getType() != FileType.DIRECTORY
                || root.observed().getMode() == 0) {
            return;
        }
        Observed observed = root.observed();
        boolean mapped = site.settings().options().chown() != null
                || site.settings().options().usermap() != null
                || site.settings().options().groupmap() != null;
        if (site.settings().options().chmod() != null) {
            return;
        }
        try {
            boolean owner = !mapped && Processes.effectiveUid() == 0;
            site.tree().setRoot(observed.getMode() & 07777, observed.getUid(), observed.getGid(), owner);
        } catch (ErrnoException e) {
            plan.failed().put(RelPath.ROOT, "setting mode and owner of the replica's root failed: " + e.getMessage());
        }
    }

    private void tryHints() throws Held, InterruptedException {
        for (RelPath to : new Hints(site, calls).take(plan.hints())) {
            renamed++;
            RelPath from = plan.hints().get(to);
            addRefresh(to);
            if (from != null) {
                addRefresh(from);
            }
            if (site.isDirectory(to)) {
                plan.ask().remove(to);
                plan.expand().add(to);
            }
        }
    }

    private void addRefresh(RelPath moved) {
        List<RelPath> above = moved.ancestors();
        if (!above.isEmpty()) {
            refresh.add(above.get(above.size() - 1));
        }
    }

    private void settle() throws Held, InterruptedException {
        int rounds = 0;
        for (int step = 0; step < STEPS && rounds < ROUNDS; step++) {
            expandAll();
            if (!plan.ask().isEmpty()) {
                askLevel();
            }
            if (plan.ask().isEmpty() && plan.expand().isEmpty()) {
                if (plan.todo().isEmpty() && refresh.isEmpty()) {
                    return;
                }
                plan.ask().addAll(pull());
                rounds++;
            }
        }
        isolate();
    }

    private void expandAll() throws Held, InterruptedException {
        List<RelPath> tops = topmost(plan.expand());
        plan.expand().clear();
        for (RelPath top : tops) {
            RsyncRun listing = calls.list(top);
            expansion.expand(top, listing, new Expansion.Found(plan.todo(), plan.ask(), deferred, plan.failed()));
        }
        plan.todo().removeAll(deferred);
    }

    /** The paths that lie below no other one of the set, in order. */
    private static List<RelPath> topmost(Set<RelPath> sorted) {
        List<RelPath> tops = new ArrayList<>();
        RelPath last = null;
        for (RelPath path : sorted) {
            if (last == null || !path.isBelow(last)) {
                tops.add(path);
                last = path;
            }
        }
        return tops;
    }

    /** Confirms the shallowest doubtful paths: together with one below it, a symlink to a directory would show its inside. */
    private void askLevel() throws Held, InterruptedException {
        List<RelPath> level = topmost(plan.ask());
        Confirmation now = calls.confirm(level);
        Set<RelPath> behind = behindOthers(now);
        Set<RelPath> gone = new TreeSet<>();
        for (RelPath path : level) {
            plan.ask().remove(path);
            String unsure = now.unsure().get(path);
            Item item = behind.contains(path) ? null : now.item(path);
            if (unsure != null) {
                plan.failed().put(path, unsure);
            } else if (item == null) {
                plan.todo().remove(path);
                plan.expand().remove(path);
                delete(path);
                gone.add(path);
            } else {
                present(path, item, gone);
            }
        }
        dropBelow(gone);
    }

    private void present(RelPath path, Item item, Set<RelPath> gone) throws Held {
        plan.todo().add(path);
        if (!item.isDirectory()) {
            gone.add(path);
            if (site.isDirectory(path)) {
                delete(path);
                if (site.isDirectory(path)) {
                    plan.failed()
                            .putIfAbsent(
                                    path,
                                    "replacing the directory '" + path + "' is refused: the replica never deletes");
                    plan.todo().remove(path);
                }
            }
        } else {
            expandOnceWhenChanged(path);
        }
    }

    /** It was absent or something else in between: what the replica has below it may be of before. */
    private void expandOnceWhenChanged(RelPath path) {
        Target target = plan.targets().get(path);
        boolean changed =
                target != null && (target.recursive() || target.observed().getType() != FileType.DIRECTORY);
        if (changed && expanded.add(path)) {
            plan.expand().add(path);
        }
    }

    /** Nothing is below what is absent or no directory now. */
    private void dropBelow(Set<RelPath> gone) {
        if (gone.isEmpty()) {
            return;
        }
        for (Set<RelPath> paths : List.of(plan.ask(), plan.todo(), plan.expand())) {
            paths.removeIf(path -> path.ancestors().stream().anyMatch(gone::contains));
        }
    }

    /**
     * The printed paths that are reached through something that is no directory now. Ancestors are asked level by level, as an
     * ancestor listed with what is below it shows as a directory even when it is a symlink to one. Such an ancestor is to be
     * reconciled itself.
     */
    private Set<RelPath> behindOthers(Confirmation now) throws Held, InterruptedException {
        Map<Integer, Set<RelPath>> levels = new TreeMap<>();
        for (RelPath path : now.present().keySet()) {
            List<RelPath> above = path.ancestors();
            for (int depth = 0; depth < above.size(); depth++) {
                levels.computeIfAbsent(depth, key -> new TreeSet<>()).add(above.get(depth));
            }
        }
        Set<RelPath> others = new HashSet<>();
        for (Set<RelPath> level : levels.values()) {
            Confirmation above = calls.confirm(level);
            for (RelPath path : level) {
                Item item = above.item(path);
                if (item == null || !item.isDirectory()) {
                    others.add(path);
                    if (item != null) {
                        plan.ask().add(path);
                    }
                }
            }
        }
        Set<RelPath> behind = new HashSet<>();
        for (RelPath path : now.present().keySet()) {
            if (path.ancestors().stream().anyMatch(others::contains)) {
                behind.add(path);
            }
        }
        return behind;
    }

    private void delete(RelPath path) throws Held {
        // Also when nothing is here: that it came and went has moved its directory's mtime.
        addRefresh(path);
        try {
            deleted += site.deleter().delete(path);
        } catch (ErrnoException e) {
            if (Site.isDisk(e)) {
                throw Site.disk("deleting '" + path + "'", e);
            }
            plan.failed().put(path, "deleting '" + path + "' failed: " + e.getMessage());
        }
    }

    /** Pulls everything that is to be pulled; returns what is doubtful again. */
    private Set<RelPath> pull() throws Held, InterruptedException {
        Set<RelPath> listed = new TreeSet<>(plan.todo());
        listed.removeIf(path -> path.isRoot() || site.isForeign(path));
        plan.todo().clear();
        looked.addAll(listed);
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

    private Set<RelPath> pullChunk(List<RelPath> chunk, RsyncCommand.Mode mode) throws Held, InterruptedException {
        Set<RelPath> directories = new TreeSet<>(refresh);
        refresh.clear();
        Set<RelPath> all = new TreeSet<>(chunk);
        chunk.forEach(path -> directories.addAll(path.ancestors()));
        List.copyOf(directories).forEach(path -> directories.addAll(path.ancestors()));
        all.addAll(directories);
        chunk.stream().filter(site::isDirectory).forEach(directories::add);
        overlap.touch(directories);
        Set<RelPath> left = new TreeSet<>();
        Set<RelPath> wanted = Set.copyOf(chunk);
        calls.pull(List.copyOf(all), mode, (listed, run) -> {
            List<RelPath> ours = listed.stream().filter(wanted::contains).toList();
            left.addAll(Accounting.unsettled(ours, run, site::isDirectory));
            note(ours, run);
        });
        return left;
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
                    expandOnceWhenChanged(path);
                }
            }
        }
    }

    private boolean wasNoDirectory(RelPath path) {
        Target target = plan.targets().get(path);
        return target != null && target.observed().getType() != FileType.DIRECTORY;
    }

    /** How each path is pulled; usually all in one call. */
    private Map<RsyncCommand.Mode, Set<RelPath>> modes(Set<RelPath> listed) throws Held {
        Map<RsyncCommand.Mode, Set<RelPath>> parts = new EnumMap<>(RsyncCommand.Mode.class);
        Set<Object> stale = new HashSet<>();
        for (RelPath path : listed) {
            if (isStaleLink(path)) {
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

    /** The replica has more names for it than the source had: an unchanged file would keep them. */
    private boolean isStaleLink(RelPath path) throws Held {
        Target target = plan.targets().get(path);
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
        Target target = plan.targets().get(path);
        if (target == null
                || target.observed().getType() != FileType.FILE
                || target.observed().getLinks() != 1
                || target.observed().getSize() < site.settings().options().inPlaceAbove()) {
            return false;
        }
        Stat stat = site.lstat(path);
        return stat != null && stat.isFile() && stat.links() == 1;
    }

    /** What no round settled is pulled once more alone, so that it is the path's own failure. */
    private void isolate() throws Held, InterruptedException {
        Set<RelPath> left = new TreeSet<>(plan.ask());
        left.addAll(plan.todo());
        left.addAll(plan.expand());
        plan.ask().clear();
        plan.todo().clear();
        plan.expand().clear();
        for (RelPath path : left) {
            if (path.isRoot()
                    || !pullChunk(List.of(path), RsyncCommand.Mode.NORMAL).isEmpty()) {
                RsyncRun run = lastPull;
                String why = run == null ? "it kept changing" : run.complaintAbout(path);
                plan.failed().putIfAbsent(path, "pulling '" + path + "' did not settle: " + why);
            }
        }
        plan.expand().forEach(path -> plan.failed().putIfAbsent(path, "'" + path + "' kept changing at the source"));
    }

    /** A call next to this one may have put an older mtime on a directory both listed. */
    private void relistShared() throws Held, InterruptedException {
        Set<RelPath> shared = overlap.takeShared();
        shared.removeIf(path -> path.isRoot() || site.isForeign(path) || !site.isDirectory(path));
        for (List<RelPath> chunk : new LinkGroups().chunks(shared, limit)) {
            Set<RelPath> all = new TreeSet<>(chunk);
            chunk.forEach(path -> all.addAll(path.ancestors()));
            calls.pull(List.copyOf(all), RsyncCommand.Mode.NORMAL, (listed, run) -> lastPull = run);
        }
    }
}
