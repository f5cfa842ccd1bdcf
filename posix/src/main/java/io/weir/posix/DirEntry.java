package io.weir.posix;

/**
 * One name in a directory, as getdents64 gives it. Compared by identity of the array: it is a carrier, not a key.
 *
 * @param name bytes of the name; never {@code .} or {@code ..}
 * @param ino inode number (of the covered directory where something is mounted)
 * @param type may be {@link Kind#UNKNOWN} on some file systems
 */
@SuppressWarnings("ArrayRecordComponent") // hundreds of thousands per scan: no wrapper around each name
public record DirEntry(byte[] name, long ino, Kind type) {
    @Override
    public String toString() {
        return Bytes.display(name) + " " + type + " ino " + ino;
    }
}
