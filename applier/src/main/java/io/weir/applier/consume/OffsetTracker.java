package io.weir.applier.consume;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The finished prefix of every partition: everything before it is settled. Work that is not settled holds its oldest
 * offset; the prefix ends at the oldest one held, or where reading stands. Pure; guarded by its owner.
 *
 * <p>Holds are counted by offset and not kept by piece of work, so memory is bounded by the distinct oldest offsets.
 */
public final class OffsetTracker {
    private final Map<Integer, TreeMap<Long, Integer>> held = new HashMap<>();
    private final Map<Integer, Long> next = new TreeMap<>();
    private final Map<Integer, Long> unread = new TreeMap<>();
    private final @Nullable OffsetTracker all;

    /** A tracker of all work. */
    public OffsetTracker() {
        all = null;
    }

    /** A tracker of a part of the work, which tells the tracker of all what it is told of holds. */
    OffsetTracker(OffsetTracker all) {
        this.all = all;
    }

    /** Everything of the partition before this offset was read and holds what it has to. */
    public void read(int partition, long nextOffset) {
        next.put(partition, nextOffset);
    }

    /** So many records of the partition are not read yet, as far as Kafka told. */
    public void unread(int partition, long records) {
        unread.put(partition, records);
    }

    /** Where each partition ends now, as far as Kafka told. */
    public Map<Integer, Long> ends() {
        Map<Integer, Long> ends = new TreeMap<>(next);
        ends.replaceAll((partition, offset) -> offset + unread.getOrDefault(partition, 0L));
        return ends;
    }

    /** Whether everything up to these ends was read, or is of partitions that are no more. */
    public boolean hasRead(Map<Integer, Long> ends) {
        return ends.entrySet().stream()
                .allMatch(end -> next.getOrDefault(end.getKey(), Long.MAX_VALUE) >= end.getValue());
    }

    /** The topic has only these partitions now: what was read of others is no position any more. */
    public void keepOnly(Set<Integer> partitions) {
        next.keySet().retainAll(partitions);
    }

    /** The next offset to read; -1 for a partition never seen. */
    public long nextToRead(int partition) {
        return next.getOrDefault(partition, -1L);
    }

    /** Work for these offsets has begun. Every hold needs one {@link #release} with equal spans. */
    public void hold(List<Span> spans) {
        if (all != null) {
            all.hold(spans);
        }
        for (Span span : spans) {
            held.computeIfAbsent(span.partition(), p -> new TreeMap<>()).merge(span.first(), 1, Integer::sum);
        }
    }

    /**
     * Work for these offsets is settled.
     *
     * @throws IllegalStateException when it was not held: an offset could pass too early some time
     */
    public void release(List<Span> spans) {
        if (all != null) {
            all.release(spans);
        }
        for (Span span : spans) {
            TreeMap<Long, Integer> offsets = held.getOrDefault(span.partition(), new TreeMap<>());
            Integer count = offsets.get(span.first());
            if (count == null) {
                throw new IllegalStateException("release of an offset that is not held: " + span);
            }
            if (count == 1) {
                offsets.remove(span.first());
            } else {
                offsets.put(span.first(), count - 1);
            }
        }
    }

    /** Whether anything of the partition is not settled. */
    public boolean isHeld(int partition) {
        TreeMap<Long, Integer> offsets = held.get(partition);
        return offsets != null && !offsets.isEmpty();
    }

    /** Whether anything of these offsets, held as they are, is not settled. */
    public boolean holds(Span span) {
        TreeMap<Long, Integer> offsets = held.get(span.partition());
        return offsets != null && offsets.containsKey(span.first());
    }

    /** Whether everything of the partition up to this offset, inclusive, is settled. */
    public boolean isSettled(int partition, long offset) {
        TreeMap<Long, Integer> offsets = held.get(partition);
        return offsets == null || offsets.isEmpty() || offsets.firstKey() > offset;
    }

    /** The first command that is not settled, or the next to read. */
    public long finishedCommands(long nextOffset) {
        TreeMap<Long, Integer> offsets = held.get(Span.COMMANDS);
        return offsets == null || offsets.isEmpty() ? nextOffset : Math.min(nextOffset, offsets.firstKey());
    }

    /** For every partition read: the first offset that is not settled. */
    public Map<Integer, Long> finished() {
        Map<Integer, Long> finished = new TreeMap<>(next);
        finished.replaceAll((partition, offset) -> {
            TreeMap<Long, Integer> offsets = held.get(partition);
            return offsets == null || offsets.isEmpty() ? offset : Math.min(offset, offsets.firstKey());
        });
        return finished;
    }
}
