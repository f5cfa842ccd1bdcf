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
import org.jspecify.annotations.Nullable;

/** Holds a directory for one owner on this machine, until closed or until the process ends in any way. */
final class DirectoryLock implements AutoCloseable {
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
            channel = FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (tryLock(channel) != null) {
                return new DirectoryLock(channel);
            }
            channel.close();
        } catch (IOException e) {
            WeirException failure = new WeirException(
                    ExitCode.FAILURE,
                    "use data directory " + directory + ": " + e + "; it must be writable, or give another with --data",
                    e);
            closeAfter(failure, channel);
            throw failure;
        }
        throw new WeirException(
                ExitCode.CONFLICT,
                "use data directory " + directory + ": another weir process holds it; stop that one, or give another"
                        + " with --data");
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
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
