package io.weir.cli.embedded;

import io.weir.service.ExitCode;
import io.weir.service.WeirException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Holds a directory for one owner on this machine, until closed or until the process ends in any way. */
final class DirectoryLock implements AutoCloseable {
    private static final String FILE = "lock";
    /** Whoever only asks whether it is held has it for a moment: far longer than that, also on a busy machine. */
    private static final long PATIENCE_NANOS = 3_000_000_000L;

    private static final long PAUSE_NANOS = 50_000_000;

    private final FileChannel channel;

    private DirectoryLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Makes the directory if it is missing and takes its lock.
     *
     * @throws WeirException (CONFLICT) when another owner holds it; (FAILURE) when it cannot be made or written
     */
    static DirectoryLock take(Path directory) {
        FileChannel channel = null;
        try {
            Files.createDirectories(directory);
            channel = FileChannel.open(directory.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            long start = System.nanoTime();
            do {
                if (tryLock(channel, false) != null) {
                    return new DirectoryLock(channel);
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            } while (System.nanoTime() - start < PATIENCE_NANOS);
            channel.close();
        } catch (IOException e) {
            WeirException failure = new WeirException(
                    ExitCode.FAILURE,
                    "use data directory " + directory + ": " + e + "; it must be writable, or give another with --data",
                    e);
            closeAfter(failure, channel);
            throw failure;
        }
        throw held(directory);
    }

    private static WeirException held(Path directory) {
        return new WeirException(
                ExitCode.CONFLICT,
                "use data directory " + directory + ": another weir process holds it; stop that one, or give another"
                        + " with --data");
    }

    /**
     * Whether the directory had an owner and has none now. Needs no right to write; writes nothing. That it has none cannot be
     * told of a directory without a lock, or whose lock may not be read. Never to be asked by the process that holds it: closing any
     * descriptor of the file gives up all locks of the process on it (fcntl(2)).
     */
    static boolean isAbandoned(Path directory) {
        try (FileChannel channel = FileChannel.open(directory.resolve(FILE), StandardOpenOption.READ)) {
            return tryLock(channel, true) != null;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Refuses what {@link #take} would refuse as another's, and makes nothing. Not for the process that holds it.
     *
     * @throws WeirException (CONFLICT) when another owner holds it
     */
    static void refuseHeld(Path directory) {
        if (isHeld(directory)) {
            throw held(directory);
        }
    }

    /** Whether the directory has an owner now, as far as that can be told. Not for the process that holds it. */
    static boolean isHeld(Path directory) {
        return Files.isReadable(directory.resolve(FILE)) && !isAbandoned(directory);
    }

    private static @Nullable FileLock tryLock(FileChannel channel, boolean shared) throws IOException {
        try {
            return channel.tryLock(0, Long.MAX_VALUE, shared);
        } catch (OverlappingFileLockException e) {
            // The owner is in this very process.
            return null;
        }
    }

    private static void closeAfter(WeirException failure, @Nullable FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new WeirException(ExitCode.FAILURE, "give up the lock of a data directory: " + e, e);
        }
    }
}
