package io.weir.agent.watch;

import io.weir.posix.Fd;
import io.weir.posix.Fs;
import io.weir.posix.Inotify;
import io.weir.posix.InotifyMask;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Places in the stream of events. A watch that is added and removed again leaves one event behind, IGNORED, with a descriptor
 * that no other watch has; the queue of an instance is in order (inotify(7)), so whatever happened before is before it. Nothing is
 * written to the disk. When the queue is full the event is lost as any other, and the overflow stands for it. Thread-safe.
 */
final class Markers {
    /** The one directory below a root that is never watched. */
    private static final byte[] OWN = ".weir".getBytes(StandardCharsets.US_ASCII);

    private final Inotify inotify;
    private final SourceRoot root;
    private final Map<Integer, String> underWay = new LinkedHashMap<>(); // guarded by this

    /** None yet, in the queue of this instance. */
    Markers(Inotify inotify, SourceRoot root) {
        this.inotify = inotify;
        this.root = root;
    }

    /**
     * Puts a marker behind everything that happened up to now.
     *
     * @throws IOException when the root cannot be opened, the instance is closed, or the kernel has no watch left
     */
    void set(String marker) throws IOException {
        try (Fd directory = root.open();
                Fd own = Fs.openDirectoryAt(directory, OWN)) {
            synchronized (this) {
                int wd = inotify.addAt(own, InotifyMask.DELETE_SELF | InotifyMask.ONLYDIR);
                underWay.put(wd, marker);
                inotify.remove(wd);
            }
        }
    }

    /** The marker whose event this is; null when it is none. */
    synchronized @Nullable String reached(int wd) {
        return underWay.remove(wd);
    }

    /** Events were lost, and markers perhaps with them: none of them is to be expected any more. */
    synchronized List<String> lost() {
        List<String> all = List.copyOf(underWay.values());
        underWay.clear();
        return all;
    }
}
