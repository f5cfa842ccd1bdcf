package io.weir.agent.scan;

import io.weir.agent.scan.Entry.What;
import io.weir.schemas.RelPath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Compares one directory as it is with what was published of it. Pure.
 *
 * <p>What differs stays in the inventory as it was: it leaves when Kafka has acknowledged it, not when it is found.
 */
final class Comparison {
    /** The change time of a file may be some ticks behind the clock. */
    private static final long CLOCK_SLACK_NANOS = 1_000_000_000L;

    /**
     * An entry as it is.
     *
     * @param entry what it is
     * @param ctimeNanos when its inode changed last
     * @param links how many names it has
     */
    record Seen(Entry entry, long ctimeNanos, long links) {}

    /**
     * What came out.
     *
     * @param differences to be published
     * @param next what the inventory has of the directory from now on
     * @param below names of the directories to look into
     */
    record Result(List<Difference> differences, Known next, List<RelPath> below) {}

    private final RelPath directory;
    private final @Nullable Since learning;
    private final List<Difference> differences = new ArrayList<>();
    private final Map<RelPath, Entry> next;
    private final List<RelPath> below = new ArrayList<>();

    private Comparison(RelPath directory, @Nullable Since learning, int size) {
        this.directory = directory;
        this.learning = learning;
        this.next = new HashMap<>(size * 2);
    }

    /**
     * Compares.
     *
     * @param known when its names are not all known, those that are not are learned: the whole of the directory was
     *     published at that time, and events told of everything since
     */
    static Result compare(RelPath directory, Known known, Map<RelPath, Seen> listing) {
        Comparison comparison = new Comparison(directory, known.unlearned(), listing.size());
        listing.forEach((name, seen) -> comparison.entry(name, known.entries().get(name), seen));
        known.entries().forEach((name, entry) -> {
            if (!listing.containsKey(name)) {
                comparison.gone(name, entry);
            }
        });
        return new Result(comparison.differences, new Known(null, comparison.next), comparison.below);
    }

    private void gone(RelPath name, Entry known) {
        if (known.kind() == What.MOUNT) {
            // The directory was covered when it was looked at; nobody can say what it was.
            return;
        }
        differ(name, known, null, false);
        next.put(name, known);
    }

    private void entry(RelPath name, @Nullable Entry known, Seen seen) {
        Entry now = seen.entry();
        if (now.kind() == What.MOUNT || (known != null && known.kind() == What.MOUNT)) {
            next.put(name, now.asMount());
            if (known == null) {
                differ(name, null, seen, false);
            }
        } else if (known == null) {
            arrived(name, seen);
        } else if (known.equals(now)) {
            same(name, now);
        } else if (known.isDirectory() && known.isSame(now)) {
            differ(name, known, seen, false);
            same(name, known);
        } else {
            differ(name, known, seen, now.isDirectory());
            next.put(name, known);
        }
    }

    private void arrived(RelPath name, Seen seen) {
        boolean learned = learning != null
                && (seen.entry().isDirectory() || seen.ctimeNanos() < learning.atMicros() * 1000 - CLOCK_SLACK_NANOS);
        if (learned) {
            same(name, seen.entry());
        } else {
            differ(name, null, seen, seen.entry().isDirectory());
        }
    }

    private void same(RelPath name, Entry entry) {
        next.put(name, entry);
        if (entry.isDirectory()) {
            below.add(name);
        }
    }

    private void differ(RelPath name, @Nullable Entry known, @Nullable Seen seen, boolean whole) {
        boolean movable = seen == null || seen.entry().isDirectory() || seen.links() == 1;
        Entry now = seen == null ? null : seen.entry();
        differences.add(new Difference(directory.child(name.bytes()), known, now, movable, whole, false));
    }
}
