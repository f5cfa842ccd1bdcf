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
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The dry run of a baseline: the same listing and the same confirmation of what seems to be absent, then a comparison in the place of
 * deletes and pulls. Only looks. Confined to one thread.
 */
final class Comparison {
    /** What is named of each kind fits into a record beside the others, whatever the paths are. */
    private static final int MOST_NAMED = 1_000;

    private static final int MOST_BYTES = 100_000;

    private final Site site;
    private final SourceCalls calls;
    private final int limit;
    private final LinkGroups links = new LinkGroups();
    private final Sum sent = new Sum();
    private final Sum deleted = new Sum();
    private final Sum unsure = new Sum();
    private final Set<RelPath> deferred = new TreeSet<>();
    private long listed;

    Comparison(Site site, SourceCalls calls, int limit) {
        this.site = site;
        this.calls = calls;
        this.limit = limit;
    }

    private static final class Sum {
        private long count;
        private long bytes;
        private int named;
        private final Set<RelPath> first = new TreeSet<>();

        void add(RelPath path, long entries, long size) {
            count += entries;
            bytes += size;
            if (first.size() < MOST_NAMED && named + path.length() < MOST_BYTES) {
                first.add(path);
                named += path.length() + 8;
            }
        }

        Differences.Part part() {
            return new Differences.Part(count, bytes, List.copyOf(first));
        }
    }

    /** Compares these paths with everything below. */
    Differences of(List<RelPath> paths) throws InterruptedException {
        try {
            Set<RelPath> taken = new TreeSet<>();
            paths.stream()
                    .filter(path -> !path.isOwn())
                    .forEach(path -> taken.addAll(site.settings().selection().within(path)));
            compareWhole(reached(Reconciliation.topmost(taken)));
            boolean kept = !site.deleter().mayDelete();
            return new Differences(
                    Outcome.State.DONE, "", listed, sent.part(), deleted.part(), kept, deferred.size(), unsure.part());
        } catch (Held e) {
            return Differences.held(e.state(), e.reason());
        }
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
                unsure.add(top, 1, 0);
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
            unsure.add(top, 1, 0);
        }
        return false;
    }

    private void compareWhole(List<RelPath> tops) throws Held, InterruptedException {
        Set<RelPath> todo = new TreeSet<>();
        Set<RelPath> ask = new TreeSet<>();
        Map<RelPath, String> failed = new TreeMap<>();
        Map<RelPath, Item> items = new HashMap<>();
        new Expansion(site, calls, links, limit)
                .expand(tops, new Expansion.Found(todo, ask, deferred, failed))
                .forEach(listing -> items.putAll(listing.items()));
        confirm(ask, todo, items);
        failed.keySet().forEach(path -> unsure.add(path, 1, 0));
        todo.removeAll(deferred);
        listed += todo.size();
        compare(todo, items);
    }

    private void confirm(Set<RelPath> ask, Set<RelPath> todo, Map<RelPath, Item> items)
            throws Held, InterruptedException {
        List<RelPath> tops = Reconciliation.topmost(ask);
        Confirmation now = calls.confirm(tops);
        items.putAll(now.present());
        for (RelPath path : tops) {
            Item item = now.item(path);
            if (now.unsure().containsKey(path)) {
                unsure.add(path, 1, 0);
            } else if (item == null) {
                delete(path);
            } else if (!item.isDirectory() && site.isDirectory(path)) {
                replace(path, todo);
            } else {
                todo.add(path);
            }
        }
    }

    private void replace(RelPath directory, Set<RelPath> todo) throws Held {
        if (site.deleter().mayDelete()) {
            delete(directory);
            todo.add(directory);
        } else {
            // What the replica keeps cannot be replaced: the baseline would fail on it.
            todo.remove(directory);
            unsure.add(directory, 1, 0);
        }
    }

    private void delete(RelPath path) throws Held {
        try {
            long entries = site.tree().count(path);
            if (entries > 0) {
                deleted.add(path, entries, site.tree().size(path));
            }
        } catch (ErrnoException e) {
            if (Site.isDisk(e)) {
                throw Site.disk("reading '" + path + "'", e);
            }
            unsure.add(path, 1, 0);
        }
    }

    /** What is not here at all needs no question; and behind what is no directory here, rsync would look at something else. */
    private void compare(Set<RelPath> sorted, Map<RelPath, Item> items) throws Held, InterruptedException {
        Set<RelPath> fresh = new HashSet<>();
        List<RelPath> here = new ArrayList<>();
        for (RelPath path : sorted) {
            Item item = items.get(path);
            Stat stat = fresh.contains(path.parent()) ? null : site.lstat(path);
            if (stat == null || isReplaced(item, stat)) {
                fresh.add(path);
                sent.add(path, 1, item == null ? 0 : item.bytes());
            } else {
                here.add(path);
            }
        }
        for (List<RelPath> chunk : links.chunks(here, limit)) {
            compare(chunk);
        }
    }

    private static boolean isReplaced(@Nullable Item item, Stat stat) {
        return item != null && item.isDirectory() != stat.isDirectory();
    }

    private void compare(List<RelPath> chunk) throws Held, InterruptedException {
        RsyncRun run = calls.compare(chunk);
        for (RelPath path : chunk) {
            Item item = run.items().get(path);
            if (item != null && item.changed()) {
                sent.add(path, 1, item.bytes());
            } else if (item == null && run.exit().kind() != RsyncExit.Kind.DONE) {
                unsure.add(path, 1, 0);
            }
        }
    }
}
