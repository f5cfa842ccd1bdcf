package io.weir.cli;

import io.weir.schemas.Batch;
import io.weir.schemas.BatchPath;
import io.weir.schemas.Change;
import io.weir.schemas.RelPath;
import java.util.Optional;

/**
 * The entry of a batch that a path is in: as itself, or with a directory above that was to be made equal with all below. Pure.
 *
 * @param partition of weir.batches
 * @param offset of weir.batches
 */
record Carried(int partition, long offset, Batch batch, BatchPath entry) {
    /** The entry of a batch for a path; empty when it has none. */
    static Optional<Carried> in(Batch batch, int partition, long offset, RelPath path) {
        return batch.getPaths().stream()
                .filter(each -> isOf(each, path))
                .reduce((one, other) -> other)
                .map(entry -> new Carried(partition, offset, batch, entry));
    }

    private static boolean isOf(BatchPath entry, RelPath path) {
        try {
            RelPath of = RelPath.of(entry.getPath());
            return of.equals(path) || (entry.getRecursive() && path.isBelow(of));
        } catch (IllegalArgumentException e) {
            // What is no path is a dead letter of all replicas, and stands for no path.
            return false;
        }
    }

    /**
     * Whether a change of the path is in this batch or an earlier one. A batch tells the time of the oldest change of a path inside,
     * by the agent's clock; a newer one that it was coalesced with is told by the batch's own, which may be another clock.
     */
    boolean holds(Change change) {
        return !change.getCapturedAt().isAfter(entry.getCapturedAt())
                || !change.getCapturedAt().isAfter(batch.getCreatedAt());
    }
}
