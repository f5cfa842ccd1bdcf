package io.weir.applier.disk;

import io.weir.schemas.RelPath;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;

/**
 * Where a restore goes, below the directory that the replica's settings allow. Nothing in an order leads out of that. Immutable.
 *
 * @param whole the directory when it is complete
 * @param partial its name until then, which no other order has
 */
record RestoreTarget(RelPath whole, RelPath partial) {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final int SHORT = 8;
    private static final byte[] OWN = bytes(".weir");

    /**
     * Of an order.
     *
     * @param to what it says; empty for a directory of its own
     * @param base the directory that the settings allow, absolute
     * @param asOf the time that is restored
     * @param id of the order, which may be any text
     * @throws IllegalArgumentException saying why it is refused
     */
    static RestoreTarget of(String to, Path base, Instant asOf, String id) {
        String known = id.chars()
                .filter(each -> each < 128 && Character.isLetterOrDigit(each))
                .limit(SHORT)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        RelPath whole = to.isEmpty() ? RelPath.of(TIME.format(asOf) + "-" + known) : below(to, base);
        byte[] mark = (".partial-" + known).getBytes(StandardCharsets.UTF_8);
        byte[] name = whole.name();
        byte[] partial = new byte[name.length + mark.length];
        System.arraycopy(name, 0, partial, 0, name.length);
        System.arraycopy(mark, 0, partial, name.length, mark.length);
        return new RestoreTarget(whole, whole.parent().child(partial));
    }

    private static RelPath below(String to, Path base) {
        String text = to.replaceAll("(?<=.)/+$", "");
        String top = base.toString().equals("/") ? "/" : base + "/";
        if (text.startsWith("/") && !text.startsWith(top)) {
            throw new IllegalArgumentException("--to " + RelPath.display(bytes(to)) + " is refused: it is not in "
                    + base + ", the only directory of this host that takes what is restored (setting restore.dir)");
        }
        RelPath path = RelPath.of(bytes(text.startsWith("/") ? text.substring(top.length()) : text));
        if (path.isRoot() || path.components().stream().anyMatch(each -> Arrays.equals(each, OWN))) {
            throw new IllegalArgumentException("--to " + RelPath.display(bytes(to))
                    + " is refused: name a directory in " + base + ", and none in a .weir there");
        }
        return path;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
