package io.weir.applier.reconcile;

import io.weir.applier.rsync.Item;
import io.weir.applier.rsync.RsyncRun;
import io.weir.posix.ErrnoException;
import io.weir.schemas.RelPath;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * Makes a whole directory into single paths, by a listing: rsync never recurses when it writes, as it would copy {@code .weir} and
 * filtered and temporary names. Confined to one thread.
 */
final class Expansion {
    private final Site site;
    private final SourceCalls calls;
    private final LinkGroups links;
    private final int limit;

    /**
     * Nothing listed yet.
     *
     * @param links gets the names of one inode
     * @param limit directories of one listing
     */
    Expansion(Site site, SourceCalls calls, LinkGroups links, int limit) {
        this.site = site;
        this.calls = calls;
        this.links = links;
        this.limit = limit;
    }

    /** What a directory holds. The sets are the caller's. */
    record Found(Set<RelPath> todo, Set<RelPath> ask, Set<RelPath> deferred, Map<RelPath, String> failed) {}

    /**
     * Lists directories, none of which lies below another, and splits what is there and what is here. One listing for all, as only
     * that tells which names in different directories are of one inode; but where it is incomplete, only one's own counts.
     *
     * @return the listings
     * @throws Held when the source shows no marker, or the replica cannot be read
     */
    List<RsyncRun> expand(List<RelPath> tops, Found into) throws Held, InterruptedException {
        List<RsyncRun> listings = new ArrayList<>();
        for (List<RelPath> part : new LinkGroups().chunks(tops, limit)) {
            RsyncRun listing = calls.list(part);
            if (part.size() == 1 || listing.listsAll()) {
                split(part, listing, into);
                listings.add(listing);
            } else {
                for (RelPath top : part) {
                    RsyncRun alone = calls.list(List.of(top));
                    split(List.of(top), alone, into);
                    listings.add(alone);
                }
            }
        }
        return listings;
    }

    private void split(List<RelPath> tops, RsyncRun listing, Found into) throws Held {
        Map<RelPath, Item> items = listing.items();
        NavigableSet<RelPath> directories = new TreeSet<>();
        for (RelPath top : tops) {
            Item self = items.get(top);
            if (!top.isRoot() && (self == null || !self.isDirectory())) {
                into.ask.add(top);
                continue;
            }
            directories.add(top);
            if (!listing.listsAll()) {
                // What was not printed is confirmed path by path below, so nothing is deleted for it.
                into.failed.put(top, "listing '" + top + "' at the source was incomplete: " + listing.complaint());
            }
        }
        Set<RelPath> linked = linked(items);
        for (Item item : items.values()) {
            RelPath path = item.path();
            if (Selection.covers(directories, path) && !path.isRoot() && !site.isForeign(path)) {
                place(item, linked.contains(path), into);
            }
        }
        Set<RelPath> overlong = new HashSet<>(listing.overlong());
        overlong.removeIf(
                path -> directories.contains(path) || !Selection.covers(directories, path) || site.isForeign(path));
        overlong.forEach(path -> into.failed.put(path, refusal(path)));
        for (RelPath top : directories) {
            askForTheRest(top, items, overlong, into);
        }
    }

    private String refusal(RelPath path) {
        String reason = Plan.tooLong(path, site.rootLength());
        return reason == null ? "listing '" + path + "' is refused: rsync takes no path this long; shorten it" : reason;
    }

    private static Set<RelPath> linked(Map<RelPath, Item> items) {
        Set<RelPath> linked = new HashSet<>();
        for (Item item : items.values()) {
            RelPath leader = item.linkedTo();
            if (leader != null) {
                linked.add(item.path());
                linked.add(leader);
            }
        }
        return linked;
    }

    private void place(Item item, boolean linked, Found into) {
        RelPath path = item.path();
        String tooLong = Plan.tooLong(path, site.rootLength());
        if (tooLong != null) {
            into.failed.put(path, tooLong);
        } else if (!linked && isYoungTemporary(item)) {
            // One of several names is not put off: pulled later and alone it would become a file of its own.
            into.deferred.add(path);
        } else {
            into.todo.add(path);
            RelPath leader = item.linkedTo();
            if (leader != null) {
                links.join(path, leader);
            }
        }
    }

    private boolean isYoungTemporary(Item item) {
        if (item.isDirectory()
                || !site.settings().temporaries().matchesName(item.path().name())) {
            return false;
        }
        Duration age = Duration.ofMillis(site.clock().millis() - item.mtimeSeconds() * 1000);
        // A time in the future tells nothing about the age: clocks differ. Pulling too early does no harm.
        return !age.plusSeconds(1).isNegative() && age.compareTo(site.settings().tempGrace()) < 0;
    }

    private void askForTheRest(RelPath top, Map<RelPath, Item> items, Set<RelPath> overlong, Found into) throws Held {
        Set<RelPath> asked = new HashSet<>();
        try {
            site.tree()
                    .walk(
                            top,
                            // A walk goes down one by one, so what is deeper below is not met either.
                            path -> site.isForeign(path) || overlong.contains(path) || asked.contains(path.parent()),
                            (path, directory) -> {
                                Item item = items.get(path);
                                if (item == null || (directory && !item.isDirectory())) {
                                    asked.add(path);
                                }
                            });
        } catch (ErrnoException e) {
            if (Site.isDisk(e)) {
                throw Site.disk("reading '" + top + "'", e);
            }
            into.failed.put(top, "reading '" + top + "' on the replica failed: " + e.getMessage());
        }
        asked.removeAll(into.deferred);
        asked.removeIf(path -> {
            String tooLong = Plan.tooLong(path, site.rootLength());
            if (tooLong != null) {
                into.failed.put(path, tooLong);
            }
            return tooLong != null;
        });
        into.ask.addAll(asked);
    }
}
