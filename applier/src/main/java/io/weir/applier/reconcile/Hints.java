package io.weir.applier.reconcile;

import io.weir.applier.rsync.Item;
import io.weir.posix.ErrnoException;
import io.weir.schemas.RelPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries renames from hints. A stale hint would move the wrong thing: a rename is done only when the source says that the old name is
 * absent now and the new one present with the type the replica has under the old name, and the new name is free here. Confined to
 * one thread.
 */
final class Hints {
    private static final Logger log = LoggerFactory.getLogger(Hints.class);

    private final Site site;
    private final SourceCalls calls;
    private final Changes changes;

    Hints(Site site, SourceCalls calls, Changes changes) {
        this.site = site;
        this.calls = calls;
        this.changes = changes;
    }

    /**
     * Renames what can be.
     *
     * @param hints new path to old path
     * @return the new paths that were renamed; both ends are still to be reconciled
     */
    List<RelPath> take(Map<RelPath, RelPath> hints) throws Held, InterruptedException {
        List<RelPath> taken = new ArrayList<>();
        List<RelPath> ask = new ArrayList<>();
        for (Map.Entry<RelPath, RelPath> hint : hints.entrySet()) {
            if (site.lstat(hint.getValue()) != null && site.lstat(hint.getKey()) == null) {
                ask.add(hint.getKey());
                ask.add(hint.getValue());
            }
        }
        if (ask.isEmpty()) {
            return taken;
        }
        Confirmation now = calls.confirm(ask);
        for (int i = 0; i < ask.size(); i += 2) {
            RelPath to = ask.get(i);
            RelPath from = ask.get(i + 1);
            Item item = now.item(to);
            if (item != null && now.isAbsent(from) && rename(from, to, item)) {
                taken.add(to);
            }
        }
        return taken;
    }

    private boolean rename(RelPath from, RelPath to, Item item) throws Held {
        if (!item.isDirectory() && item.type() != 'f') {
            return false;
        }
        try {
            boolean isRenamed = site.renames().rename(from, to, item.isDirectory());
            if (isRenamed) {
                changes.renamed(from, to, item.isDirectory());
            }
            return isRenamed;
        } catch (ErrnoException e) {
            if (Site.isDisk(e)) {
                throw Site.disk("renaming '" + from + "' to '" + to + "'", e);
            }
            // The pull does it without the hint.
            log.debug("a local rename failed from={} to={} cause={}", from, to, e.getMessage());
            return false;
        }
    }
}
