package io.weir.applier.disk;

import io.weir.posix.Stat;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Which versions a replica had of one path, and since when until when each. Times are nanoseconds since the epoch, by the clock of the
 * applier's host. Pure.
 *
 * <p>A pull builds a file under another name and renames it, so a version is an inode of its own, and was born when its transfer began:
 * from then on it counts. What it replaced counts until then. A file that was updated in place was copied into the trash before: its
 * copy's birth says nothing, and the time of its content stands for it.
 */
final class Timeline {
    /** Birth that is not known. */
    static final long UNKNOWN = Long.MIN_VALUE;

    /** Of what is still there. */
    static final long STILL = Long.MAX_VALUE;

    /** File systems go by the kernel's ticks, which lag behind the clock by up to one of them, 10 ms at most. */
    private static final long TICKS = TimeUnit.MILLISECONDS.toNanos(20);

    private Timeline() {}

    /**
     * Something that lies at the path, now or in the trash.
     *
     * @param thrown the directory of the trash; null for what is there now
     * @param stat what it is
     */
    record Piece(@Nullable TrashName thrown, Stat stat) {
        /** When the directory of the trash was begun. */
        long thrownNanos() {
            return thrown == null ? STILL : nanos(thrown.at());
        }

        /** Whether it was made for its place in the trash: a copy, or a directory above something that was thrown away. */
        boolean isMadeForTrash() {
            return thrown != null && stat.btimeNanos() != 0 && stat.btimeNanos() > thrownNanos() - TICKS;
        }

        /** Whether it is a directory that only leads to something, or may be: no version of the path. */
        boolean isWayOnly() {
            return stat.isDirectory() && thrown != null && (stat.btimeNanos() == 0 || isMadeForTrash());
        }

        private boolean isBirthKnown() {
            return stat.btimeNanos() != 0 && !isMadeForTrash();
        }
    }

    /**
     * One version.
     *
     * @param piece where it is
     * @param fromNanos since when; {@link #UNKNOWN} when that is not known
     * @param sinceNanos the same, or the earliest that it may have been
     * @param untilNanos until when; {@link #STILL} for what is there now
     */
    record Version(Piece piece, long fromNanos, long sinceNanos, long untilNanos) {
        boolean isAt(long nanos) {
            return sinceNanos <= nanos && nanos < untilNanos;
        }

        Stat stat() {
            return piece.stat();
        }
    }

    /** The versions, oldest first. */
    static List<Version> of(List<Piece> pieces) {
        List<Piece> sorted = pieces.stream()
                .filter(piece -> !piece.isWayOnly())
                .sorted(Comparator.comparing(Piece::thrown, Comparator.nullsLast(Comparator.naturalOrder())))
                .toList();
        List<Version> versions = new ArrayList<>();
        long before = UNKNOWN;
        for (int i = 0; i < sorted.size(); i++) {
            Piece piece = sorted.get(i);
            long until = until(piece, i + 1 < sorted.size() ? sorted.get(i + 1) : null);
            long born = piece.stat().btimeNanos();
            long from = piece.isBirthKnown() ? Math.max(born, before) : UNKNOWN;
            long content = piece.stat().mtimeNanos();
            long since = from != UNKNOWN ? from : content < until ? Math.max(content, before) : before;
            versions.add(new Version(piece, from, since, until));
            before = Math.max(before, until);
        }
        return versions;
    }

    /**
     * The directory of the trash was begun before a pull, which may take long. What it overwrote left the tree when its inode changed last, by a
     * rename or a link: unless it has further names, which may have changed since.
     */
    private static long until(Piece piece, @Nullable Piece next) {
        long thrown = piece.thrownNanos();
        if (piece.thrown() == null || piece.stat().isDirectory()) {
            return thrown;
        }
        long changed = Math.max(thrown, piece.stat().ctimeNanos());
        if (next != null && next.isBirthKnown() && next.stat().btimeNanos() > thrown - TICKS) {
            return Math.max(thrown, Math.min(changed, next.stat().btimeNanos()));
        }
        return piece.stat().links() > 1 ? thrown : changed;
    }

    /** The version that was there at a time. */
    static Optional<Version> at(List<Version> versions, long nanos) {
        return versions.stream().filter(version -> version.isAt(nanos)).findFirst();
    }

    /** A moment as nanoseconds, cut to what a {@code long} holds. */
    static long nanos(Instant at) {
        try {
            return Math.addExact(Math.multiplyExact(at.getEpochSecond(), 1_000_000_000L), at.getNano());
        } catch (ArithmeticException e) {
            return at.getEpochSecond() < 0 ? UNKNOWN + 1 : STILL - 1;
        }
    }
}
