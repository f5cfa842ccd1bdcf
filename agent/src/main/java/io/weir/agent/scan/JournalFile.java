package io.weir.agent.scan;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The format of a journal: frames that begin a session, note what is about to be sent, or say what Kafka has. What is
 * behind a frame that is cut off or damaged counts as not written.
 */
final class JournalFile {
    private static final Logger log = LoggerFactory.getLogger(JournalFile.class);

    private JournalFile() {}

    /** What a journal says, in its order. */
    interface Reader {
        /** Numbers begin anew; what was not acknowledged by now never will be. */
        void session() throws IOException;

        /** A change is about to be sent. */
        void intent(long number, JournalRecord record) throws IOException;

        /** Kafka has the changes of these numbers, both included. */
        void acknowledged(long from, long to) throws IOException;
    }

    static byte[] session() {
        return Frames.frame(out -> out.writeByte('S'));
    }

    static byte[] intent(long number, JournalRecord record) {
        return Frames.frame(out -> {
            out.writeByte('I');
            out.writeLong(number);
            record.write(out);
        });
    }

    static byte[] acknowledged(long from, long to) {
        return Frames.frame(out -> {
            out.writeByte('A');
            out.writeLong(from);
            out.writeLong(to);
        });
    }

    /** Reads a journal to its end, or to where it is damaged. */
    static void read(Path journal, Reader reader) throws IOException {
        long at = 0;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(journal), 1 << 20)) {
            while (true) {
                byte[] payload;
                try {
                    payload = Frames.next(in);
                } catch (IOException e) {
                    log.info(
                            "a journal ends early, as after a power cut: journal={} at={} cause={}",
                            journal,
                            at,
                            e.getMessage());
                    return;
                }
                if (payload == null) {
                    return;
                }
                frame(Frames.data(payload), reader);
                at += (long) payload.length + Frames.HEAD;
            }
        }
    }

    private static void frame(DataInputStream in, Reader reader) throws IOException {
        int type = in.readUnsignedByte();
        switch (type) {
            case 'S' -> reader.session();
            case 'I' -> {
                long number = in.readLong();
                reader.intent(number, JournalRecord.read(in));
            }
            case 'A' -> {
                long from = in.readLong();
                reader.acknowledged(from, in.readLong());
            }
            default -> throw new IOException("a journal has a frame of the unknown type " + type);
        }
    }
}
