package io.weir.applier.reconcile;

import io.weir.posix.ErrnoException;
import io.weir.posix.Stat;
import io.weir.schemas.RelPath;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The deletes of one reconcile, which the breaker may stop. Confined to one thread. */
final class Removals {
    private final Site site;
    private final Map<RelPath, String> failed;
    private final Changes changes;
    private final Map<RelPath, Outcome.Stopped> held = new TreeMap<>();
    private final Set<RelPath> failedWhole = new TreeSet<>();
    private long deleted;

    /** Paths that cannot be deleted are added to the failed ones. */
    Removals(Site site, Map<RelPath, String> failed, Changes changes) {
        this.site = site;
        this.failed = failed;
        this.changes = changes;
    }

    /** Entries deleted so far. */
    long deleted() {
        return deleted;
    }

    /** What the breaker stopped so far. */
    Map<RelPath, Outcome.Stopped> held() {
        return held;
    }

    /** Directories that could not be deleted with everything in them. */
    Set<RelPath> failedWhole() {
        return failedWhole;
    }

    /** Deletes all of these with everything in them, or none of those that no person has approved. */
    void remove(Collection<RelPath> paths) throws Held {
        Set<RelPath> doomed = new LinkedHashSet<>(paths);
        Set<RelPath> approved = new LinkedHashSet<>();
        long granted = 0;
        if (site.deleter().mayDelete()) {
            Set<RelPath> guarded = new LinkedHashSet<>(doomed);
            guarded.removeIf(site.breaker()::isApproved);
            approved.addAll(doomed);
            approved.removeAll(guarded);
            Map<RelPath, Stat> there = new TreeMap<>();
            long count = 0;
            for (RelPath path : guarded) {
                Stat stat = site.lstat(path);
                if (stat != null) {
                    there.put(path, stat);
                    count += 1 + (stat.isDirectory() ? below(path) : 0);
                }
            }
            Optional<String> refusal = ask(count);
            granted = refusal.isPresent() ? 0 : count;
            if (refusal.isPresent()) {
                doomed.removeAll(there.keySet());
                there.forEach((path, stat) -> held.put(
                        path,
                        new Outcome.Stopped(stat.isDirectory(), "deleting '" + path + "' is held: " + refusal.get())));
            }
        }
        long allowed = 0;
        try {
            for (RelPath path : doomed) {
                long before = deleted;
                delete(path);
                allowed += approved.contains(path) ? deleted - before : 0;
            }
        } finally {
            site.breaker().done(granted);
            site.breaker().approvedDeleted(allowed);
        }
    }

    private Optional<String> ask(long count) throws Held {
        try {
            return site.breaker().ask(count, this::census);
        } catch (ErrnoException e) {
            throw Site.disk("counting entries", e);
        }
    }

    private long below(RelPath directory) throws Held {
        try {
            long[] count = {0};
            site.tree().walk(directory, RelPath::isOwn, (path, isDirectory) -> count[0]++);
            return count[0];
        } catch (ErrnoException e) {
            if (Site.isDisk(e)) {
                throw Site.disk("reading '" + directory + "'", e);
            }
            // Deleting it will fail too, and say why.
            return 0;
        }
    }

    /** Entries the replica has of what it takes: what else is there would hide how much of that goes. */
    private long census() throws ErrnoException {
        long[] count = {0};
        site.tree()
                .walk(RelPath.ROOT, site::isOutside, (path, isDirectory) -> count[0] += site.isForeign(path) ? 0 : 1);
        return count[0];
    }

    private void delete(RelPath path) throws Held {
        boolean isDirectory = site.isDirectory(path);
        try {
            long entries = site.deleter().delete(path);
            deleted += entries;
            changes.deleted(path, isDirectory, entries);
        } catch (ErrnoException e) {
            if (isDirectory) {
                // Some of it may be gone.
                changes.unsure(path);
            }
            if (Site.isDisk(e)) {
                throw Site.disk("deleting '" + path + "'", e);
            }
            failed.put(path, "deleting '" + path + "' failed: " + e.getMessage());
            if (site.isDirectory(path)) {
                failedWhole.add(path);
            }
        }
    }
}
