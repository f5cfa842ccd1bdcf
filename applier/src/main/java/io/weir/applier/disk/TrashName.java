package io.weir.applier.disk;

import io.weir.schemas.RelPath;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoField;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/**
 * The name of one directory of the trash: {@code <time>-<microseconds>-<number>-<pid>}, or without the microseconds where an older Weir
 * made it. What is in it was thrown away then. The order is that of time. Immutable.
 *
 * @param text the name itself
 * @param at when it was begun, by the applier's clock
 * @param number counts in one life of an applier
 */
record TrashName(String text, Instant at, long number) implements Comparable<TrashName> {
    static final RelPath TRASH = RelPath.of(".weir/trash");

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final int TIME_LENGTH = "20260102T030405".length();
    private static final int MICROS_LENGTH = 6;

    private static final Comparator<TrashName> ORDER =
            Comparator.comparing(TrashName::at).thenComparing(TrashName::number).thenComparing(TrashName::text);

    /** One that begins now. */
    static TrashName of(Instant now, long number, long pid) {
        int micros = now.get(ChronoField.MICRO_OF_SECOND);
        String text = TIME.format(now) + String.format(Locale.ROOT, "-%06d-%d-%d", micros, number, pid);
        return new TrashName(text, now, number);
    }

    /** Reads a name; empty when it is none of Weir's. */
    static Optional<TrashName> parse(String text) {
        if (text.length() <= TIME_LENGTH || text.charAt(TIME_LENGTH) != '-') {
            return Optional.empty();
        }
        try {
            Instant second = TIME.parse(text.substring(0, TIME_LENGTH), Instant::from);
            String[] rest = text.substring(TIME_LENGTH + 1).split("-", -1);
            boolean isFine = rest.length == 3 && rest[0].length() == MICROS_LENGTH;
            Instant at = isFine ? second.plusNanos(1_000 * Long.parseLong(rest[0])) : second;
            return Optional.of(new TrashName(text, at, Long.parseLong(rest[isFine ? 1 : 0])));
        } catch (DateTimeException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** The directory, relative to the replica's root. */
    RelPath directory() {
        return TRASH.child(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Where a path of the replica lies in it. */
    RelPath of(RelPath path) {
        return path.isRoot() ? directory() : RelPath.of(joined(directory().bytes(), path.bytes()));
    }

    private static byte[] joined(byte[] directory, byte[] path) {
        byte[] all = new byte[directory.length + 1 + path.length];
        System.arraycopy(directory, 0, all, 0, directory.length);
        all[directory.length] = '/';
        System.arraycopy(path, 0, all, directory.length + 1, path.length);
        return all;
    }

    @Override
    public int compareTo(TrashName other) {
        return ORDER.compare(this, other);
    }
}
