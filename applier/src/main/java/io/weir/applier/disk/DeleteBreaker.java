package io.weir.applier.disk;

import io.weir.posix.ErrnoException;
import io.weir.schemas.RelPath;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Says no when a replica is about to lose more than is normal, until a person says yes: more deletes within a sliding hour than
 * the limit, or a replica that is smaller by more than the share than it was within that hour. So a tree in which files come and
 * go may be busy without end. A single call counts as a whole: what would pass a limit is stopped before its first delete. What
 * was counted is forgotten with the process. Without I/O of its own; thread-safe.
 */
public final class DeleteBreaker {
    private static final int SLOTS = 60;
    private static final long SLOT = Duration.ofMinutes(1).toNanos();
    /** A count of the replica's entries is taken anew after so many minutes in which something was deleted. */
    private static final long CENSUS_MINUTES = 10;
    /** Below this part of the floor nothing is counted: as many deletes more or less make no difference. */
    private static final int IDLE_PART = 4;

    private final Limits limits;
    private final LongSupplier nanos;
    /** Held while a question is answered, also while a census walks the replica; guards what is counted. */
    private final Object counting = new Object();
    /** Pairs of a minute and what was deleted in it, oldest first. */
    private final Deque<long[]> deleted = new ArrayDeque<>();

    /** Pairs of a minute and the entries that were there, oldest first. */
    private final Deque<long[]> counted = new ArrayDeque<>();
    /** What is there at least: the last count, less what was deleted since. */
    private long present;
    /** Whether approved deletes were taken off counts that may be older than what was deleted. */
    private boolean isStale;
    /** Deletes that were granted and may not be carried out yet: a census still sees them. */
    private final AtomicLong granted = new AtomicLong();

    /** What a person allows. Guarded by its own lock, as whoever approves must not wait for a census. */
    private final Map<RelPath, Long> approved = new HashMap<>();

    private long approvals;

    /**
     * Bounds of one source on one replica within an hour.
     *
     * @param deletes most entries; 0 for no limit
     * @param share largest part, 0 to 1, by which the replica may shrink; 1 for no limit
     * @param floor so many entries less are never too many, or a small replica would be held all the time
     */
    public record Limits(long deletes, double share, long floor) {
        /** As documented with the settings. */
        public static final Limits DEFAULTS = new Limits(100_000, 0.5, 1_000);
    }

    /** Counts what a replica has. */
    @FunctionalInterface
    public interface Census {
        /** All entries below the root now. */
        long entries() throws ErrnoException;
    }

    /** With nothing deleted so far. The clock is monotonic, in nanoseconds. */
    public DeleteBreaker(Limits limits, LongSupplier nanos) {
        this.limits = limits;
        this.nanos = nanos;
    }

    /**
     * Asks for leave to delete, and counts it when that is given; {@link #done} is then to be told. One question is answered at a
     * time.
     *
     * @param count entries that would go
     * @param census asked only when the answer depends on it, at most every few minutes
     * @return empty, or why not, for people
     * @throws ErrnoException when the replica cannot be counted; nothing may be deleted then
     */
    public Optional<String> ask(long count, Census census) throws ErrnoException {
        if (count == 0) {
            return Optional.empty();
        }
        synchronized (counting) {
            Optional<String> refusal = judge(count, census);
            if (refusal.isEmpty()) {
                granted.addAndGet(count);
            }
            return refusal;
        }
    }

    /** So many deletes that were granted are carried out, or given up. */
    public void done(long count) {
        granted.addAndGet(-count);
    }

    private Optional<String> judge(long count, Census census) throws ErrnoException {
        long minute = nanos.getAsLong() / SLOT;
        forget(deleted, minute);
        forget(counted, minute);
        long before = deleted.stream().mapToLong(slot -> slot[1]).sum();
        if (limits.deletes() > 0 && before + count > limits.deletes()) {
            return Optional.of(
                    (before + count) + " deletes within an hour are more than breaker.deletes, " + limits.deletes());
        }
        if (limits.share() < 1 && (before + count) * IDLE_PART > limits.floor()) {
            long[] last = counted.peekLast();
            if (isStale || last == null || minute - last[0] >= CENSUS_MINUTES) {
                count(minute, census, last == null ? before : 0);
            }
            if (isTooMuch(count)) {
                // Perhaps only because it is not known what was added since the last count.
                count(minute, census, 0);
            }
            if (isTooMuch(count)) {
                return Optional.of("the replica would shrink from " + peak() + " entries to " + (present - count)
                        + " within an hour, by more than breaker.share, " + limits.share());
            }
        }
        long[] last = deleted.peekLast();
        if (last == null || last[0] != minute) {
            deleted.addLast(new long[] {minute, count});
        } else {
            last[1] += count;
        }
        present -= count;
        return Optional.empty();
    }

    private static void forget(Deque<long[]> minutes, long minute) {
        while (!minutes.isEmpty() && minutes.getFirst()[0] <= minute - SLOTS) {
            minutes.removeFirst();
        }
    }

    private void count(long minute, Census census, long deletedBefore) throws ErrnoException {
        // Those that go while it counts may be seen or not: too few is the safe side.
        long going = granted.get();
        present = Math.max(0, census.entries() - going);
        counted.addLast(new long[] {minute, present + deletedBefore});
        isStale = false;
    }

    private boolean isTooMuch(long count) {
        long less = peak() - (present - count);
        return less > limits.floor() && less > limits.share() * peak();
    }

    private long peak() {
        return counted.stream().mapToLong(each -> each[1]).max().orElse(0);
    }

    /** So many entries that a person allowed were deleted: what is left is what further deletes are measured by. */
    public void approvedDeleted(long count) {
        if (count == 0) {
            return;
        }
        synchronized (counting) {
            counted.forEach(each -> each[1] = Math.max(0, each[1] - count));
            present = Math.max(0, present - count);
            isStale = true;
        }
    }

    /** A person allows deletes at and below a path; they are not counted. */
    public void approve(RelPath path) {
        synchronized (approved) {
            approved.put(path, ++approvals);
        }
    }

    /** Whether a person allows deletes of this path. */
    public boolean isApproved(RelPath path) {
        synchronized (approved) {
            return !approved.isEmpty()
                    && (approved.containsKey(path)
                            || approved.containsKey(RelPath.ROOT)
                            || path.ancestors().stream().anyMatch(approved::containsKey));
        }
    }

    /** Names the approvals given so far, for {@link #settled}. */
    public long approvals() {
        synchronized (approved) {
            return approvals;
        }
    }

    /** What was approved before the mark, at the path and when whole below it, has been made use of. */
    public void settled(RelPath path, boolean whole, long mark) {
        synchronized (approved) {
            approved.entrySet()
                    .removeIf(each -> each.getValue() <= mark
                            && (each.getKey().equals(path)
                                    || (whole && each.getKey().isBelow(path))));
        }
    }
}
