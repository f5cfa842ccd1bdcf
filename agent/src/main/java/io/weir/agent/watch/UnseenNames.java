package io.weir.agent.watch;

import io.weir.schemas.RelPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Names that came and were not looked at yet. One that was written to and goes again unseen may have been another name of a
 * file that stays: inotify(7) tells of the name that was used, and {@code link(2)} and {@code open(2)} make the same event
 * of a new one, so nobody knows which file has other content now. What came in a new directory before it was watched made no
 * event at all; that is told with the directory, unless it goes too before that. Bounded; thread-safe.
 */
final class UnseenNames {
    private static final int MOST = 65_536;

    private final TreeMap<RelPath, Boolean> written = new TreeMap<>(); // guarded by this

    /**
     * A name came. True when one it replaced was written to and never seen, or when too many are unseen and all are given up: a
     * doubt, as in {@link #gone}.
     *
     * @param directory whether it is a directory's: of what came in it before it was watched no event told, so it counts as
     *     written to
     */
    synchronized boolean came(RelPath path, boolean directory) {
        boolean full = written.size() >= MOST;
        if (full) {
            written.clear();
        }
        return Boolean.TRUE.equals(written.put(path, directory)) || full;
    }

    /** Something was written to the file by this name. */
    synchronized void written(RelPath path) {
        if (!written.isEmpty()) {
            written.computeIfPresent(path, (name, before) -> true);
        }
    }

    /** What has this name was looked at. */
    synchronized void seen(RelPath path) {
        written.remove(path);
    }

    /** A name, and every name below it, is gone. True when one of them was written to and never seen. */
    synchronized boolean gone(RelPath path) {
        boolean doubt = false;
        for (RelPath name : range(path)) {
            doubt |= Boolean.TRUE.equals(written.remove(name));
        }
        return doubt;
    }

    /** A name moved with every name below it. True when one it replaced was written to and never seen. */
    synchronized boolean renamed(RelPath from, RelPath to) {
        boolean doubt = gone(to);
        for (RelPath name : range(from)) {
            written.put(name.rebase(from, to), Boolean.TRUE.equals(written.remove(name)));
        }
        return doubt;
    }

    private List<RelPath> range(RelPath top) {
        if (written.isEmpty()) {
            return List.of();
        }
        List<RelPath> found = new ArrayList<>();
        for (Map.Entry<RelPath, Boolean> each : written.tailMap(top, true).entrySet()) {
            if (!each.getKey().equals(top) && !each.getKey().isBelow(top)) {
                break;
            }
            found.add(each.getKey());
        }
        return found;
    }
}
