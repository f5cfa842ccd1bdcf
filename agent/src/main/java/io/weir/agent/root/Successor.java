package io.weir.agent.root;

import io.weir.posix.ErrnoException;
import io.weir.posix.Fd;
import io.weir.posix.Fs;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/**
 * What {@code .weir/promoted} proves, which an applier leaves in a root that was a replica: that the tree came after one that this
 * agent knew, so that it is not taken for a disk that is not mounted.
 */
final class Successor {
    private static final byte[] OWN = ".weir".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FILE = "promoted".getBytes(StandardCharsets.US_ASCII);
    private static final int MOST = 64 * 1024;

    private Successor() {}

    /** Whether a root was promoted to have this identity, after the known one. */
    static boolean is(Fd root, UUID identity, UUID known) throws ErrnoException {
        try (Fd own = Fs.openDirectoryAt(root, OWN)) {
            if (Fs.lstat(own, FILE) == null) {
                return false;
            }
            try (Fd file = Fs.openFile(own, FILE)) {
                byte[] bytes = new byte[MOST];
                int length = Fs.read(file, bytes);
                return is(new String(bytes, 0, length, StandardCharsets.UTF_8), identity, known);
            }
        }
    }

    private static boolean is(String text, UUID identity, UUID known) {
        List<String> lines = text.lines().toList();
        boolean isAfter = lines.contains("from=" + known)
                || lines.stream()
                        .filter(line -> line.startsWith("former="))
                        .flatMap(line ->
                                Arrays.stream(line.substring("former=".length()).split(",", -1)))
                        .anyMatch(known.toString()::equals);
        return lines.contains("to=" + identity) && isAfter;
    }
}
