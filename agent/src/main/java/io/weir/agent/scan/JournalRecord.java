package io.weir.agent.scan;

import io.weir.schemas.RelPath;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/** What a change that was published says of its path. */
sealed interface JournalRecord {
    /** The path. */
    RelPath path();

    /**
     * Something was there, and nothing is said of what is below.
     *
     * @param entry what
     * @param created whether the name was new: nothing was below it
     * @param parent signature of its directory at that time; 0 when not known
     */
    record Put(RelPath path, Entry entry, boolean created, long parent) implements JournalRecord {}

    /** Nothing was there. */
    record Gone(RelPath path) implements JournalRecord {}

    /** A directory was told with everything below it. */
    record Tree(RelPath path, Entry entry, Since since) implements JournalRecord {}

    /** What a change says. */
    static JournalRecord of(Published change, SessionClock clock) {
        if (change.stat() == null) {
            return new Gone(change.path());
        }
        Entry entry = Entry.of(change.stat());
        if (change.whole() && entry.isDirectory()) {
            return new Tree(change.path(), entry, clock.since(change.atMicros()));
        }
        long parent = change.parent() == null ? 0 : Entry.of(change.parent()).signature();
        return new Put(change.path(), entry, change.created(), parent);
    }

    /** Writes it, the path last. */
    default void write(DataOutputStream out) throws IOException {
        if (this instanceof Put put) {
            out.writeByte(put.created() ? 'C' : 'P');
            put.entry().write(out);
            out.writeLong(put.parent());
        } else if (this instanceof Tree tree) {
            out.writeByte('T');
            tree.entry().write(out);
            tree.since().write(out);
        } else {
            out.writeByte('G');
        }
        out.write(path().bytes());
    }

    /** Reads it to the end of the stream. */
    static JournalRecord read(DataInputStream in) throws IOException {
        int type = in.readUnsignedByte();
        try {
            return switch (type) {
                case 'C', 'P' -> {
                    Entry entry = Entry.read(in);
                    long parent = in.readLong();
                    yield new Put(path(in), entry, type == 'C', parent);
                }
                case 'T' -> {
                    Entry entry = Entry.read(in);
                    Since since = Since.read(in);
                    yield new Tree(path(in), entry, since);
                }
                case 'G' -> new Gone(path(in));
                default -> throw new IOException("a journal has a record of the unknown type " + type);
            };
        } catch (IllegalArgumentException e) {
            throw new IOException("a journal names a path that cannot be: " + e.getMessage(), e);
        }
    }

    private static RelPath path(DataInputStream in) throws IOException {
        return RelPath.of(in.readAllBytes());
    }
}
