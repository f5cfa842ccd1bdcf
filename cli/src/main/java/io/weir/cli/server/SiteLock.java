package io.weir.cli.server;

import io.weir.service.ExitCode;
import io.weir.service.WeirException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Held by who changes keys or clients of a site, from what he reads first until Kafka has taken it, so that nobody makes Kafka equal
 * to what was true before. It ends with its process in any way. Closed by the thread that took it.
 */
final class SiteLock implements AutoCloseable {
    /** Whoever holds it waits for Kafka at most this long in each of a few steps. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final long PAUSE_NANOS = 50_000_000;
    /** The kernel's lock is of a process, and is given up when any descriptor of the file is closed in it (fcntl(2)). */
    private static final ReentrantLock HERE = new ReentrantLock();

    private final FileChannel channel;

    private SiteLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Waits until nobody else has it. Not to be taken by who has it.
     *
     * @param file that is made when missing
     * @throws WeirException (CONFLICT) when another has it for minutes; (FAILURE) when the file cannot be locked
     */
    static SiteLock take(Path file) {
        long start = System.nanoTime();
        try {
            if (!HERE.tryLock(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
                throw held(file);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WeirException(ExitCode.INTERRUPTED, "waiting for " + file + " was interrupted", e);
        }
        try {
            return new SiteLock(locked(file, start));
        } catch (IOException e) {
            HERE.unlock();
            throw new WeirException(ExitCode.FAILURE, "lock " + file + ": " + e, e);
        } catch (RuntimeException e) {
            HERE.unlock();
            throw e;
        }
    }

    private static FileChannel locked(Path file, long start) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            while (channel.tryLock() == null) {
                if (System.nanoTime() - start > PATIENCE.toNanos()) {
                    throw held(file);
                }
                if (Thread.currentThread().isInterrupted()) {
                    throw new WeirException(ExitCode.INTERRUPTED, "waiting for " + file + " was interrupted");
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static WeirException held(Path file) {
        return new WeirException(
                ExitCode.CONFLICT,
                "change the site: another `weir server` command has held " + file + " for " + PATIENCE.toMinutes()
                        + " min; try again when it has ended");
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new WeirException(ExitCode.FAILURE, "give up the lock of a site: " + e, e);
        } finally {
            HERE.unlock();
        }
    }
}
