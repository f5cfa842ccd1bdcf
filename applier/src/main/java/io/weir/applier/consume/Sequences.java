package io.weir.applier.consume;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The numbers that an aggregator gives the batches of each source: they repeat after a crash of it, or when reading goes back,
 * and never skip. So a number beyond the next one is a batch that never came. Pure; guarded by its owner.
 */
final class Sequences {
    private final Map<String, Long> last = new HashMap<>();

    /**
     * Notes the number of the batch that was read.
     *
     * @param sequence not positive for a record without a number
     * @return what is missing, for people; null when nothing is
     */
    @Nullable
    String judge(String source, long sequence) {
        if (sequence <= 0) {
            return null;
        }
        // Not the largest so far: what is missing after a step back would be missed.
        Long before = last.put(source, sequence);
        return before == null || sequence <= before + 1
                ? null
                : "batches are missing: sequence " + sequence + " came after " + before;
    }

    /** A record of the source was read whose number is not known. */
    void forget(String source) {
        if (source.isEmpty()) {
            last.clear();
        } else {
            last.remove(source);
        }
    }

    /** Reading begins somewhere else. */
    void clear() {
        last.clear();
    }
}
