package io.weir.aggregator;

import io.weir.schemas.FileType;
import io.weir.schemas.Observed;
import io.weir.schemas.RelPath;
import org.jspecify.annotations.Nullable;

/**
 * What is pending for one path. Immutable.
 *
 * @param state what the fold made of its changes; never {@code NONE}
 * @param isNew the name appeared while pending, so no replica need have it
 * @param observed what lstat said last
 * @param movedFrom where replicas have its content: a hint
 * @param capturedAtMicros capture time of its oldest change, agent's clock
 * @param firstAtMillis when its first change arrived here, aggregator's clock
 * @param lastAtMillis when its last change arrived here, aggregator's clock
 * @param changes how many changes it stands for
 * @param reason why a rescan is pending, for people
 */
record Pending(
        ChangeFold.State state,
        boolean isNew,
        Observed observed,
        @Nullable RelPath movedFrom,
        long capturedAtMicros,
        long firstAtMillis,
        long lastAtMillis,
        int changes,
        @Nullable String reason) {
    /** Observed by nobody: for what is concluded and not seen. */
    static Observed unseen(FileType type) {
        return Observed.newBuilder().setType(type).build();
    }

    /** Whether everything below it is to be made equal too. */
    boolean isRecursive() {
        return state == ChangeFold.State.TREE;
    }

    /** Whether it is a file that nobody has said to be complete. */
    boolean isWriting() {
        return state == ChangeFold.State.WRITING;
    }

    /** The inode, when it is one of several names. */
    @Nullable
    LinkId link() {
        return LinkId.of(observed);
    }

    /** The same entry after it swallowed another change below it or of its own. */
    Pending absorbing(long otherCapturedAtMicros, long nowMillis, int otherChanges, @Nullable String otherReason) {
        return new Pending(
                state,
                isNew,
                observed,
                movedFrom,
                Math.min(capturedAtMicros, otherCapturedAtMicros),
                firstAtMillis,
                nowMillis,
                changes + otherChanges,
                reason == null ? otherReason : reason);
    }

    /** The same inode under another name, for which no change came: nobody has looked whether it is still there. */
    Pending asMate() {
        Observed unknown =
                Observed.newBuilder(observed).setType(FileType.UNKNOWN).build();
        return new Pending(
                ChangeFold.State.READY, false, unknown, null, capturedAtMicros, firstAtMillis, lastAtMillis, 0, null);
    }

    /** The same entry, with everything below it. */
    Pending asTree() {
        return new Pending(
                ChangeFold.State.TREE,
                isNew,
                observed,
                movedFrom,
                capturedAtMicros,
                firstAtMillis,
                lastAtMillis,
                changes,
                reason);
    }
}
