package io.weir.applier.hook;

import io.weir.applier.reconcile.Change;
import io.weir.applier.reconcile.Changes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What pulls of one source have changed. Immutable.
 *
 * @param changes in the order in which they were made
 * @param reasons why these pulls were made, each once
 * @param partition of the batches among them; -1 for none
 * @param fromOffset of the first of these batches
 * @param toOffset of the last, inclusive
 * @param capturedAt when the oldest change behind them was captured
 * @param finishedAt when the last pull ended
 */
public record Applied(
        List<Change> changes,
        List<String> reasons,
        int partition,
        long fromOffset,
        long toOffset,
        Instant capturedAt,
        Instant finishedAt) {
    private static final int MOST_REASONS = 10;

    /** Copies the lists. */
    public Applied {
        changes = List.copyOf(changes);
        reasons = List.copyOf(reasons);
    }

    /** Both as one: what waits for a hook is told in one call. Very many changes become one that stands for all, so that memory stays bounded. */
    Applied then(Applied later) {
        List<Change> both = Changes.ALL;
        if (changes.size() + later.changes.size() <= Changes.MOST) {
            both = new ArrayList<>(changes);
            both.addAll(later.changes);
        }
        Set<String> why = new LinkedHashSet<>(reasons);
        later.reasons.stream().filter(each -> why.size() < MOST_REASONS).forEach(why::add);
        boolean isMine = partition >= 0;
        boolean isLater = later.partition >= 0;
        return new Applied(
                both,
                List.copyOf(why),
                isLater ? later.partition : partition,
                isMine && isLater ? Math.min(fromOffset, later.fromOffset) : isMine ? fromOffset : later.fromOffset,
                Math.max(toOffset, later.toOffset),
                capturedAt.isBefore(later.capturedAt) ? capturedAt : later.capturedAt,
                later.finishedAt);
    }
}
