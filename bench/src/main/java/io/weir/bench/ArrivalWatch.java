package io.weir.bench;

import io.weir.posix.EventBuffer;
import io.weir.posix.Inotify;
import io.weir.posix.InotifyMask;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Notes when files become complete in one directory of a replica: at the moment a name is moved in or closed, its content
 * is read and compared. One thread of its own; the results may be read from any.
 */
final class ArrivalWatch implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 20;

    private final Path directory;
    private final Function<String, byte @Nullable []> expected;
    private final Map<String, Long> arrivals = new ConcurrentHashMap<>();
    private final Inotify inotify;
    private final Thread thread;
    private volatile boolean closed;
    private volatile @Nullable IOException failure;

    /** Watches an existing directory; expected gives the content of a name, or null when it is not to be measured. */
    ArrivalWatch(Path directory, Function<String, byte @Nullable []> expected) throws IOException {
        this.directory = directory;
        this.expected = expected;
        inotify = Inotify.open();
        inotify.add(
                directory.toString().getBytes(StandardCharsets.UTF_8), InotifyMask.MOVED_TO | InotifyMask.CLOSE_WRITE);
        thread = new Thread(this::run, "arrivals-" + directory);
        thread.start();
    }

    private void run() {
        EventBuffer events = new EventBuffer(BUFFER_BYTES);
        try {
            while (!closed) {
                if (inotify.await(1000) && inotify.read(events) > 0) {
                    long now = System.nanoTime();
                    while (events.next()) {
                        note(new String(events.name(), StandardCharsets.UTF_8), now);
                    }
                }
            }
        } catch (IOException e) {
            failure = e;
        }
    }

    private void note(String name, long now) throws IOException {
        byte[] content = expected.apply(name);
        // The moment is that of the event; reading afterwards only proves that it was complete.
        if (content != null && Arrays.equals(Files.readAllBytes(directory.resolve(name)), content)) {
            arrivals.putIfAbsent(name, now);
        }
    }

    /** When a name was first seen complete, by {@link System#nanoTime}; null before. */
    @Nullable
    Long arrival(String name) throws IOException {
        IOException failed = failure;
        if (failed != null) {
            throw new IOException("watching " + directory + " failed: " + failed, failed);
        }
        return arrivals.get(name);
    }

    @Override
    public void close() {
        closed = true;
        inotify.close();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
