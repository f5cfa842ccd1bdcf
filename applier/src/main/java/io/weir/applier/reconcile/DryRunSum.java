package io.weir.applier.reconcile;

import io.weir.applier.rsync.Item;
import io.weir.posix.ErrnoException;
import io.weir.posix.Stat;
import io.weir.schemas.RelPath;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Adds up what a baseline would do. Confined to one thread. */
final class DryRunSum implements Comparison.Findings {
    /** What is named of each kind fits into a record beside the others, whatever the paths are. */
    private static final int MOST_NAMED = 1_000;

    private static final int MOST_BYTES = 100_000;

    private final Sum sent = new Sum();
    private final Sum deleted = new Sum();
    private final Sum unsure = new Sum();
    private final Site site;
    private final @Nullable OnlyHere told;
    private long listed;
    private long deferred;

    private DryRunSum(Site site, @Nullable OnlyHere told) {
        this.site = site;
        this.told = told;
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
    static Differences of(Site site, SourceCalls calls, int limit, List<RelPath> paths) throws InterruptedException {
        return of(site, calls, limit, paths, null);
    }

    /** The same, and tells of all that the replica alone has. */
    static Differences of(Site site, SourceCalls calls, int limit, List<RelPath> paths, @Nullable OnlyHere told)
            throws InterruptedException {
        DryRunSum sum = new DryRunSum(site, told);
        try {
            new Comparison(site, calls, limit, calls::compare, sum).whole(paths);
            return sum.differences(!site.deleter().mayDelete());
        } catch (Held e) {
            return Differences.held(e.state(), e.reason());
        }
    }

    private Differences differences(boolean kept) {
        return new Differences(
                Outcome.State.DONE, "", listed, sent.part(), deleted.part(), kept, deferred, unsure.part());
    }

    @Override
    public void listed(long entries) {
        listed += entries;
    }

    @Override
    public void deferred(RelPath path) {
        deferred++;
    }

    @Override
    public void missing(RelPath path, @Nullable Item item, @Nullable Stat here) {
        sent.add(path, 1, item == null ? 0 : item.bytes());
        if (told != null && here != null) {
            told.different(path, "type");
        }
    }

    @Override
    public void different(RelPath path, Item item, Set<RelPath> beside) {
        sent.add(path, 1, item.bytes());
        String how = item.difference();
        // A directory's time tells only that something in it is different, which is told.
        if (told != null && !(item.isDirectory() && how.equals("mtime"))) {
            told.different(path, how);
        }
    }

    @Override
    public void equal(RelPath path, Item item, Stat here) {}

    @Override
    public void shared(List<RelPath> names, Set<RelPath> beside) {}

    @Override
    public void extra(RelPath path, long entries, long bytes) {
        deleted.add(path, entries, bytes);
        if (told != null) {
            told.extra(path);
            tellBelow(path, told);
        }
    }

    private void tellBelow(RelPath path, OnlyHere all) {
        try {
            site.tree().walk(path, each -> false, (each, directory) -> all.extra(each));
        } catch (ErrnoException e) {
            unsure(path);
        }
    }

    @Override
    public void unsure(RelPath path) {
        unsure.add(path, 1, 0);
        if (told != null) {
            told.unsure(path);
        }
    }
}
