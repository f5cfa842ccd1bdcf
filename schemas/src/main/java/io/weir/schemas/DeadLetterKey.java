package io.weir.schemas;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The key of a dead letter: source, NUL, replica, NUL, path; the names in UTF-8. The path comes last and as it came, so it
 * may hold any byte, even a NUL, and may be empty. Immutable.
 */
public final class DeadLetterKey {
    private final String source;
    private final String replica;
    private final byte[] path;

    private DeadLetterKey(String source, String replica, byte[] path) {
        this.source = source;
        this.replica = replica;
        this.path = path;
    }

    /**
     * The key's bytes.
     *
     * @throws IllegalArgumentException when a name holds a NUL
     */
    public static byte[] encode(String source, String replica, byte[] path) {
        if (source.indexOf('\0') >= 0 || replica.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    "a source or replica name holds a NUL: '" + RelPath.display(source + "/" + replica) + "'");
        }
        byte[] names = (source + '\0' + replica + '\0').getBytes(StandardCharsets.UTF_8);
        byte[] key = Arrays.copyOf(names, names.length + path.length);
        System.arraycopy(path, 0, key, names.length, path.length);
        return key;
    }

    /**
     * The parts of a key.
     *
     * @throws UndecodableRecordException when it does not hold two NULs
     */
    public static DeadLetterKey decode(byte[] key) {
        int first = indexOfNul(key, 0);
        int second = first < 0 ? -1 : indexOfNul(key, first + 1);
        if (second < 0) {
            throw new UndecodableRecordException(
                    "cannot decode a dead letter's key: '" + RelPath.display(key) + "' holds no two NULs");
        }
        return new DeadLetterKey(
                new String(key, 0, first, StandardCharsets.UTF_8),
                new String(key, first + 1, second - first - 1, StandardCharsets.UTF_8),
                Arrays.copyOfRange(key, second + 1, key.length));
    }

    private static int indexOfNul(byte[] key, int from) {
        for (int i = from; i < key.length; i++) {
            if (key[i] == 0) {
                return i;
            }
        }
        return -1;
    }

    /** The source's name. */
    public String source() {
        return source;
    }

    /** The replica's name. */
    public String replica() {
        return replica;
    }

    /** The path as it came; a copy. */
    public byte[] path() {
        return path.clone();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DeadLetterKey key
                && source.equals(key.source)
                && replica.equals(key.replica)
                && Arrays.equals(path, key.path);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * source.hashCode() + replica.hashCode()) + Arrays.hashCode(path);
    }

    /** For people and logs: {@code source/replica path}, escaped. */
    @Override
    public String toString() {
        return source + "/" + replica + " " + RelPath.display(path);
    }
}
