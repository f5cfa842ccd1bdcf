package io.weir.posix;

import java.nio.charset.StandardCharsets;

/** Names as bytes, for messages. */
final class Bytes {
    static final byte[] EMPTY = new byte[0];

    private Bytes() {}

    /** Printable ASCII as it is, everything else as {@code \xNN}. */
    static String display(byte[] name) {
        StringBuilder text = new StringBuilder(name.length);
        for (byte b : name) {
            if (b >= ' ' && b < 0x7F && b != '\\') {
                text.append((char) b);
            } else {
                text.append(String.format("\\x%02x", b));
            }
        }
        return text.toString();
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
