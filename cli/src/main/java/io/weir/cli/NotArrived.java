package io.weir.cli;

import io.weir.schemas.Batch;
import io.weir.schemas.BatchPath;
import io.weir.schemas.Change;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.FileType;
import io.weir.schemas.PathRules;
import io.weir.schemas.RelPath;
import io.weir.schemas.TemporaryNames;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which changes of a source had not arrived at a replica, as far as topics tell: what batches behind its position name, and changes
 * that are in no batch. Rather too much than too little: what is behind a position may have been applied. Pure; used by one thread.
 */
final class NotArrived {
    /** A change waits for its batch at most so long: for a file that is being written, mostly. */
    private static final Duration LONGEST = Duration.ofMinutes(15);

    /** So many paths are remembered; of more than that only the number. */
    private static final int MOST = 1_000_000;

    private static final PathRules TEMPORARY = PathRules.of(TemporaryNames.DEFAULTS);

    private final Instant begin;
    private final Map<RelPath, Lost> lost = new TreeMap<>();
    private final Map<RelPath, Named> batched = new HashMap<>();
    private long forgotten;
    private @Nullable Instant oldest;

    /** When a path was named last in a batch, and when last with all below it. */
    private record Named(Instant last, Instant whole) {}

    /**
     * A path that had not arrived.
     *
     * @param isWhole everything below it too
     * @param type what was seen there when it was published
     * @param capturedAt when the change was captured
     * @param isBatched whether a batch names it, or only a change does
     */
    record Lost(RelPath path, boolean isWhole, FileType type, Instant capturedAt, boolean isBatched) {}

    /**
     * Nothing is known yet.
     *
     * @param begin of changes that were captured before nothing is asked: no earlier batch is remembered for them
     */
    NotArrived(Instant begin) {
        this.begin = begin;
    }

    /**
     * Since when changes may be in no batch: all that were captured before are in one. The aggregator takes them in their order, so an
     * earlier one is in no batch only while it waits for it.
     *
     * @param newestChange when the newest change was captured; null for none
     * @param newestBatch the newest batch; null for none, and then no change is known to be in one
     */
    static Instant begin(@Nullable Instant newestChange, @Nullable Batch newestBatch) {
        if (newestBatch == null) {
            return Instant.EPOCH;
        }
        // Not when it was made, which is later than changes that an aggregator has not come to yet.
        Instant reached = newestBatch.getCapturedAt();
        return (newestChange != null && newestChange.isBefore(reached) ? newestChange : reached).minus(LONGEST);
    }

    /**
     * Takes a batch; all of them before any change.
     *
     * @param isBehind whether it is behind the replica's position
     */
    void batch(Batch batch, boolean isBehind) {
        for (BatchPath each : batch.getPaths()) {
            RelPath path = path(each.getPath());
            if (path == null) {
                continue;
            }
            FileType type = each.getObserved().getType();
            boolean isWhole = each.getRecursive() || type != FileType.DIRECTORY;
            Instant at = batch.getCreatedAt();
            if (!at.isBefore(begin)) {
                batched.merge(
                        path,
                        new Named(at, isWhole ? at : Instant.MIN),
                        (before, now) ->
                                new Named(later(before.last(), now.last()), later(before.whole(), now.whole())));
            }
            if (isBehind) {
                add(new Lost(path, each.getRecursive(), type, each.getCapturedAt(), true));
            }
        }
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    /** Takes a change, which counts if no batch that was made after it names its path. */
    void change(Change change) {
        RelPath path = path(change.getPath());
        boolean isNone = change.getKind() == ChangeKind.CHECKPOINT || change.getKind() == ChangeKind.GAP;
        if (path == null || isNone || isBatched(path, change.getCapturedAt())) {
            return;
        }
        FileType type = change.getObserved().getType();
        if (type == FileType.ABSENT && TEMPORARY.matches(path)) {
            // It came and went before it was worth a batch.
            lost.remove(path);
            return;
        }
        add(new Lost(path, change.getRecursive(), type, change.getCapturedAt(), false));
    }

    private boolean isBatched(RelPath path, Instant captured) {
        Named named = batched.get(path);
        if (named != null && !named.last().isBefore(captured)) {
            return true;
        }
        Named root = batched.get(RelPath.ROOT);
        if (root != null && !root.whole().isBefore(captured)) {
            return true;
        }
        for (RelPath above : path.ancestors()) {
            Named whole = batched.get(above);
            if (whole != null && !whole.whole().isBefore(captured)) {
                return true;
            }
        }
        return false;
    }

    private void add(Lost found) {
        if (oldest == null || found.capturedAt().isBefore(oldest)) {
            oldest = found.capturedAt();
        }
        if (lost.size() >= MOST && !lost.containsKey(found.path())) {
            forgotten++;
            return;
        }
        lost.merge(
                found.path(),
                found,
                (before, now) -> new Lost(
                        now.path(),
                        before.isWhole() || now.isWhole(),
                        now.type(),
                        before.capturedAt().isBefore(now.capturedAt()) ? before.capturedAt() : now.capturedAt(),
                        before.isBatched()));
    }

    /** The paths in order. */
    List<Lost> paths() {
        return new ArrayList<>(lost.values());
    }

    /** How often further paths were named, of which nothing is remembered. */
    long forgotten() {
        return forgotten;
    }

    /** When the oldest of the changes was captured; empty for none. */
    Optional<Instant> oldest() {
        return Optional.ofNullable(oldest);
    }

    /** Null for what is no path, which no replica takes. */
    private static @Nullable RelPath path(ByteBuffer field) {
        try {
            return RelPath.of(field);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
