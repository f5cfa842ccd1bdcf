package io.weir.applier.rsync;

import io.weir.schemas.RelPath;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the standard output of a call, in {@link RsyncCommand#FORMAT}. Confined to one thread until {@link #end}.
 *
 * <p>rsync escapes bytes that are not printable as {@code \#ooo}, and a backslash that would look like an escape too, so names
 * decode exactly. It leaves a tab as it is. Lines of another shape (statistics) are no paths.
 */
public final class ItemizedOutput {
    private static final int ITEM = 11;
    private static final int TIME = 19;
    private static final int NUMBER_AT = ITEM + 1 + TIME + 1;
    private static final Pattern RECEIVED = Pattern.compile("sent \\d+ bytes +received (\\d+) bytes .*");

    private final Consumer<Item> seen;
    private final Map<RelPath, Item> items = new HashMap<>();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(256);
    private long bytesReceived;

    /** Nothing printed yet; each path is told as it comes. */
    public ItemizedOutput(Consumer<Item> seen) {
        this.seen = seen;
    }

    /** Takes the next bytes of output. */
    public void accept(byte[] buffer, int length) {
        int start = 0;
        for (int i = 0; i < length; i++) {
            if (buffer[i] == '\n') {
                line.write(buffer, start, i - start);
                line(line.toByteArray());
                line.reset();
                start = i + 1;
            }
        }
        line.write(buffer, start, length - start);
    }

    /** Drops a line that was cut off: its name cannot be trusted. */
    public void end() {
        line.reset();
    }

    /** What was printed, by path. */
    public Map<RelPath, Item> items() {
        return items;
    }

    /** Bytes that rsync read from the wire, by its own statistics; 0 when it did not get that far. */
    public long bytesReceived() {
        return bytesReceived;
    }

    private void line(byte[] text) {
        if (text.length > 5 && text[0] == 's' && text[4] == ' ') {
            Matcher matcher = RECEIVED.matcher(new String(text, StandardCharsets.ISO_8859_1));
            if (matcher.matches()) {
                bytesReceived = Long.parseLong(matcher.group(1));
            }
            return;
        }
        Item item = parse(text);
        if (item != null) {
            items.put(item.path(), item);
            seen.accept(item);
        }
    }

    /** The path of one line, or null when it is none. */
    static @Nullable Item parse(byte[] text) {
        if (text.length <= NUMBER_AT
                || text[ITEM] != ' '
                || text[NUMBER_AT - 1] != ' '
                || "<>ch.".indexOf(text[0]) < 0) {
            return null;
        }
        char type = (char) text[1];
        int name = indexOf(text, NUMBER_AT, " ") + 1;
        int end = name == 0 ? -1 : indexOf(text, name, "//");
        long seconds = seconds(new String(text, ITEM + 1, TIME, StandardCharsets.ISO_8859_1));
        if ("fdLDS".indexOf(type) < 0 || end <= name || seconds == Long.MIN_VALUE) {
            return null;
        }
        RelPath path = path(decode(text, name, end));
        if (path == null) {
            return null;
        }
        int rest = end + (end + 2 < text.length && type == 'd' && text[end + 2] == '/' ? 3 : 2);
        RelPath leader = linkedTo(text, rest);
        String itemized = new String(text, 0, ITEM, StandardCharsets.ISO_8859_1);
        return new Item(path, type, changed(text, leader), seconds, bytes(text, name - 1), leader, itemized);
    }

    /** The number in front of the name, when content is sent. */
    private static long bytes(byte[] text, int end) {
        if (text[0] != '>' && text[0] != '<') {
            return 0;
        }
        try {
            return Long.parseLong(new String(text, NUMBER_AT, end - NUMBER_AT, StandardCharsets.ISO_8859_1));
        } catch (NumberFormatException e) {
            // It is for people only.
            return 0;
        }
    }

    private static boolean changed(byte[] text, @Nullable RelPath leader) {
        // A name that was linked already is printed as a link to nothing.
        boolean isLinked = text[0] == 'h' && leader == null;
        if (text[0] != '.' && !isLinked) {
            return true;
        }
        for (int i = 2; i < ITEM; i++) {
            if (text[i] != '.' && text[i] != ' ') {
                return true;
            }
        }
        return false;
    }

    private static @Nullable RelPath linkedTo(byte[] text, int at) {
        boolean linked = text.length > at + 4 && text[at] == ' ' && text[at + 1] == '=' && text[at + 2] == '>';
        return linked ? path(decode(text, at + 4, text.length)) : null;
    }

    /** A path, or null when it is none. */
    static @Nullable RelPath path(byte[] decoded) {
        try {
            return RelPath.of(decoded);
        } catch (IllegalArgumentException e) {
            // No path that was asked for: it then counts as not printed, which is the safe reading.
            return null;
        }
    }

    private static long seconds(String time) {
        try {
            String iso = time.substring(0, 10).replace('/', '-') + "T" + time.substring(11);
            return LocalDateTime.parse(iso).toEpochSecond(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            return Long.MIN_VALUE;
        }
    }

    private static int indexOf(byte[] text, int from, String what) {
        for (int i = from; i + what.length() <= text.length; i++) {
            int same = 0;
            while (same < what.length() && text[i + same] == what.charAt(same)) {
                same++;
            }
            if (same == what.length()) {
                return i;
            }
        }
        return -1;
    }

    /** The bytes of an escaped name. */
    static byte[] decode(byte[] text, int from, int to) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(to - from);
        int i = from;
        while (i < to) {
            if (text[i] == '\\'
                    && i + 4 < to
                    && text[i + 1] == '#'
                    && octal(text[i + 2])
                    && octal(text[i + 3])
                    && octal(text[i + 4])) {
                out.write((text[i + 2] - '0') * 64 + (text[i + 3] - '0') * 8 + text[i + 4] - '0');
                i += 5;
            } else {
                out.write(text[i]);
                i++;
            }
        }
        return out.toByteArray();
    }

    private static boolean octal(byte b) {
        return b >= '0' && b <= '7';
    }
}
