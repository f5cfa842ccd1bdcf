package io.weir.posix;

/** What a name stands for. */
public enum Kind {
    FILE,
    DIRECTORY,
    SYMLINK,
    FIFO,
    SOCKET,
    CHARACTER_DEVICE,
    BLOCK_DEVICE,
    /** The file system does not tell in a listing: ask {@link Fs#lstat}. */
    UNKNOWN;

    /** Of the type nibble of st_mode, which is also d_type. */
    static Kind ofType(int type) {
        return switch (type) {
            case 1 -> FIFO;
            case 2 -> CHARACTER_DEVICE;
            case 4 -> DIRECTORY;
            case 6 -> BLOCK_DEVICE;
            case 8 -> FILE;
            case 10 -> SYMLINK;
            case 12 -> SOCKET;
            default -> UNKNOWN;
        };
    }
}
