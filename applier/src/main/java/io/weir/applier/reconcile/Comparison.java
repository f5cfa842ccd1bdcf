package io.weir.applier.reconcile;

import io.weir.applier.rsync.Item;
import io.weir.applier.rsync.RsyncExit;
import io.weir.applier.rsync.RsyncRun;
import io.weir.posix.ErrnoException;
import io.weir.posix.Stat;
import io.weir.schemas.RelPath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How a replica and its source differ: the same listing as a baseline's, the same confirmation of what seems to be absent, and rsync's
 * own comparison in the place of deletes and pulls. Only looks. Confined to one thread.
 */
final class Comparison {
    private final Site site;
    private final SourceCalls calls;
    private final int limit;
    private final Look look;
    private final Findings findings;
    private final LinkGroups links = new LinkGroups();

    /** Told of every entry that is looked at. */
    interface Findings {
        /** So many entries that the source has are compared. */
        void listed(long entries);

        /** A young temporary-looking name, which is left for later. */
        void deferred(RelPath path);

        /**
         * The source has it, and the replica has nothing there or something that must go first.
         *
         * @param item as listed; null when it was not
         * @param here what the replica has there; null for nothing
         */
        void missing(RelPath path, @Nullable Item item, @Nullable Stat here);

        /**
         * Both have it, and rsync would change it.
         *
         * @param beside all names of its inode, here and at the source; none when it has one
         */
        void different(RelPath path, Item item, Set<RelPath> beside);

        /** Both have it, and rsync takes it for equal. */
        void equal(RelPath path, Item item, Stat here);

        /**
         * These names, in order, are of one inode here and of several at the source, which rsync does not mind.
         *
         * @param beside these and all other names of the source's inodes
         */
        void shared(List<RelPath> names, Set<RelPath> beside);

        /** Only the replica has it; of a directory everything below is in the numbers. */
        void extra(RelPath path, long entries, long bytes);

        /** It could not be looked at. */
        void unsure(RelPath path);
    }

    /** How rsync compares a sorted list. */
    @FunctionalInterface
    interface Look {
        RsyncRun at(List<RelPath> paths) throws Held, InterruptedException;
    }

    Comparison(Site site, SourceCalls calls, int limit, Look look, Findings findings) {
        this.site = site;
        this.calls = calls;
        this.limit = limit;
        this.look = look;
        this.findings = findings;
    }

    /** Compares these paths with everything below. */
    void whole(List<RelPath> paths) throws Held, InterruptedException {
        Set<RelPath> taken = new TreeSet<>();
        paths.stream()
                .filter(path -> !path.isOwn())
                .forEach(path -> taken.addAll(site.settings().selection().within(path)));
        compareWhole(reached(RelPath.topmost(taken)));
    }

    /**
     * Compares these paths alone.
     *
     * @param beside by path: other names of its inode, which rsync must see in the same call
     */
    void each(Map<RelPath, Set<RelPath>> beside) throws Held, InterruptedException {
        Set<RelPath> paths = new TreeSet<>(beside.keySet());
        beside.forEach((path, names) -> names.forEach(name -> {
            paths.add(name);
            links.join(path, name);
        }));
        Set<RelPath> asked = new TreeSet<>(paths);
        paths.forEach(path -> asked.addAll(path.ancestors()));
        // What could not be listed as a whole is not to be asked for as one of many.
        asked.remove(RelPath.ROOT);
        Confirmation now = calls.confirmLevels(asked);
        Set<RelPath> todo = new TreeSet<>();
        for (RelPath path : paths) {
            if (path.isRoot() || site.obstacle(path) != null) {
                findings.unsure(path);
            } else {
                sort(path, now, isBelowOther(path, now), todo);
            }
        }
        compare(todo, now.present());
    }

    private static boolean isBelowOther(RelPath path, Confirmation now) {
        return path.ancestors().stream().anyMatch(above -> {
            Item item = now.item(above);
            return !now.unsure().containsKey(above) && (item == null || !item.isDirectory());
        });
    }

    private List<RelPath> reached(List<RelPath> tops) throws Held, InterruptedException {
        Set<RelPath> directories = new TreeSet<>();
        tops.forEach(top -> directories.addAll(top.ancestors()));
        Confirmation now = calls.confirmLevels(directories);
        List<RelPath> reached = new ArrayList<>();
        for (RelPath top : tops) {
            if (isReached(top, now)) {
                reached.add(top);
            }
        }
        return reached;
    }

    /** Whether only directories are above: behind a symbolic link a listing would show what that points to, and nothing is there. */
    private boolean isReached(RelPath top, Confirmation now) throws Held, InterruptedException {
        for (RelPath above : top.ancestors()) {
            Item item = now.item(above);
            if (now.unsure().containsKey(above)) {
                findings.unsure(top);
                return false;
            }
            if (item == null || !item.isDirectory()) {
                delete(top);
                return false;
            }
        }
        if (site.obstacle(top) == null) {
            return true;
        }
        if (!calls.confirm(List.of(top)).isAbsent(top)) {
            // What stands in the way stays: the baseline would fail on it.
            findings.unsure(top);
        }
        return false;
    }

    private void compareWhole(List<RelPath> tops) throws Held, InterruptedException {
        Set<RelPath> todo = new TreeSet<>();
        Set<RelPath> ask = new TreeSet<>();
        Set<RelPath> deferred = new TreeSet<>();
        Map<RelPath, String> failed = new TreeMap<>();
        Map<RelPath, Item> items = new HashMap<>();
        new Expansion(site, calls, links, limit)
                .expand(tops, new Expansion.Found(todo, ask, deferred, failed))
                .forEach(listing -> items.putAll(listing.items()));
        confirm(ask, todo, items);
        failed.keySet().forEach(path -> findings.unsure(path));
        deferred.forEach(findings::deferred);
        todo.removeAll(deferred);
        findings.listed(todo.size());
        compare(todo, items);
    }

    private void confirm(Set<RelPath> ask, Set<RelPath> todo, Map<RelPath, Item> items)
            throws Held, InterruptedException {
        List<RelPath> tops = RelPath.topmost(ask);
        Confirmation now = calls.confirm(tops);
        items.putAll(now.present());
        for (RelPath path : tops) {
            sort(path, now, false, todo);
        }
    }

    private void sort(RelPath path, Confirmation now, boolean isGone, Set<RelPath> todo) throws Held {
        Item item = isGone ? null : now.item(path);
        if (!isGone && now.unsure().containsKey(path)) {
            findings.unsure(path);
        } else if (item == null) {
            delete(path);
        } else if (!item.isDirectory() && site.isDirectory(path)) {
            replace(path, todo);
        } else {
            todo.add(path);
        }
    }

    private void replace(RelPath directory, Set<RelPath> todo) throws Held {
        if (site.deleter().mayDelete()) {
            delete(directory);
            todo.add(directory);
        } else {
            // What the replica keeps cannot be replaced: the baseline would fail on it.
            todo.remove(directory);
            findings.unsure(directory);
        }
    }

    private void delete(RelPath path) throws Held {
        try {
            long entries = site.tree().count(path);
            if (entries > 0) {
                findings.extra(path, entries, site.tree().size(path));
            }
        } catch (ErrnoException e) {
            if (Site.isDisk(e)) {
                throw Site.disk("reading '" + path + "'", e);
            }
            findings.unsure(path);
        }
    }

    /** What is not here at all needs no question; and behind what is no directory here, rsync would look at something else. */
    private void compare(Set<RelPath> sorted, Map<RelPath, Item> items) throws Held, InterruptedException {
        Set<RelPath> fresh = new HashSet<>();
        Map<RelPath, Stat> here = new TreeMap<>();
        for (RelPath path : sorted) {
            Item item = items.get(path);
            Stat stat = fresh.contains(path.parent()) ? null : site.lstat(path);
            if (stat == null || isReplaced(item, stat)) {
                fresh.add(path);
                findings.missing(path, item, stat);
            } else {
                here.put(path, stat);
                if (isOfSeveralNames(stat)) {
                    links.join(path, inode(stat));
                }
            }
        }
        for (List<RelPath> chunk : links.chunks(here.keySet(), limit)) {
            compare(chunk, here);
        }
    }

    private static boolean isReplaced(@Nullable Item item, Stat stat) {
        return item != null && item.isDirectory() != stat.isDirectory();
    }

    private static boolean isOfSeveralNames(Stat stat) {
        return stat.links() > 1 && !stat.isDirectory();
    }

    private static LinkGroups.Inode inode(Stat stat) {
        return new LinkGroups.Inode(stat.dev(), stat.ino());
    }

    private void compare(List<RelPath> chunk, Map<RelPath, Stat> here) throws Held, InterruptedException {
        RsyncRun run = look.at(chunk);
        Map<LinkGroups.Inode, List<RelPath>> names = new TreeMap<>(LinkGroups.Inode.ORDER);
        Map<Object, Set<RelPath>> groups = new HashMap<>();
        chunk.forEach(path -> groups.computeIfAbsent(links.leader(path), key -> new TreeSet<>())
                .add(path));
        for (RelPath path : chunk) {
            Item item = run.items().get(path);
            Stat stat = Objects.requireNonNull(here.get(path), "looked at before");
            if (item != null && item.changed()) {
                findings.different(path, item, several(groups.get(links.leader(path))));
            } else if (item != null) {
                findings.equal(path, item, stat);
            } else if (run.exit().kind() != RsyncExit.Kind.DONE) {
                findings.unsure(path);
            }
            if (item != null && isOfSeveralNames(stat)) {
                names.computeIfAbsent(inode(stat), key -> new ArrayList<>()).add(path);
            }
        }
        for (List<RelPath> group : names.values()) {
            // rsync names every inode of the source once by itself, and its further names as links.
            long inodes = group.stream()
                    .map(run.items()::get)
                    .filter(item -> item != null && !item.isFurtherName())
                    .count();
            if (inodes > 1) {
                findings.shared(group, several(groups.get(links.leader(group.get(0)))));
            }
        }
    }

    private static Set<RelPath> several(@Nullable Set<RelPath> names) {
        return names == null || names.size() == 1 ? Set.of() : names;
    }
}
