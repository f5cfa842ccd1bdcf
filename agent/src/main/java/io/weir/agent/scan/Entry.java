package io.weir.agent.scan;

import io.weir.posix.Stat;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * One name of the inventory: what was there when it was published.
 *
 * @param kind what it was
 * @param id stands for inode and time of birth: the same file under another name has the same
 * @param signature stands for all that lstat tells and that a replica copies, and for the change time, which moves with
 *     what lstat does not tell (content, attributes, access lists)
 */
record Entry(What kind, long id, long signature) {
    /** Kinds of entries, with their codes in files. */
    enum What {
        FILE('f'),
        DIRECTORY('d'),
        OTHER('o'),
        /** Something of another mounted file system: not looked into, and never told to be gone. */
        MOUNT('m');

        private final char code;

        What(char code) {
            this.code = code;
        }

        private static What of(int code) throws IOException {
            return switch (code) {
                case 'f' -> FILE;
                case 'd' -> DIRECTORY;
                case 'o' -> OTHER;
                case 'm' -> MOUNT;
                default -> throw new IOException("kind " + code + " of an entry is unknown");
            };
        }
    }

    /** What lstat says of an entry of the source's own file system. */
    static Entry of(Stat stat) {
        What kind = stat.isDirectory() ? What.DIRECTORY : stat.isFile() ? What.FILE : What.OTHER;
        long id = mix(mix(1, stat.ino()), stat.btimeNanos());
        long signature = mix(mix(id, stat.mode()), stat.uid() << 32 | stat.gid());
        signature = mix(mix(signature, stat.mtimeNanos()), stat.ctimeNanos());
        // The size of a directory says nothing that its names do not.
        return new Entry(kind, id, stat.isDirectory() ? signature : mix(signature, stat.size()));
    }

    /** The same as something that is mounted here. */
    Entry asMount() {
        return new Entry(What.MOUNT, id, 0);
    }

    /** The same with another signature. */
    Entry withSignature(long other) {
        return new Entry(kind, id, other);
    }

    boolean isDirectory() {
        return kind == What.DIRECTORY;
    }

    /** Whether it is the same inode, whatever its state. */
    boolean isSame(Entry other) {
        return kind == other.kind && id == other.id;
    }

    void write(DataOutput out) throws IOException {
        out.writeByte(kind.code);
        out.writeLong(id);
        out.writeLong(signature);
    }

    static Entry read(DataInput in) throws IOException {
        return new Entry(What.of(in.readUnsignedByte()), in.readLong(), in.readLong());
    }

    private static long mix(long hash, long value) {
        long h = (hash ^ value) * 0x9E37_79B9_7F4A_7C15L;
        h = (h ^ h >>> 32) * 0xD6E8_FEB8_6659_FD93L;
        return h ^ h >>> 29;
    }
}
