package io.weir.aggregator;

/**
 * Where the changes of one source are: its agent's epoch and the next sequence. Immutable and pure.
 *
 * @param epoch the newest epoch seen; -1 before the first change
 * @param next the sequence that the next change of that epoch has
 */
record EpochGate(long epoch, long next) {
    /** Before the first change. */
    static final EpochGate START = new EpochGate(-1, 1);

    /** What a change's numbers mean. */
    enum Verdict {
        /** The expected one. */
        NEXT,
        /** Seen before: processed again, since it may be a replay of what was not committed. */
        DUPLICATE,
        /** From an agent that has been replaced: ignored, its successor looks at everything anew. */
        STALE,
        /** Changes before it are missing. */
        HOLE
    }

    /** Judges the numbers of a change. */
    Verdict judge(long changeEpoch, long sequence) {
        if (changeEpoch < epoch) {
            return Verdict.STALE;
        }
        long expected = changeEpoch == epoch ? next : 1;
        if (sequence == expected) {
            return Verdict.NEXT;
        }
        return sequence < expected ? Verdict.DUPLICATE : Verdict.HOLE;
    }

    /** The position after a change that was not stale. */
    EpochGate after(long changeEpoch, long sequence) {
        long following = sequence + 1;
        return changeEpoch == epoch
                ? new EpochGate(epoch, Math.max(next, following))
                : new EpochGate(changeEpoch, following);
    }

    /** The further one of two positions. */
    EpochGate max(EpochGate other) {
        if (epoch != other.epoch) {
            return epoch > other.epoch ? this : other;
        }
        return next >= other.next ? this : other;
    }
}
