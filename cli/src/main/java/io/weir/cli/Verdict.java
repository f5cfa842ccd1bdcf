package io.weir.cli;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a path is on one replica.
 *
 * @param since when it was made equal at the latest; null when it is not, or the result is no longer kept
 * @param behind how many batches of the partition the replica has yet to apply up to the path's; 0 when it has
 * @param text the same in words
 */
record Verdict(String replica, Kind kind, @Nullable Instant since, long behind, String text) {
    /** Whether it is equal, and if not, why. */
    enum Kind {
        /** All that was observed of it was applied. */
        EQUAL,
        /** It is on its way. */
        WAITING,
        /** The replica could not make it equal. */
        DEAD_LETTER,
        /** A guard stopped it. */
        HELD,
        /** It is never replicated. */
        EXCLUDED,
        /** The replica was promoted: what it has is the source. */
        PROMOTED,
        /** Nothing of it is under way, and nothing was in the time that was looked at. */
        QUIET,
        /** The replica has said nothing that tells. */
        UNKNOWN
    }
}
