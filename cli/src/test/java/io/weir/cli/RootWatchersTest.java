package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.posix.Inotify;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who watches a directory. */
class RootWatchersTest {
    @TempDir
    Path folder;

    @Test
    void findsTheProcessThatWatchesThisDirectory() throws IOException {
        Path watched = Files.createDirectory(folder.resolve("watched"));
        try (Inotify inotify = Inotify.open()) {
            assertThat(RootWatchers.of(watched)).isEmpty();
            inotify.add(watched.toString().getBytes(StandardCharsets.UTF_8), 1);
            assertThat(RootWatchers.of(watched))
                    .containsExactly(ProcessHandle.current().pid());
            assertThat(RootWatchers.of(folder)).isEmpty();
        }
        assertThat(RootWatchers.of(watched)).isEmpty();
    }

    @Test
    void writesDevicesAsTheKernelDoes() {
        assertThat(RootWatchers.watch(0x9e7e, 0x0801)).isEqualTo(" ino:9e7e sdev:800001 ");
        assertThat(RootWatchers.watch(2, 0x10_00_12)).isEqualTo(" ino:2 sdev:112 ");
    }
}
