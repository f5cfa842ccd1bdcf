package io.weir.agent.publish;

import io.weir.agent.publish.Observer.Observation;
import io.weir.agent.root.RootGuard;
import io.weir.agent.root.SourceUnavailableException;
import io.weir.agent.watch.LinkIndex;
import io.weir.posix.Fd;
import io.weir.posix.Stat;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.RelPath;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at a group of paths together, other names of their inodes included. Nothing is said unless the root proved after
 * that, that it is still the right one. Confined to the publisher's thread.
 */
final class GroupObserver {
    private static final Logger log = LoggerFactory.getLogger(GroupObserver.class);

    /** A record must stay well below what brokers take; nobody can use a longer path, but its directory tells of it. */
    private static final int LONGEST_PATH = 64 * 1024;

    private record Inode(long dev, long ino) {}

    private final RootGuard root;
    private final LinkIndex links;
    private final PublisherMetrics metrics;

    GroupObserver(RootGuard root, LinkIndex links, PublisherMetrics metrics) {
        this.root = root;
        this.links = links;
        this.metrics = metrics;
    }

    /**
     * Observes entries that were removed from the dirty set.
     *
     * @return what was seen, in their order, each followed by its other names
     * @throws SourceUnavailableException when the root cannot be believed
     */
    List<Sighting> observe(List<Dirty> group) throws SourceUnavailableException {
        List<Sighting> seen = new ArrayList<>(group.size() + 4);
        try (Fd opened = root.open();
                Observer observer = new Observer(opened)) {
            observe(observer, group, seen);
            root.requireMarker(opened);
        }
        return seen;
    }

    private void observe(Observer observer, List<Dirty> group, List<Sighting> seen) {
        Set<RelPath> paths = new HashSet<>();
        Set<Inode> expanded = new HashSet<>();
        for (Dirty entry : group) {
            paths.add(entry.path());
        }
        for (Dirty taken : group) {
            if (taken.isCheckpoint()) {
                seen.add(new Sighting(taken, Observer.UNTOLD));
                continue;
            }
            Dirty entry = shortened(taken);
            Observation now = observer.observe(entry.path());
            if (entry.kind() == ChangeKind.DELETED && now.isDirectory()) {
                // It was made again since: what replicas have below it is of before.
                entry = entry.asRecursive();
            }
            seen.add(new Sighting(entry, now));
            for (RelPath other : otherNames(entry, now, expanded)) {
                // A name in the group is published anyway.
                if (paths.add(other)) {
                    addLinked(observer, entry, other, seen);
                }
            }
        }
    }

    private Set<RelPath> otherNames(Dirty entry, Observation now, Set<Inode> expanded) {
        Stat stat = now.stat();
        if (now.isAbsent()) {
            links.forget(entry.path());
            return Set.of();
        }
        if (stat == null) {
            return Set.of();
        }
        if (stat.isDirectory()) {
            return entry.recursive() && !entry.path().isRoot() ? links.observeBelow(entry.path()) : Set.of();
        }
        // Also with one link: the name may have been one of several before.
        Set<RelPath> others = links.observe(entry.path(), stat);
        // Once in a group is enough for all names; and names that were sent for another one do not send that one again.
        boolean first = expanded.add(new Inode(stat.dev(), stat.ino()));
        return first && entry.kind() != ChangeKind.LINKED ? others : Set.of();
    }

    private void addLinked(Observer observer, Dirty entry, RelPath other, List<Sighting> seen) {
        Observation now = observer.observe(other);
        if (now.isAbsent()) {
            links.forget(other);
        } else {
            metrics.linked();
            seen.add(new Sighting(Dirty.linked(other, entry.capturedAtMicros()), now));
        }
    }

    private static Dirty shortened(Dirty entry) {
        RelPath path = entry.path();
        while (path.length() > LONGEST_PATH) {
            path = path.parent();
        }
        if (path.equals(entry.path())) {
            return entry;
        }
        log.warn(
                "path too long for a record, its directory is rescanned instead: path={} bytes={}",
                path,
                entry.path().length());
        return Dirty.collapse(path, entry.capturedAtMicros(), entry.gap(), "a path below it is too long to be named");
    }
}
