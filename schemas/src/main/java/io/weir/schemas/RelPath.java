package io.weir.schemas;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A path below a source's root, as bytes: Linux names are any bytes but NUL and '/', so a path is never a {@code String}.
 *
 * <p>A value is always safe to join to a root: it is not empty, not absolute, and has no empty, {@code .} or {@code ..}
 * component. The root itself is {@link #ROOT}, a single dot. Immutable. The order puts a directory's whole subtree right
 * behind it ('/' sorts below every other byte), so a subtree is one contiguous range of a sorted map.
 */
public final class RelPath implements Comparable<RelPath> {
    /** PATH_MAX of Linux without its NUL: a longer path cannot be given to a system call in one piece. */
    public static final int MAX_LENGTH = 4095;

    /** The source's root directory itself. */
    public static final RelPath ROOT = new RelPath(new byte[] {'.'});

    private static final byte SLASH = '/';
    private static final Pattern ESCAPE = Pattern.compile("\\\\(?:x([0-9a-fA-F]{2}))?");

    private final byte[] bytes;
    private final int hash;

    private RelPath(byte[] bytes) {
        this.bytes = bytes;
        this.hash = Arrays.hashCode(bytes);
    }

    /**
     * Validates and copies a path.
     *
     * @throws IllegalArgumentException naming the path (escaped) and what is wrong with it
     */
    public static RelPath of(byte[] path) {
        if (path.length == 1 && path[0] == '.') {
            return ROOT;
        }
        String problem = problem(path);
        if (problem != null) {
            throw new IllegalArgumentException("path '" + display(path) + "' is refused: it " + problem);
        }
        return new RelPath(path.clone());
    }

    /** As {@link #of(byte[])}, of the remaining bytes of an Avro field; the buffer's position is left alone. */
    public static RelPath of(ByteBuffer field) {
        byte[] path = new byte[field.remaining()];
        field.duplicate().get(path);
        return of(path);
    }

    /** As {@link #of(byte[])}, of a text in UTF-8. */
    public static RelPath of(String utf8) {
        return of(utf8.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * As {@link #of(String)}, of a path as {@link #toString} prints it: {@code \xNN} is the byte NN.
     *
     * @throws IllegalArgumentException also for a backslash before anything else
     */
    public static RelPath parse(String shown) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Matcher escape = ESCAPE.matcher(shown);
        int end = 0;
        while (escape.find()) {
            if (escape.group(1) == null) {
                throw new IllegalArgumentException(
                        "path '" + shown + "' is refused: a backslash must be \\x5c, and \\xNN is the byte NN");
            }
            bytes.writeBytes(shown.substring(end, escape.start()).getBytes(StandardCharsets.UTF_8));
            bytes.write(Integer.parseInt(escape.group(1), 16));
            end = escape.end();
        }
        bytes.writeBytes(shown.substring(end).getBytes(StandardCharsets.UTF_8));
        return of(bytes.toByteArray());
    }

    private static @Nullable String problem(byte[] path) {
        if (path.length == 0) {
            return "is empty";
        }
        int start = 0;
        for (int i = 0; i <= path.length; i++) {
            if (i < path.length && path[i] == 0) {
                return "contains a NUL byte";
            }
            if (i == path.length || path[i] == SLASH) {
                String component = componentProblem(path, start, i);
                if (component != null) {
                    return component;
                }
                start = i + 1;
            }
        }
        return null;
    }

    private static @Nullable String componentProblem(byte[] path, int start, int end) {
        int length = end - start;
        if (length == 0) {
            return start == 0 ? "is absolute" : "has an empty component";
        }
        if (length == 1 && path[start] == '.') {
            return "has a '.' component";
        }
        if (length == 2 && path[start] == '.' && path[start + 1] == '.') {
            return "has a '..' component";
        }
        return null;
    }

    /** The paths of a set in their order that lie below no other of them, in that order. */
    public static List<RelPath> topmost(Set<RelPath> sorted) {
        List<RelPath> tops = new ArrayList<>();
        RelPath last = null;
        for (RelPath path : sorted) {
            if (last == null || !path.isBelow(last)) {
                tops.add(path);
                last = path;
            }
        }
        return tops;
    }

    /** Whether this is the source's root itself. */
    public boolean isRoot() {
        return bytes.length == 1 && bytes[0] == '.';
    }

    /** Whether this is {@code .weir} at the root or below it: Weir's own, never replicated. */
    public boolean isOwn() {
        return bytes.length >= 5
                && bytes[0] == '.'
                && bytes[1] == 'w'
                && bytes[2] == 'e'
                && bytes[3] == 'i'
                && bytes[4] == 'r'
                && (bytes.length == 5 || bytes[5] == SLASH);
    }

    /** Whether this path cannot be given to a system call in one piece below an empty root. */
    public boolean isTooLong() {
        return bytes.length > MAX_LENGTH;
    }

    /** Length in bytes. */
    public int length() {
        return bytes.length;
    }

    /** A copy of the bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** The bytes as an Avro field. */
    public ByteBuffer toField() {
        return ByteBuffer.wrap(bytes()).asReadOnlyBuffer();
    }

    /** The last component; for the root a single dot. */
    public byte[] name() {
        return Arrays.copyOfRange(bytes, lastSlash() + 1, bytes.length);
    }

    /**
     * The directory that holds this path.
     *
     * @return {@link #ROOT} for a path of one component
     * @throws IllegalStateException for the root, which has no parent here
     */
    public RelPath parent() {
        if (isRoot()) {
            throw new IllegalStateException("the root of a source has no parent");
        }
        int slash = lastSlash();
        return slash < 0 ? ROOT : new RelPath(Arrays.copyOf(bytes, slash));
    }

    /**
     * The path of an entry of this directory.
     *
     * @throws IllegalArgumentException when the name is not one valid component
     */
    public RelPath child(byte[] name) {
        for (byte b : name) {
            if (b == SLASH) {
                throw new IllegalArgumentException("name '" + display(name) + "' is refused: it contains a '/'");
            }
        }
        if (isRoot()) {
            RelPath path = of(name);
            if (path.isRoot()) {
                throw new IllegalArgumentException("name '.' is refused: it is no entry");
            }
            return path;
        }
        byte[] joined = Arrays.copyOf(bytes, bytes.length + 1 + name.length);
        joined[bytes.length] = SLASH;
        System.arraycopy(name, 0, joined, bytes.length + 1, name.length);
        return of(joined);
    }

    /** Every directory above this path, the shallowest first, without the root. */
    public List<RelPath> ancestors() {
        List<RelPath> above = new ArrayList<>();
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == SLASH) {
                above.add(new RelPath(Arrays.copyOf(bytes, i)));
            }
        }
        return above;
    }

    /** The components, the first one first; none for the root. */
    public List<byte[]> components() {
        List<byte[]> parts = new ArrayList<>();
        if (isRoot()) {
            return parts;
        }
        int start = 0;
        for (int i = 0; i <= bytes.length; i++) {
            if (i == bytes.length || bytes[i] == SLASH) {
                parts.add(Arrays.copyOfRange(bytes, start, i));
                start = i + 1;
            }
        }
        return parts;
    }

    /** Whether this path lies strictly below the other one; everything but the root lies below the root. */
    public boolean isBelow(RelPath other) {
        if (other.isRoot()) {
            return !isRoot();
        }
        int length = other.bytes.length;
        return bytes.length > length
                && bytes[length] == SLASH
                && Arrays.equals(bytes, 0, length, other.bytes, 0, length);
    }

    /**
     * This path after the directory {@code from} was renamed to {@code to}.
     *
     * @throws IllegalArgumentException when this path is neither {@code from} nor below it
     */
    public RelPath rebase(RelPath from, RelPath to) {
        if (equals(from)) {
            return to;
        }
        if (!isBelow(from) || from.isRoot() || to.isRoot()) {
            throw new IllegalArgumentException("path '" + this + "' is not below '" + from + "'");
        }
        int tail = bytes.length - from.bytes.length;
        byte[] moved = Arrays.copyOf(to.bytes, to.bytes.length + tail);
        System.arraycopy(bytes, from.bytes.length, moved, to.bytes.length, tail);
        return new RelPath(moved);
    }

    private int lastSlash() {
        int i = bytes.length - 1;
        while (i >= 0 && bytes[i] != SLASH) {
            i--;
        }
        return i;
    }

    @Override
    public int compareTo(RelPath other) {
        if (isRoot() || other.isRoot()) {
            return Boolean.compare(!isRoot(), !other.isRoot());
        }
        int at = Arrays.mismatch(bytes, other.bytes);
        if (at < 0 || at == bytes.length || at == other.bytes.length) {
            return Integer.compare(bytes.length, other.bytes.length);
        }
        return Integer.compare(rank(bytes[at]), rank(other.bytes[at]));
    }

    private static int rank(byte b) {
        return b == SLASH ? 0 : b & 0xFF;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RelPath path && hash == path.hash && Arrays.equals(bytes, path.bytes);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /** For people: see {@link #display(byte[])}. */
    @Override
    public String toString() {
        return display(bytes);
    }

    /** Any text for people and logs, one that others gave, say: {@link #display(byte[])} of its UTF-8. */
    public static String display(String text) {
        return display(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Any bytes for people and logs: printable UTF-8 as it is; control bytes, backslashes and what is no UTF-8 as {@code \xNN}. */
    public static String display(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        boolean plain = Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes)
                && text.codePoints().noneMatch(RelPath::needsEscape);
        if (plain) {
            return text;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length * 2);
        int i = 0;
        while (i < bytes.length) {
            int length = printableLength(bytes, i);
            if (length > 0) {
                out.write(bytes, i, length);
                i += length;
            } else {
                out.writeBytes(String.format("\\x%02x", bytes[i]).getBytes(StandardCharsets.US_ASCII));
                i++;
            }
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static int printableLength(byte[] bytes, int at) {
        int lead = bytes[at] & 0xFF;
        int length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 0;
        if (length == 0 || at + length > bytes.length) {
            return 0;
        }
        byte[] one = Arrays.copyOfRange(bytes, at, at + length);
        String text = new String(one, StandardCharsets.UTF_8);
        boolean exact = Arrays.equals(text.getBytes(StandardCharsets.UTF_8), one);
        return exact && text.codePoints().noneMatch(RelPath::needsEscape) ? length : 0;
    }

    private static boolean needsEscape(int codePoint) {
        int type = Character.getType(codePoint);
        return codePoint == '\\'
                || type == Character.CONTROL
                || type == Character.FORMAT
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR
                || type == Character.UNASSIGNED
                || type == Character.SURROGATE;
    }
}
