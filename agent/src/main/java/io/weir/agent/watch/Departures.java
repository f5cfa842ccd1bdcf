package io.weir.agent.watch;

import io.weir.agent.watch.WatchTree.Node;
import io.weir.schemas.RelPath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Names that left their place by a rename whose other half has not been read yet. They expire by their position in the
 * stream of events, never by a clock: a stopped and continued process must not take two halves for two events. Confined to the tree thread.
 */
final class Departures {
    /**
     * One half of a rename.
     *
     * @param parent the directory it left
     * @param path its path there
     * @param directory whether it is a directory
     * @param node its node, loose, when a watched directory left
     * @param position count of events read when it left
     * @param atMicros when the event was read
     */
    record Departure(
            Node parent,
            RelPath path,
            boolean directory,
            @Nullable Node node,
            long position,
            long atMicros) {}

    private final Map<Integer, Departure> byCookie = new LinkedHashMap<>();
    private final Map<RelPath, Integer> cookies = new HashMap<>();

    boolean isEmpty() {
        return byCookie.isEmpty();
    }

    /** Whether nothing is left of what left up to this position. */
    boolean isSettled(long position) {
        Iterator<Departure> oldest = byCookie.values().iterator();
        return !oldest.hasNext() || oldest.next().position() > position;
    }

    /** Keeps the first half until {@link #arrived} or {@link #expired} takes it. */
    void left(int cookie, Departure departure) {
        byCookie.put(cookie, departure);
        cookies.put(departure.path(), cookie);
    }

    /** The first half of a rename whose second half was read. */
    @Nullable
    Departure arrived(int cookie) {
        Departure departure = byCookie.remove(cookie);
        if (departure != null) {
            cookies.remove(departure.path(), cookie);
        }
        return departure;
    }

    /** The departure from a path that is taken again by another entry: it is to be told before that one. */
    @Nullable
    Departure replaced(RelPath path, int exceptCookie) {
        Integer cookie = cookies.get(path);
        return cookie == null || cookie == exceptCookie ? null : arrived(cookie);
    }

    /** Takes out all that left up to this position, the oldest first. */
    List<Departure> expired(long position) {
        List<Departure> expired = new ArrayList<>();
        Iterator<Departure> all = byCookie.values().iterator();
        while (all.hasNext()) {
            Departure departure = all.next();
            if (departure.position() > position) {
                break;
            }
            all.remove();
            cookies.remove(departure.path());
            expired.add(departure);
        }
        return expired;
    }
}
