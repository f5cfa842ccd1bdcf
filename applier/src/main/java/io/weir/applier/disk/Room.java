package io.weir.applier.disk;

import io.weir.posix.Errno;
import io.weir.posix.ErrnoException;
import java.io.File;
import java.nio.file.Path;

/**
 * Leaves some room on a disk: a restore must not be what stops the replication. Confined to one thread.
 */
final class Room {
    private static final long MOST = 1L << 30;
    private static final int PART_OF_ALL = 100;
    private static final long STEP = 16L << 20;

    private final File directory;
    private final long reserve;
    private long since = STEP;

    /** On the disk of this directory. */
    Room(Path directory) {
        this.directory = directory.toFile();
        this.reserve = Math.min(MOST, this.directory.getTotalSpace() / PART_OF_ALL);
    }

    /**
     * Told of what is written.
     *
     * @throws ErrnoException ENOSPC when too little is left
     */
    void take(long bytes) throws ErrnoException {
        since += bytes;
        if (since >= STEP) {
            since = 0;
            long left = directory.getUsableSpace();
            if (left < reserve) {
                throw new ErrnoException(
                        "restore (only " + (left >> 20) + " MiB are free, and " + (reserve >> 20)
                                + " MiB are left to the replica)",
                        directory.toString(),
                        Errno.ENOSPC);
            }
        }
    }
}
