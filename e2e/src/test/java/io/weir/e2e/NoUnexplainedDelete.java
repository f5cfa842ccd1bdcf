package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The oracle of the second promise: what exists at the source the whole time never vanishes from a replica. Valid: everything that
 * was in the replicas when the watch began is there whenever it is looked at, and is the same inode with the same ctime at the end. Invalid:
 * one look that misses a file, or a file that was deleted and copied again in between.
 */
final class NoUnexplainedDelete implements AutoCloseable {
    private static final long BETWEEN_LOOKS_NANOS = 50_000_000;
    private static final int DIRECTORIES = 5;

    private final Map<Path, String> before = new LinkedHashMap<>();
    private final Queue<String> vanished = new ConcurrentLinkedQueue<>();
    private final Thread watcher;
    private volatile boolean stopped;
    /** A replica whose disk the scenario took away. */
    private volatile @Nullable Path away;

    private NoUnexplainedDelete(List<Path> files) throws IOException {
        for (Path file : files) {
            before.put(file, identity(file));
        }
        watcher = new Thread(this::look, "no-unexplained-delete");
        watcher.setDaemon(true);
        watcher.start();
    }

    /** Makes files for the watch at the source, before the replicas become equal: nobody may touch them afterwards. */
    static Path makeFiles(Path source, int count) throws IOException {
        Path still = source.resolve("still");
        for (int i = 0; i < count; i++) {
            Path directory = Files.createDirectories(still.resolve("d" + i % DIRECTORIES));
            Files.writeString(directory.resolve("f" + i), "unchanged ".repeat(1 + i));
        }
        return still;
    }

    /** Watches what {@link #makeFiles} made, in replicas that have it. */
    static NoUnexplainedDelete watch(Path source, List<Path> replicas) throws IOException {
        List<Path> relative;
        try (var all = Files.walk(source.resolve("still"))) {
            relative = all.filter(Files::isRegularFile).map(source::relativize).toList();
        }
        List<Path> files = new ArrayList<>();
        for (Path replica : replicas) {
            relative.forEach(file -> files.add(replica.resolve(file)));
        }
        return new NoUnexplainedDelete(files);
    }

    private static String identity(Path file) throws IOException {
        return Files.getAttribute(file, "unix:ino", LinkOption.NOFOLLOW_LINKS) + " "
                + Files.getAttribute(file, "unix:ctime", LinkOption.NOFOLLOW_LINKS);
    }

    private void look() {
        while (!stopped && vanished.isEmpty()) {
            for (Path file : before.keySet()) {
                // Asked in this order: it may have been taken away, or come back, just now.
                if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)
                        && !isAway(file)
                        && !Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                    vanished.add(file + " was not there");
                }
            }
            LockSupport.parkNanos(BETWEEN_LOOKS_NANOS);
        }
    }

    /** From here on a replica's disk is not mounted; null when it is again. */
    void away(@Nullable Path replica) {
        away = replica;
    }

    private boolean isAway(Path file) {
        Path replica = away;
        return replica != null && file.startsWith(replica);
    }

    /** Fails when anything vanished so far. */
    void assertNone() throws IOException {
        assertThat(watcher.isAlive() || !vanished.isEmpty())
                .as("the watch goes on")
                .isTrue();
        assertThat(vanished).as("deleted though the source has it").isEmpty();
        Map<Path, String> now = new LinkedHashMap<>();
        for (Path file : before.keySet()) {
            now.put(file, identity(file));
        }
        assertThat(now).as("inode and ctime of what nobody changed").isEqualTo(before);
    }

    @Override
    public void close() {
        stopped = true;
        await("the end of the watch").until(() -> !watcher.isAlive());
    }
}
