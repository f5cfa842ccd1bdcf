package io.weir.agent.root;

import java.util.OptionalLong;

/**
 * What is to be published again because replicas may lack it, until Kafka has it.
 *
 * @param sinceMillis since when, milliseconds since 1970: the disks may have lost what came after, and what was published
 *     since a while before is to be repeated; none for nothing
 * @param rivalEpoch the epoch before which another agent published changes of the source, which this one knows nothing of,
 *     so that all of it is to be rescanned; 0 for none
 */
public record Debt(OptionalLong sinceMillis, long rivalEpoch) {
    /** Nothing is owed. */
    public static final Debt NONE = new Debt(OptionalLong.empty(), 0);

    /** Whether nothing is owed. */
    public boolean isNone() {
        return sinceMillis.isEmpty() && rivalEpoch == 0;
    }

    /** The same and what came after a moment, if there is one; the earlier moment counts. */
    Debt since(OptionalLong millis) {
        if (millis.isEmpty()) {
            return this;
        }
        long earlier = Math.min(millis.getAsLong(), sinceMillis.orElse(Long.MAX_VALUE));
        return new Debt(OptionalLong.of(earlier), rivalEpoch);
    }

    /** The same and all of the source. */
    Debt afterRival(long epoch) {
        return new Debt(sinceMillis, epoch);
    }
}
