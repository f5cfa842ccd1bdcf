package io.weir.aggregator;

import io.weir.schemas.RelPath;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Cuts what is to be sent into batches: pure.
 *
 * <p>Paths are in order, so that a directory comes before what is in it; names of one inode stay together, behind the rest
 * (they are no directories, so nothing is below them). A batch is full at a number of paths or of bytes; a single path
 * bigger than a batch still goes, alone, and a link group bigger than a batch is cut, since a record has a hard limit.
 */
final class Batcher {
    /** What a path costs in a record besides its own bytes: observed state, times, unions. An upper bound, rounded up. */
    static final int PATH_OVERHEAD = 120;

    /** One path with what is pending for it. */
    record Entry(RelPath path, Pending pending) {
        /** About how many bytes it takes in a record; never less than it does. */
        int size() {
            RelPath from = pending.movedFrom();
            ByteBuffer blockedBy = pending.observed().getBlockedBy();
            return PATH_OVERHEAD
                    + path.length()
                    + (from == null ? 0 : from.length())
                    + (blockedBy == null ? 0 : blockedBy.remaining());
        }
    }

    private final int maxPaths;
    private final long maxBytes;

    /** Limits of one batch: paths, and bytes of its record. */
    Batcher(int maxPaths, long maxBytes) {
        this.maxPaths = maxPaths;
        this.maxBytes = maxBytes;
    }

    /** The batches, in the order in which they are to be sent. */
    List<List<Entry>> split(List<Entry> entries) {
        List<List<Entry>> batches = new ArrayList<>();
        List<Entry> open = new ArrayList<>();
        long bytes = 0;
        for (List<Entry> unit : units(entries)) {
            long unitBytes = unit.stream().mapToLong(Entry::size).sum();
            boolean fits = open.size() + unit.size() <= maxPaths && bytes + unitBytes <= maxBytes;
            if (!fits && !open.isEmpty()) {
                batches.add(open);
                open = new ArrayList<>();
                bytes = 0;
            }
            for (Entry entry : unit) {
                if (!open.isEmpty() && (open.size() >= maxPaths || bytes + entry.size() > maxBytes)) {
                    batches.add(open);
                    open = new ArrayList<>();
                    bytes = 0;
                }
                open.add(entry);
                bytes += entry.size();
            }
        }
        if (!open.isEmpty()) {
            batches.add(open);
        }
        return batches;
    }

    private static List<List<Entry>> units(List<Entry> entries) {
        List<Entry> ordered = new ArrayList<>(entries);
        ordered.sort(Comparator.comparing(Entry::path));
        List<List<Entry>> units = new ArrayList<>();
        Map<LinkId, List<Entry>> groups = new LinkedHashMap<>();
        for (Entry entry : ordered) {
            LinkId link = entry.pending().link();
            if (link == null) {
                units.add(List.of(entry));
            } else {
                groups.computeIfAbsent(link, each -> new ArrayList<>()).add(entry);
            }
        }
        units.addAll(groups.values());
        return units;
    }
}
