package io.weir.applier.reconcile;

import io.weir.applier.rsync.Item;
import io.weir.applier.rsync.RsyncRun;
import io.weir.schemas.RelPath;
import java.util.ArrayList;
import java.util.List;

/** What one reconcile changes in the replica, for its outcome and for the log of paths. Confined to one thread. */
public final class Changes {
    /** More than so many are told as one: anything may have changed. */
    public static final int MOST = 100_000;

    /** What stands for more changes than can be told one by one. */
    public static final List<Change> ALL = List.of(Change.unsure(RelPath.ROOT, true));

    private final PathLog log;
    private final List<Change> made = new ArrayList<>();
    private boolean isTooMany;

    Changes(PathLog log) {
        this.log = log;
    }

    /** What a pull changed, but for directories whose time alone it set: something in them changed, and is told itself. */
    void pulled(RsyncRun run) {
        log.pulled(run);
        for (Item item : run.items().values()) {
            boolean isTimeOnly = item.isDirectory() && item.difference().equals("mtime");
            if (item.changed() && !isTimeOnly) {
                add(Change.updated(item.path(), item.isDirectory()));
            }
        }
    }

    /** A path was deleted with everything in it, so many entries. */
    void deleted(RelPath path, boolean directory, long entries) {
        log.deleted(path, entries);
        if (entries > 0) {
            add(Change.deleted(path, directory));
        }
    }

    /** Something in a directory may have been deleted. */
    void unsure(RelPath directory) {
        add(Change.unsure(directory, true));
    }

    /** A path was renamed here, as it was at the source. */
    void renamed(RelPath from, RelPath to, boolean directory) {
        log.renamed(from, to);
        add(Change.renamed(from, to, directory));
    }

    private void add(Change change) {
        isTooMany = isTooMany || made.size() >= MOST;
        if (!isTooMany) {
            made.add(change);
        }
    }

    /** All of them, in the order in which they were made. */
    List<Change> all() {
        return isTooMany ? ALL : made;
    }
}
