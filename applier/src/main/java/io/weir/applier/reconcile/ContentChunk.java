package io.weir.applier.reconcile;

import io.weir.schemas.RelPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;

/**
 * Files whose content one call compares. Pure.
 *
 * @param paths in order
 * @param bytes of all of them
 */
record ContentChunk(List<RelPath> paths, long bytes) {
    /** So much is compared in one call without a limit: what a restart costs at most, but for one larger file. */
    private static final long LARGEST = 512L << 20;

    private static final long SMALLEST = 1L << 20;
    private static final int MOST_FILES = 5_000;
    private static final int SECONDS = 5;

    /** Cuts files, by path with their sizes, into chunks of a few seconds' work; a larger file is one by itself. */
    static List<ContentChunk> of(NavigableMap<RelPath, Long> files, long bytesPerSecond) {
        long most = bytesPerSecond <= 0 ? LARGEST : Math.max(SMALLEST, Math.min(LARGEST, bytesPerSecond * SECONDS));
        List<ContentChunk> chunks = new ArrayList<>();
        List<RelPath> paths = new ArrayList<>();
        long bytes = 0;
        for (Map.Entry<RelPath, Long> file : files.entrySet()) {
            if (!paths.isEmpty() && (bytes + file.getValue() > most || paths.size() >= MOST_FILES)) {
                chunks.add(new ContentChunk(paths, bytes));
                paths = new ArrayList<>();
                bytes = 0;
            }
            paths.add(file.getKey());
            bytes += file.getValue();
        }
        if (!paths.isEmpty()) {
            chunks.add(new ContentChunk(paths, bytes));
        }
        return chunks;
    }

    /** How long to rest after it, so that on the whole not more than so many bytes a second are read; 0 for no limit. */
    long restNanos(long bytesPerSecond, long nanosTaken) {
        return bytesPerSecond <= 0 ? 0 : Math.max(0, (long) (bytes * 1e9 / bytesPerSecond) - nanosTaken);
    }
}
