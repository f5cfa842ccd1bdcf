package io.weir.applier.reconcile;

import io.weir.applier.rsync.Item;
import io.weir.applier.rsync.RsyncRun;
import io.weir.posix.ErrnoException;
import io.weir.schemas.RelPath;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Makes a whole directory into single paths, by a listing: rsync never recurses when it writes, as it would copy {@code .weir} and
 * filtered and temporary names. Confined to one thread.
 */
final class Expansion {
    private final Site site;
    private final LinkGroups links;

    Expansion(Site site, LinkGroups links) {
        this.site = site;
        this.links = links;
    }

    /** What a directory holds. The sets are the caller's. */
    record Found(Set<RelPath> todo, Set<RelPath> ask, Set<RelPath> deferred, Map<RelPath, String> failed) {}

    /**
     * Splits what a listing printed and what is here.
     *
     * @throws Held when the replica cannot be read
     */
    void expand(RelPath top, RsyncRun listing, Found into) throws Held {
        Map<RelPath, Item> items = listing.items();
        Item self = items.get(top);
        if (!top.isRoot() && (self == null || !self.isDirectory())) {
            into.ask.add(top);
            return;
        }
        if (!listing.listsAll()) {
            // What was not printed is confirmed path by path below, so nothing is deleted for it.
            into.failed.put(top, "listing '" + top + "' at the source was incomplete: " + listing.complaint());
        }
        Set<RelPath> linked = linked(items);
        for (Item item : items.values()) {
            RelPath path = item.path();
            if ((path.equals(top) || path.isBelow(top)) && !path.isRoot() && !site.isForeign(path)) {
                place(item, linked.contains(path), into);
            }
        }
        Set<RelPath> overlong = new HashSet<>(listing.overlong());
        overlong.removeIf(path -> !path.isBelow(top) || site.isForeign(path));
        overlong.forEach(path -> into.failed.put(path, refusal(path)));
        askForTheRest(top, items, overlong, into);
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
