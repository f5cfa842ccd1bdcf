package io.weir.applier.reconcile;

import io.weir.applier.rsync.Item;
import io.weir.applier.rsync.RsyncExit;
import io.weir.applier.rsync.RsyncRun;
import io.weir.schemas.RelPath;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Holds a pull to account. Pure. */
final class Accounting {
    private Accounting() {}

    /**
     * The listed paths that a pull did not settle for certain: not printed (gone in between, unreadable, or behind something that is
     * no directory), or, when the call ended in any other way than well, printed as changed (the change may have failed half way) or
     * printed as something else than the directory that still stands there.
     */
    static Set<RelPath> unsettled(Collection<RelPath> listed, RsyncRun run, Predicate<RelPath> localDirectory) {
        boolean doubtful = run.exit().kind() != RsyncExit.Kind.DONE;
        Set<RelPath> left = new TreeSet<>();
        for (RelPath path : listed) {
            Item item = run.items().get(path);
            if (item == null || (doubtful && (item.changed() || (!item.isDirectory() && localDirectory.test(path))))) {
                left.add(path);
            }
        }
        return left;
    }
}
