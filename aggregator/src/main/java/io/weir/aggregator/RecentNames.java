package io.weir.aggregator;

import io.weir.schemas.RelPath;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Names of multi-link inodes that were sent lately. rsync keeps hard links only inside one run, so when one name goes again, or a
 * name that was made since, those that went just before go along: nothing else would join them in the replica. A name that is stale
 * costs a look at it, since paths are made equal to what is there now. Bounded and of memory only; confined to one thread.
 */
final class RecentNames {
    private static final int INODES = 10_000;
    /** A farm of links with more names than this is left to the agent, which sends all of them together. */
    private static final int NAMES = 64;

    private final Map<LinkId, Set<RelPath>> names = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<RelPath, LinkId> inodes = new LinkedHashMap<>();

    /** Notes what is sent for a path; what was noted of it before is forgotten. */
    void sent(RelPath path, Pending pending) {
        LinkId old = inodes.remove(path);
        Set<RelPath> others = old == null ? null : names.get(old);
        if (others != null && others.remove(path) && others.isEmpty()) {
            names.remove(old);
        }
        LinkId link = pending.link();
        if (link == null) {
            return;
        }
        Set<RelPath> mates = names.computeIfAbsent(link, each -> new TreeSet<>());
        if (mates.size() < NAMES) {
            mates.add(path);
            inodes.put(path, link);
        }
        if (names.size() > INODES) {
            LinkId eldest = names.keySet().iterator().next();
            Set<RelPath> forgotten = names.remove(eldest);
            if (forgotten != null) {
                inodes.keySet().removeAll(forgotten);
            }
        }
    }

    /** The names of an inode that were sent lately. */
    List<RelPath> of(LinkId link) {
        return new ArrayList<>(names.getOrDefault(link, Set.of()));
    }
}
