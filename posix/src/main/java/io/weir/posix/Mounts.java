package io.weir.posix;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The mounts that this process sees. */
public final class Mounts {
    private Mounts() {}

    /**
     * Reads /proc/self/mountinfo; a later line covers an earlier one of the same mount point.
     *
     * @throws IOException when it cannot be read or understood
     */
    public static List<Mount> read() throws IOException {
        // Not Files.readAllBytes: it takes a file without a size byte-wise at first, and the list may change in
        // between.
        try (InputStream file = Files.newInputStream(Path.of("/proc/self/mountinfo"))) {
            return parse(file.readAllBytes());
        }
    }

    /** Format: proc_pid_mountinfo(5); fields are separated by single spaces, odd bytes are {@code \ooo}. */
    static List<Mount> parse(byte[] text) throws IOException {
        List<Mount> mounts = new ArrayList<>();
        // ISO-8859-1 maps every byte to one char and back.
        for (String line : new String(text, StandardCharsets.ISO_8859_1).split("\n", -1)) {
            if (!line.isEmpty()) {
                mounts.add(parseLine(line));
            }
        }
        return mounts;
    }

    private static Mount parseLine(String line) throws IOException {
        String[] fields = line.split(" ", -1);
        int separator = 6;
        while (separator < fields.length && !fields[separator].equals("-")) {
            separator++;
        }
        if (separator + 1 >= fields.length) {
            throw new IOException("mountinfo has a line that is not understood: '" + line + "'");
        }
        try {
            String[] device = fields[2].split(":", -1);
            long dev = Statx.dev(Long.parseLong(device[0]), Long.parseLong(device[1]));
            return new Mount(Long.parseLong(fields[0]), unescape(fields[4]), fields[separator + 1], dev);
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            throw new IOException("mountinfo has a line that is not understood: '" + line + "'", e);
        }
    }

    private static byte[] unescape(String field) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(field.length());
        int i = 0;
        while (i < field.length()) {
            char c = field.charAt(i);
            if (c == '\\') {
                out.write(Integer.parseInt(field.substring(i + 1, i + 4), 8));
                i += 4;
            } else {
                out.write(c);
                i++;
            }
        }
        return out.toByteArray();
    }
}
