package io.weir.applier.reconcile;

import io.weir.applier.rsync.Item;
import io.weir.posix.Capability;
import io.weir.posix.ErrnoException;
import io.weir.schemas.FileType;
import io.weir.schemas.Observed;
import io.weir.schemas.RelPath;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * One reconcile, from plan to outcome. Confined to one thread.
 *
 * <p>What was observed only chose the plan. From there on: a directory is expanded by a listing, what is doubtful is confirmed at the
 * source as it is now, what is confirmed absent is deleted, the rest is pulled, and what a pull did not account for is doubtful again.
 */
final class Reconciliation {
    private static final int ROUNDS = 8;
    private static final int STEPS = 200;
    /** How many pulls may be spent on finding which paths of a list are to blame; then all that are left are. */
    private static final int LONE_PULLS = 300;

    private final Site site;
    private final SourceCalls calls;
    private final Plan plan;
    private final Pulls pulls;
    private final Expansion expansion;
    private final Set<RelPath> deferred = new TreeSet<>();
    private final Set<RelPath> expanded = new HashSet<>();
    private final Removals removals;
    private final Changes changes;
    /** Directories that were to be made equal as a whole. */
    private final Set<RelPath> wholes = new HashSet<>();

    private long renamed;

    Reconciliation(Site site, SourceCalls calls, Overlaps.Call overlap, int limit, List<Target> targets) {
        this.site = site;
        this.calls = calls;
        this.changes = new Changes(site.paths());
        this.plan = Plan.of(targets, site.rootLength(), selection(), site::local);
        LinkGroups links = new LinkGroups();
        this.pulls = new Pulls(
                site, calls, overlap, limit, plan, links, changes, this::expandOnceWhenChanged, this::expandOnce);
        pulls.refresh(plan.refresh());
        this.expansion = new Expansion(site, calls, links, limit);
        this.removals = new Removals(site, plan.failed(), changes);
        for (Target target : plan.targets().values()) {
            Observed observed = target.observed();
            if (observed.getIno() != 0 && observed.getLinks() > 1) {
                links.join(target.path(), new LinkGroups.Inode(observed.getDev(), observed.getIno()));
            }
        }
    }

    private Selection selection() {
        return site.settings().selection();
    }

    Outcome run() throws InterruptedException {
        try {
            setRoot();
            tryHints();
            settle();
            pulls.relistShared();
            plan.failed().keySet().removeAll(deferred);
            wholes.addAll(removals.failedWhole());
            wholes.retainAll(plan.failed().keySet());
            return new Outcome(
                    Outcome.State.DONE, "", plan.failed(), wholes, deferred, removals.held(), tally(), changes.all());
        } catch (Held e) {
            return Outcome.held(e.state(), e.reason(), tally()).with(changes.all());
        }
    }

    private Tally tally() {
        Set<RelPath> looked = new HashSet<>(pulls.looked());
        looked.addAll(plan.targets().keySet());
        return new Tally(looked.size(), pulls.updated(), removals.deleted(), renamed, calls.bytes(), calls.runs());
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
            boolean owner = !mapped && Capability.CHOWN.isEffective();
            site.tree().setRoot(observed.getMode() & 07777, observed.getUid(), observed.getGid(), owner);
        } catch (ErrnoException e) {
            plan.failed().put(RelPath.ROOT, "setting mode and owner of the replica's root failed: " + e.getMessage());
        }
    }

    private void tryHints() throws Held, InterruptedException {
        for (RelPath to : new Hints(site, calls, changes).take(plan.hints())) {
            renamed++;
            RelPath from = plan.hints().get(to);
            pulls.refreshParent(to);
            if (from != null) {
                pulls.refreshParent(from);
            }
            if (site.isDirectory(to)) {
                plan.ask().remove(to);
                plan.expand().add(to);
            }
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
                if (plan.todo().isEmpty() && !pulls.needsRefresh()) {
                    return;
                }
                Set<RelPath> todo = Set.copyOf(plan.todo());
                plan.todo().clear();
                plan.ask().addAll(pulls.pull(todo));
                rounds++;
            }
        }
        isolate();
    }

    private void expandAll() throws Held, InterruptedException {
        List<RelPath> tops = RelPath.topmost(plan.expand());
        wholes.addAll(plan.expand());
        plan.expand().clear();
        expansion.expand(tops, new Expansion.Found(plan.todo(), plan.ask(), deferred, plan.failed()));
        // What is named has had its grace, and may be one of several names: alone and later it would become a file of
        // its own.
        Set<RelPath> named = new TreeSet<>(plan.targets().keySet());
        named.retainAll(deferred);
        deferred.removeAll(named);
        plan.todo().removeAll(deferred);
        plan.todo().addAll(named);
    }

    /** Confirms the shallowest doubtful paths: together with one below it, a symlink to a directory would show its inside. */
    private void askLevel() throws Held, InterruptedException {
        List<RelPath> level = RelPath.topmost(plan.ask());
        Confirmation now = calls.confirm(level);
        Set<RelPath> behind = behindOthers(now);
        Set<RelPath> gone = new TreeSet<>();
        Set<RelPath> inTheWay = new TreeSet<>();
        List<RelPath> doomed = new ArrayList<>();
        for (RelPath path : level) {
            plan.ask().remove(path);
            String unsure = now.unsure().get(path);
            Item item = behind.contains(path) ? null : now.item(path);
            RelPath obstacle = item == null ? null : site.obstacle(path);
            if (unsure != null) {
                plan.failed().put(path, unsure);
            } else if (item == null) {
                plan.todo().remove(path);
                plan.expand().remove(path);
                doomed.add(path);
                gone.add(path);
            } else if (obstacle != null) {
                refuse(path, obstacle);
                gone.add(path);
            } else if (item.isDirectory()) {
                plan.todo().add(path);
                expandOnceWhenChanged(path);
            } else {
                plan.todo().add(path);
                gone.add(path);
                if (site.isDirectory(path)) {
                    inTheWay.add(path);
                }
            }
        }
        doomed.addAll(inTheWay);
        // Also when nothing is here: that it came and went has moved its directory's mtime.
        doomed.forEach(pulls::refreshParent);
        removals.remove(doomed);
        inTheWay.forEach(this::checkReplaced);
        dropBelow(gone);
    }

    /** Nothing below it can be pulled either. */
    private void refuse(RelPath path, RelPath obstacle) {
        plan.todo().remove(path);
        plan.expand().remove(path);
        wholes.add(path);
        plan.failed().put(path, AboveChosen.refusal(path, obstacle));
    }

    /** What the replica keeps cannot be replaced. */
    private void checkReplaced(RelPath path) {
        if (!site.isDirectory(path)) {
            return;
        }
        plan.todo().remove(path);
        if (!removals.held().containsKey(path)) {
            wholes.add(path);
            plan.failed()
                    .putIfAbsent(path, "replacing the directory '" + path + "' is refused: the replica never deletes");
        }
    }

    /** It was absent or something else in between: what the replica has below it may be of before. */
    private void expandOnceWhenChanged(RelPath path) {
        Target target = plan.targets().get(path);
        boolean changed =
                target != null && (target.recursive() || target.observed().getType() != FileType.DIRECTORY);
        if (changed) {
            expandOnce(path);
        }
    }

    private void expandOnce(RelPath path) {
        if (!expanded.add(path)) {
            return;
        }
        if (selection().isAbove(path)) {
            for (RelPath chosen : selection().within(path)) {
                plan.targets().merge(chosen, Target.whole(chosen), (old, whole) -> Plan.newer(whole, old));
                plan.ask().add(chosen);
            }
        } else {
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
     * reconciled itself. Below one that the source cannot look at nothing is certain either.
     */
    private Set<RelPath> behindOthers(Confirmation now) throws Held, InterruptedException {
        Set<RelPath> directories = new TreeSet<>();
        now.present().keySet().forEach(path -> directories.addAll(path.ancestors()));
        Confirmation levels = calls.confirmLevels(directories);
        Map<RelPath, String> unsure = levels.unsure();
        Set<RelPath> others = new HashSet<>();
        for (RelPath path : directories) {
            Item item = levels.item(path);
            if (!unsure.containsKey(path) && (item == null || !item.isDirectory())) {
                others.add(path);
                // What is above the chosen paths may hold what is not ours, and stays.
                if (item != null && !selection().isAbove(path)) {
                    plan.ask().add(path);
                }
            }
        }
        Set<RelPath> behind = new HashSet<>();
        for (RelPath path : now.present().keySet()) {
            List<RelPath> above = path.ancestors();
            above.stream()
                    .filter(unsure::containsKey)
                    .findFirst()
                    .ifPresent(each -> now.unsure().put(path, String.valueOf(unsure.get(each))));
            if (above.stream().anyMatch(others::contains)) {
                behind.add(path);
            }
        }
        return behind;
    }

    /** What no round settled is pulled in ever smaller lists down to single paths, so that it is a path's own failure. */
    private void isolate() throws Held, InterruptedException {
        Set<RelPath> left = new TreeSet<>(plan.ask());
        left.addAll(plan.todo());
        plan.ask().clear();
        plan.todo().clear();
        isolate(new ArrayList<>(left));
        // A pull of the directory itself settles nothing of what is below it.
        wholes.addAll(plan.expand());
        plan.expand().forEach(path -> plan.failed().putIfAbsent(path, "'" + path + "' kept changing at the source"));
    }

    private void isolate(List<RelPath> left) throws Held, InterruptedException {
        Deque<List<RelPath>> lists = new ArrayDeque<>(left.isEmpty() ? List.of() : List.of(left));
        for (int budget = LONE_PULLS; !lists.isEmpty(); budget--) {
            List<RelPath> list = lists.pop();
            List<RelPath> still = budget > 0 ? new ArrayList<>(pulls.pullAgain(list)) : list;
            int size = still.size();
            if (size > 1 && budget > 0) {
                lists.push(still.subList(0, size / 2));
                lists.push(still.subList(size / 2, size));
            } else {
                still.forEach(path -> plan.failed()
                        .putIfAbsent(path, "pulling '" + path + "' did not settle: " + pulls.complaintAbout(path)));
            }
        }
    }
}
