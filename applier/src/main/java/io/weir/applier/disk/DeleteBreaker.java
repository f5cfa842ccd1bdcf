package io.weir.applier.disk;

import io.weir.posix.ErrnoException;
import io.weir.schemas.RelPath;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Says no when a replica is about to lose more than is normal, until a person says yes. It counts entries deleted within a sliding
 * hour, in which a single call counts as a whole: what would pass a limit is stopped before its first delete. What it counted is
 * forgotten with the process. Without I/O of its own; thread-safe.
 */
public final class DeleteBreaker {
    private static final int SLOTS = 60;
    private static final long SLOT = Duration.ofMinutes(1).toNanos();
    /** How long a count of the replica's entries is good enough. */
    private static final long CENSUS = Duration.ofMinutes(10).toNanos();

    private final Limits limits;
    private final LongSupplier nanos;
    /** Pairs of a minute and what was deleted in it, oldest first. */
    private final Deque<long[]> deleted = new ArrayDeque<>();

    private final Map<RelPath, Long> approved = new HashMap<>();
    private long approvals;
    private long entriesBefore = -1;
    private long countedAt;

    /**
     * Bounds of one source on one replica within an hour.
     *
     * @param deletes most entries; 0 for no limit
     * @param share largest part of the replica's entries, 0 to 1; 1 for no limit
     * @param floor so many deletes are never too large a part, or a small replica would be held all the time
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
     * Asks for leave to delete, and counts it when that is given.
     *
     * @param count entries that would go
     * @param census asked only when the answer depends on it, at most every few minutes
     * @return empty, or why not, for people
     * @throws ErrnoException when the replica cannot be counted; nothing may be deleted then
     */
    public synchronized Optional<String> ask(long count, Census census) throws ErrnoException {
        if (count == 0) {
            return Optional.empty();
        }
        long now = nanos.getAsLong();
        long before = inTheLastHour(now);
        long sum = before + count;
        if (limits.deletes() > 0 && sum > limits.deletes()) {
            return Optional.of(sum + " deletes within an hour are more than breaker.deletes, " + limits.deletes());
        }
        if (limits.share() < 1 && sum > limits.floor()) {
            if (entriesBefore < 0 || now - countedAt > CENSUS) {
                entriesBefore = census.entries() + before;
                countedAt = now;
            }
            if (sum > limits.share() * entriesBefore) {
                return Optional.of(sum + " deletes within an hour, of " + entriesBefore
                        + " entries, are a larger share than breaker.share, " + limits.share());
            }
        }
        long minute = now / SLOT;
        long[] last = deleted.peekLast();
        if (last == null || last[0] != minute) {
            deleted.addLast(new long[] {minute, count});
        } else {
            last[1] += count;
        }
        return Optional.empty();
    }

    private long inTheLastHour(long now) {
        long oldest = now / SLOT - SLOTS;
        while (!deleted.isEmpty() && deleted.getFirst()[0] <= oldest) {
            deleted.removeFirst();
        }
        return deleted.stream().mapToLong(slot -> slot[1]).sum();
    }

    /** A person allows deletes at and below a path; they are not counted. */
    public synchronized void approve(RelPath path) {
        approved.put(path, ++approvals);
    }

    /** Whether a person allows deletes of this path. */
    public synchronized boolean isApproved(RelPath path) {
        return !approved.isEmpty()
                && (approved.containsKey(path)
                        || approved.containsKey(RelPath.ROOT)
                        || path.ancestors().stream().anyMatch(approved::containsKey));
    }

    /** Names the approvals given so far, for {@link #settled}. */
    public synchronized long approvals() {
        return approvals;
    }

    /** What was approved before the mark, at the path and when whole below it, has been made use of. */
    public synchronized void settled(RelPath path, boolean whole, long mark) {
        approved.entrySet()
                .removeIf(each -> each.getValue() <= mark
                        && (each.getKey().equals(path)
                                || (whole && each.getKey().isBelow(path))));
    }
}
