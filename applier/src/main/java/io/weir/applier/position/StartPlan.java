package io.weir.applier.position;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where reading starts, and which sources need a baseline first. Immutable.
 *
 * @param offsets by partition
 * @param baselines by source: why it needs one
 */
public record StartPlan(Map<Integer, Long> offsets, Map<String, String> baselines) {
    /** Begins the reason of a baseline that makes good for changes which are missing. */
    public static final String GAP = "gap: ";

    /** Why a replica that nothing was done in begins with a baseline. */
    public static final String NEW = "the replica has no position";

    /**
     * What is known at a start.
     *
     * @param topicId of {@code weir.batches} as it is now
     * @param begin by partition: the oldest offset there is
     * @param end by partition: the next offset to be written
     * @param committed by partition: the group's offset, where there is one
     */
    public record Stream(
            String topicId, Map<Integer, Long> begin, Map<Integer, Long> end, Map<Integer, Long> committed) {}

    /**
     * Decides: the older of what the replicas' disks and the group say, since replay is harmless and a hole is not. A
     * source whose position cannot be used is made equal as a whole, and the stream goes on from where it stands now.
     *
     * @param positions by source: what its position file holds
     * @param choices by source: which paths the replica is to take, as {@link Position#choice}
     */
    public static StartPlan of(Map<String, Optional<Position>> positions, Map<String, String> choices, Stream stream) {
        Map<String, String> baselines = new TreeMap<>();
        Map<Integer, Long> offsets = new TreeMap<>();
        positions.forEach((source, position) -> {
            String problem = problem(source, position, stream);
            if (problem != null) {
                baselines.put(source, problem);
            } else {
                position.ifPresent(known -> {
                    stream.end()
                            .keySet()
                            .forEach(p -> offsets.merge(p, known.offsets().get(p), Math::min));
                    if (!known.baselineDone()) {
                        baselines.put(source, "the last one was not finished");
                    } else if (!known.choice().equals(choices.getOrDefault(source, ""))) {
                        baselines.put(source, "the replica's paths or filters are others now");
                    }
                });
            }
        });
        if (offsets.isEmpty()) {
            return new StartPlan(Map.copyOf(stream.end()), baselines);
        }
        stream.committed().forEach((partition, offset) -> {
            // A group's offset that is out of range says nothing: the positions are in range.
            if (offset >= stream.begin().getOrDefault(partition, 0L)
                    && offset <= stream.end().getOrDefault(partition, 0L)) {
                offsets.merge(partition, offset, Math::min);
            }
        });
        return new StartPlan(offsets, baselines);
    }

    private static @Nullable String problem(String source, Optional<Position> position, Stream stream) {
        if (position.isEmpty()) {
            return NEW;
        }
        Position known = position.get();
        if (!known.source().equals(source)) {
            return "its position is of source " + known.source();
        }
        if (!known.topicId().equals(stream.topicId())) {
            return GAP + "the topic of batches was made again";
        }
        for (Integer partition : stream.end().keySet()) {
            Long offset = known.offsets().get(partition);
            if (offset == null) {
                return GAP + "its position does not know partition " + partition;
            }
            if (offset < stream.begin().getOrDefault(partition, 0L)) {
                return GAP + "batches after its position are gone (retention): partition=" + partition + " offset="
                        + offset;
            }
            if (offset > stream.end().getOrDefault(partition, 0L)) {
                return GAP + "its position is beyond the end of the topic: partition=" + partition + " offset="
                        + offset;
            }
        }
        return null;
    }
}
