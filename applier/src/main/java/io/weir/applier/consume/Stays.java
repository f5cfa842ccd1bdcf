package io.weir.applier.consume;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The partitions whose next record cannot be read yet, and why. Each rests for a moment before it is read again. Confined to the poll
 * thread.
 */
final class Stays {
    private static final Duration REST = Duration.ofMillis(500);

    private record Stay(String reason, long untilNanos) {}

    private final Map<TopicPartition, Stay> all = new LinkedHashMap<>();

    /** A partition rests, for the first time or once more; true for the first. */
    boolean begin(TopicPartition partition, String reason) {
        return all.put(partition, new Stay(reason, System.nanoTime() + REST.toNanos())) == null;
    }

    /** The record was read, or reading moved away from it; true when the partition stayed. */
    boolean end(TopicPartition partition) {
        return all.remove(partition) != null;
    }

    /** Whether it is too early to read the partition again. */
    boolean isResting(TopicPartition partition) {
        Stay stay = all.get(partition);
        return stay != null && System.nanoTime() - stay.untilNanos() < 0;
    }

    /** Why the partition stays that has done so longest; null when none does. */
    @Nullable
    String reason() {
        return all.values().stream().map(Stay::reason).findFirst().orElse(null);
    }
}
