package io.weir.applier.reconcile;

import io.weir.applier.rsync.Item;
import io.weir.schemas.RelPath;
import java.util.Set;
import java.util.TreeSet;

/**
 * The directories above the chosen paths, before a pull lists them. They are no part of what is taken: a pull must not remove what
 * stands in their place here, nor bring what has taken their place at the source. Confined to one thread.
 */
final class AboveChosen {
    private final Site site;
    private final SourceCalls calls;

    AboveChosen(Site site, SourceCalls calls) {
        this.site = site;
        this.calls = calls;
    }

    /** Those of these directories in whose place the replica has something else. */
    Set<RelPath> blocked(Set<RelPath> directories) {
        Set<RelPath> blocked = new TreeSet<>();
        for (RelPath path : directories) {
            if (selection().isAbove(path) && site.local(path) == Plan.Local.OTHER) {
                blocked.add(path);
            }
        }
        return blocked;
    }

    /**
     * Those of these directories that are none at the source now, or of which that cannot be told. Where a chosen path is here the
     * source is not asked: rsync replaces no directory that holds something.
     */
    Set<RelPath> changed(Set<RelPath> directories) throws Held, InterruptedException {
        Set<RelPath> doubtful = new TreeSet<>();
        for (RelPath path : directories) {
            if (selection().isAbove(path)
                    && selection().within(path).stream().allMatch(each -> site.local(each) == Plan.Local.ABSENT)) {
                doubtful.add(path);
                doubtful.addAll(path.ancestors());
            }
        }
        if (doubtful.isEmpty()) {
            return doubtful;
        }
        Confirmation now = calls.confirmLevels(doubtful);
        doubtful.removeIf(path -> {
            Item item = now.item(path);
            return item != null && item.isDirectory();
        });
        return doubtful;
    }

    private Selection selection() {
        return site.settings().selection();
    }

    /** Whether a path is one of these or below one. */
    static boolean isIn(Set<RelPath> tops, RelPath path) {
        return !tops.isEmpty()
                && (tops.contains(path) || path.ancestors().stream().anyMatch(tops::contains));
    }

    /** Why what is taken is not pulled. */
    static String refusal(RelPath path, RelPath obstacle) {
        return "pulling '" + path + "' is refused: '" + obstacle
                + "' is no directory on the replica, and not Weir's to remove; move it away";
    }
}
