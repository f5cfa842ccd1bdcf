package io.weir.agent.scan;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Records in a file: length, CRC32C, payload. What a crash or a bad disk left of one is never taken for a record. */
final class Frames {
    /** Length and checksum. */
    static final int HEAD = 8;

    private static final int LARGEST = 1 << 30;

    private Frames() {}

    /** Writes the payload of a record. */
    interface Body {
        void write(DataOutputStream out) throws IOException;
    }

    /** A whole record as bytes. */
    static byte[] frame(Body body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        DataOutputStream out = new DataOutputStream(bytes);
        try {
            out.writeLong(0);
            body.write(out);
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot fail to be written", e);
        }
        byte[] frame = bytes.toByteArray();
        ByteBuffer head = ByteBuffer.wrap(frame);
        head.putInt(0, frame.length - HEAD);
        head.putInt(4, checksum(frame, HEAD, frame.length - HEAD));
        return frame;
    }

    /**
     * Reads the next record.
     *
     * @return its payload; null at the end of the file
     * @throws IOException when what is there is not a whole record
     */
    static byte @Nullable [] next(InputStream in) throws IOException {
        byte[] head = in.readNBytes(HEAD);
        if (head.length == 0) {
            return null;
        }
        if (head.length < HEAD) {
            throw new EOFException("a record is cut off");
        }
        int length = ByteBuffer.wrap(head).getInt(0);
        if (length < 1 || length > LARGEST) {
            throw new IOException("a record of " + length + " bytes cannot be");
        }
        byte[] payload = in.readNBytes(length);
        if (payload.length < length) {
            throw new EOFException("a record is cut off");
        }
        if (checksum(payload, 0, length) != ByteBuffer.wrap(head).getInt(4)) {
            throw new IOException("the checksum of a record is wrong");
        }
        return payload;
    }

    static DataInputStream data(byte[] payload) {
        return new DataInputStream(new ByteArrayInputStream(payload));
    }

    static int checksum(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }
}
