package io.weir.agent.watch;

import io.weir.posix.Fd;
import io.weir.posix.Stat;
import io.weir.schemas.RelPath;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The names of inodes that have more than one. inotify names only the link that was used, but a replica that broke a link
 * keeps stale content under the other names, so a change of one name must be published for all of them.
 *
 * <p>Names are learned when they are observed, and by a search of the whole tree when fewer are known than the link count
 * says; a search notes every multi-link name it meets, takes about three seconds for a million files, and at most a tenth
 * of the time goes into searches. What could not be searched at once is owed, and answered by a later call. A name that is
 * kept may be stale: each is looked at before it is given out. Thread-safe; searches block only callers that search.
 */
public final class LinkIndex {
    private static final Logger log = LoggerFactory.getLogger(LinkIndex.class);
    private static final int REST_FACTOR = 9;
    private static final int DELETED_KEPT = 4096;

    private final SourceRoot root;
    private final LongSupplier nanoTime;
    private final Runnable doubt;
    private final LinkNames names = new LinkNames();
    private final UnseenNames unseen = new UnseenNames();

    /** Names of an inode that a search did not find, as of a generation: they lie outside of what is searched. */
    private record Outside(long links, long generation) {}

    private final Map<LinkNames.Inode, Outside> outside = new HashMap<>(); // guarded by this
    private final Map<LinkNames.Inode, Long> owed = new HashMap<>(); // guarded by this
    private final Set<RelPath> again = new HashSet<>(); // guarded by this

    /** Deleted names: a writer that still has one open is told by that name. Guarded by this. */
    private final Map<RelPath, LinkNames.Inode> deleted = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<RelPath, LinkNames.Inode> eldest) {
            return size() > DELETED_KEPT;
        }
    };

    private long generation; // guarded by this
    private long searchAgainAt; // guarded by this
    private boolean searched; // guarded by this

    /**
     * An empty index; names are searched for when they are first needed.
     *
     * @param doubt told when a file may have changed whose name nobody knows; must not block
     */
    public LinkIndex(SourceRoot root, Runnable doubt) {
        this(root, System::nanoTime, doubt);
    }

    LinkIndex(SourceRoot root, LongSupplier nanoTime, Runnable doubt) {
        this.root = root;
        this.nanoTime = nanoTime;
        this.doubt = doubt;
    }

    /**
     * Records a name of a non-directory as it was just seen and returns the other names of its inode; also names of other
     * inodes that a search answered late. To be called for every entry that is published, single-link ones too: a name that
     * was one of several may be another file's now.
     */
    public Set<RelPath> observe(RelPath path, Stat stat) {
        unseen.seen(path);
        synchronized (this) {
            deleted.remove(path);
        }
        if (stat.isDirectory() || stat.links() < 2) {
            names.forgetName(path);
            return Set.of();
        }
        LinkNames.Inode inode = new LinkNames.Inode(stat.dev(), stat.ino());
        names.record(path, inode);
        try (Fd top = root.open()) {
            Set<RelPath> found = new LinkedHashSet<>();
            if (!isComplete(top, inode, stat.links())) {
                synchronized (this) {
                    owed.put(inode, stat.links());
                }
                found.addAll(searchIfDue(top));
            }
            found.addAll(names.of(inode));
            found.remove(path);
            return found;
        } catch (IOException e) {
            // The root cannot be opened: the watch tells of that, and a rescan follows when it is back.
            log.debug("Other names of a file were not searched path={} cause={}", path, e.getMessage());
            return Set.of();
        }
    }

    /**
     * Looks for multi-link files below a directory that came or moved as a whole and returns all names of those that have names
     * outside of it too: they are to be published as linked, or the replica gets copies instead of links. Names that are all
     * below the directory are linked by its listing. Costs a walk of the directory.
     */
    public Set<RelPath> observeBelow(RelPath directory) {
        unseen.seen(directory);
        Set<RelPath> found = new LinkedHashSet<>();
        try (Fd top = root.open()) {
            Map<LinkNames.Inode, Long> seen = new HashMap<>();
            new LinkSearch(top, Set.of()).search(directory, (path, inode, stat) -> {
                names.record(path, inode);
                seen.put(inode, stat.links());
            });
            boolean search = false;
            for (Map.Entry<LinkNames.Inode, Long> entry : seen.entrySet()) {
                if (!isComplete(top, entry.getKey(), entry.getValue())) {
                    synchronized (this) {
                        owed.put(entry.getKey(), entry.getValue());
                    }
                    search = true;
                }
            }
            if (search) {
                found.addAll(searchIfDue(top));
            }
            for (LinkNames.Inode inode : seen.keySet()) {
                Set<RelPath> all = names.of(inode);
                if (!all.stream().allMatch(path -> path.isBelow(directory))) {
                    found.addAll(all);
                }
            }
        } catch (IOException e) {
            log.debug("Links below a directory were not searched path={} cause={}", directory, e.getMessage());
        }
        return found;
    }

    /** Names that a search owed from earlier calls brings to light, to be published as linked. Call when idle, often: it is cheap when nothing is owed. */
    public Set<RelPath> overdue() {
        try {
            return owing(false);
        } catch (IOException e) {
            log.debug("Owed links were not searched cause={}", e.getMessage());
            return Set.of();
        }
    }

    /**
     * The same at once, however much was searched of late: afterwards nothing is owed of what was observed before.
     *
     * @throws IOException when it could not be searched; it is still owed
     */
    public Set<RelPath> settle() throws IOException {
        return owing(true);
    }

    private Set<RelPath> owing(boolean atOnce) throws IOException {
        synchronized (this) {
            if (owed.isEmpty() && again.isEmpty()) {
                return Set.of();
            }
        }
        try (Fd top = root.open()) {
            Set<RelPath> found = search(top, atOnce);
            synchronized (this) {
                found.addAll(again);
                again.clear();
            }
            return found;
        }
    }

    /**
     * The other names that are known of a file that was just written to, or deleted with a writer that still has it open.
     * To be called for each event, before the name can be forgotten: by the time it is observed it may be gone. Cheap, nothing is looked at.
     */
    public Set<RelPath> touched(RelPath path) {
        unseen.written(path);
        LinkNames.Inode inode = names.inode(path);
        if (inode == null) {
            synchronized (this) {
                inode = deleted.isEmpty() ? null : deleted.get(path);
            }
        }
        if (inode == null) {
            return Set.of();
        }
        Set<RelPath> others = names.of(inode);
        others.remove(path);
        return others;
    }

    /** A name came that is no directory's; whether it is one of several is known when it is observed. */
    public void came(RelPath path) {
        doubtIf(unseen.came(path, false));
    }

    /** A directory came; what was made in it before it was watched is known when it is observed. */
    public void directoryCame(RelPath path) {
        doubtIf(unseen.came(path, true));
    }

    private void doubtIf(boolean doubtful) {
        if (doubtful) {
            doubt.run();
        }
    }

    /** Drops a name that is gone, and every name below it. */
    public void forget(RelPath path) {
        doubtIf(unseen.gone(path));
        LinkNames.Inode inode = names.inode(path);
        if (inode != null) {
            synchronized (this) {
                deleted.put(path, inode);
            }
        }
        names.forget(path);
    }

    /** A file or directory was renamed: its names move along. */
    public void renamed(RelPath from, RelPath to) {
        doubtIf(unseen.renamed(from, to));
        names.renamed(from, to);
    }

    /** Directories came or moved, so a search under way or done before may have missed names in them. */
    public synchronized void disturbed() {
        generation++;
    }

    /** Whether all names are known, or those that are not lie outside. Drops names that are another file's by now. */
    private boolean isComplete(Fd top, LinkNames.Inode inode, long links) {
        LinkSearch search = new LinkSearch(top, Set.of());
        long known = 0;
        for (RelPath name : names.of(inode)) {
            if (search.isName(name, inode)) {
                known++;
            } else {
                names.forgetName(name, inode);
            }
        }
        if (known >= links) {
            return true;
        }
        synchronized (this) {
            Outside beyond = outside.get(inode);
            return beyond != null && beyond.generation() == generation && known + beyond.links() >= links;
        }
    }

    private Set<RelPath> searchIfDue(Fd top) throws IOException {
        return search(top, false);
    }

    private Set<RelPath> search(Fd top, boolean atOnce) throws IOException {
        Map<LinkNames.Inode, Long> wanted;
        long at;
        long started = nanoTime.getAsLong();
        synchronized (this) {
            if (owed.isEmpty() || (!atOnce && searched && started - searchAgainAt < 0)) {
                return new HashSet<>();
            }
            wanted = new HashMap<>(owed);
            owed.clear();
            at = generation;
        }
        Set<RelPath> found = new HashSet<>();
        try {
            new LinkSearch(top, wanted.keySet()).search(RelPath.ROOT, (path, inode, stat) -> {
                if (stat.links() > 1) {
                    names.record(path, inode);
                } else {
                    // All its other names are gone since: what was written by them is to be told by this one.
                    found.add(path);
                }
            });
        } catch (IOException e) {
            synchronized (this) {
                wanted.forEach(owed::putIfAbsent);
            }
            throw e;
        }
        long ended = nanoTime.getAsLong();
        synchronized (this) {
            searched = true;
            searchAgainAt = ended + REST_FACTOR * (ended - started);
            wanted.forEach((inode, links) -> {
                Set<RelPath> all = names.of(inode);
                found.addAll(all);
                long missing = Math.max(0, links - all.size());
                outside.put(inode, new Outside(missing, at));
                if (missing > 0) {
                    // A name that is not there may have been written to and deleted since these were looked at.
                    again.addAll(all);
                }
            });
            outside.values().removeIf(beyond -> beyond.generation() != generation || beyond.links() == 0);
        }
        return found;
    }

    /** For people. */
    @Override
    public String toString() {
        return "links of " + root;
    }
}
