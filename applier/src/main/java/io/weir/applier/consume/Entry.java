package io.weir.applier.consume;

import io.weir.applier.reconcile.Target;
import io.weir.schemas.FileType;
import io.weir.schemas.Observed;
import io.weir.schemas.RelPath;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A path that waits to be reconciled, with everything that waits for it. Immutable.
 *
 * @param target what to make equal
 * @param spans the offsets that cannot pass before it is settled; empty for a retried dead letter
 * @param capturedAtMicros when the oldest change behind it was captured, microseconds since 1970
 * @param reason why a whole directory is to be made equal: a first baseline, a gap, a command; null for an ordinary change
 * @param notBefore nanoseconds of the monotonic clock before which it is not to be tried; {@link #AT_ONCE} for at once
 */
record Entry(
        Target target,
        List<Span> spans,
        long capturedAtMicros,
        @Nullable String reason,
        long notBefore) {
    static final long AT_ONCE = Long.MIN_VALUE;

    /** An ordinary change. */
    Entry(Target target, List<Span> spans, long capturedAtMicros, long notBefore) {
        this(target, spans, capturedAtMicros, null, notBefore);
    }

    /** A baseline of a whole directory, to be done at once. */
    static Entry baseline(Target target, List<Span> spans, long capturedAtMicros, String reason) {
        return new Entry(target, spans, capturedAtMicros, reason, AT_ONCE);
    }

    /** A baseline of a source as a whole. */
    static Entry whole(List<Span> spans, Instant capturedAt, String reason) {
        Target root = new Target(RelPath.ROOT, Backlog.seen(FileType.DIRECTORY), true);
        return baseline(root, spans, Clocks.micros(capturedAt), reason);
    }

    /** An inode with several names: they are pulled in one call, or the links between them would be lost. */
    record LinkId(long dev, long ino) {}

    RelPath path() {
        return target.path();
    }

    boolean isRecursive() {
        return target.recursive();
    }

    boolean isDue(long nowNanos) {
        return notBefore == AT_ONCE || notBefore - nowNanos <= 0;
    }

    /** What a file's content took when it was observed; 0 of anything else. */
    long bytes() {
        Observed seen = target.observed();
        return seen.getType() == FileType.FILE ? seen.getSize() : 0;
    }

    @Nullable
    LinkId link() {
        Observed seen = target.observed();
        return seen.getLinks() > 1 && seen.getIno() != 0 && seen.getType() != FileType.DIRECTORY
                ? new LinkId(seen.getDev(), seen.getIno())
                : null;
    }

    /**
     * The merge table for one path: what came later says what was seen; being recursive sticks, and a directory in the
     * place of something else is recursive, since what the replica has below it is of before.
     */
    Entry then(Entry later) {
        FileType before = target.observed().getType();
        FileType after = later.target.observed().getType();
        boolean isNewDirectory =
                after == FileType.DIRECTORY && before != FileType.DIRECTORY && before != FileType.UNKNOWN;
        RelPath from = later.target.movedFrom() == null ? target.movedFrom() : later.target.movedFrom();
        // A dead letter that comes up again, or a name that was renamed away, tells nothing of what is at the path.
        Observed seen = after == FileType.UNKNOWN ? target.observed() : later.target.observed();
        Target both = new Target(
                path(),
                seen,
                isRecursive() || later.isRecursive() || isNewDirectory,
                path().equals(from) ? null : from,
                target.anew() || later.target.anew());
        return with(both, later);
    }

    /** This recursive entry also stands for one below it. */
    Entry absorb(Entry below) {
        return with(target, below);
    }

    private Entry with(Target both, Entry other) {
        return new Entry(
                both,
                Span.merge(spans, other.spans),
                Math.min(capturedAtMicros, other.capturedAtMicros),
                reason == null ? other.reason : reason,
                isSooner(other) ? other.notBefore : notBefore);
    }

    private boolean isSooner(Entry other) {
        return notBefore != AT_ONCE && (other.notBefore == AT_ONCE || other.notBefore - notBefore < 0);
    }
}
