package io.weir.cli;

import io.weir.schemas.ComponentState;
import io.weir.schemas.Status;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a replica stands that is to be promoted, or was. Immutable.
 *
 * @param replica what its applier said last
 * @param agent what the source's agent said last; null when there never was one
 * @param isAgentAlive whether it is to be expected that it still serves the source
 * @param others what appliers of other replicas of the source said last
 * @param lost what had not arrived
 * @param forgotten how often further paths were named that are not in it
 * @param oldest when the oldest of that was captured; null for nothing
 * @param isCut whether batches behind the replica's position, the position itself, or changes that may be in no batch, are not known
 * @param newestChange when the newest change was captured that was published at all; null for none
 * @param letters dead letters of the replica, what is held among them
 */
record PromotionReport(
        Status replica,
        @Nullable Status agent,
        boolean isAgentAlive,
        List<Status> others,
        List<NotArrived.Lost> lost,
        long forgotten,
        @Nullable Instant oldest,
        boolean isCut,
        @Nullable Instant newestChange,
        List<Letter> letters) {
    /** Copies the lists. */
    PromotionReport {
        others = List.copyOf(others);
        lost = List.copyOf(lost);
        letters = List.copyOf(letters);
    }

    /** Whether the replica was being made equal as a whole, so that paths may be missing that no batch names. */
    boolean isBaselineOpen() {
        String message = replica.getMessage();
        return replica.getState() == ComponentState.BASELINE || (message != null && message.contains("baseline: "));
    }

    /** Replicas that have applied batches which this one has not. */
    List<Status> further() {
        return others.stream()
                .filter(each -> each.getPartition() == replica.getPartition() && each.getOffset() > replica.getOffset())
                .toList();
    }
}
