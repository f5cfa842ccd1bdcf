package io.weir.agent.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.posix.Errno;
import io.weir.posix.ErrnoException;
import io.weir.posix.Fd;
import io.weir.posix.Fs;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.PathRules;
import io.weir.schemas.RelPath;
import io.weir.service.WeirException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What does not fit: the kernel's limits, long names and paths, deep trees, network file systems. */
class CaptureLimitsTest {
    @Test
    void theLimitOfWatchesIsNamedWithTheNumberNeeded(@TempDir Path temporary) throws IOException {
        try (WatchedSource source = new WatchedSource(temporary)) {
            source.mkdir("a/b/c");
            source.mkdir("d.tmp/e");
            PathRules excludes = PathRules.of(List.of("*.tmp"));
            long limit = Long.parseLong(WatchLimits.value("max_user_watches"));

            WeirException e = WatchLimits.watches(
                    source.root, excludes, 3, new ErrnoException("inotify_add_watch", "x", Errno.ENOSPC));

            assertThat(e)
                    .hasMessageContaining("fs.inotify.max_user_watches=" + limit)
                    .hasMessageContaining("4 directories")
                    .hasMessageContaining("at least " + (limit - 3 + 4 + 1));
        }
    }

    @Test
    void theLimitOfInstancesIsNamed(@TempDir Path temporary) throws IOException {
        try (WatchedSource source = new WatchedSource(temporary)) {
            WeirException e =
                    WatchLimits.instances(source.root, new ErrnoException("inotify_init1", "x", Errno.EMFILE));

            assertThat(e)
                    .hasMessageContaining("fs.inotify.max_user_instances=" + WatchLimits.value("max_user_instances"));
        }
    }

    @Test
    void networkFileSystemsAreKnown() {
        assertThat(NetworkFileSystems.name(0x6969)).isEqualTo("NFS");
        assertThat(NetworkFileSystems.name(0xFFFFFFFFFF534D42L)).isEqualTo("CIFS");
        assertThat(NetworkFileSystems.name(0xEF53)).as("ext4").isNull();
    }

    @Test
    void namesOfAnyBytesAreTold(@TempDir Path temporary) throws IOException {
        byte[] longest = new byte[255];
        Arrays.fill(longest, (byte) 'x');
        List<byte[]> names = List.of(
                longest,
                new byte[] {(byte) 0xFF, 'a', (byte) 0xC3},
                "new\nline".getBytes(StandardCharsets.UTF_8),
                " -rf * ".getBytes(StandardCharsets.UTF_8),
                "a\u0301\u00e1\u202e".getBytes(StandardCharsets.UTF_8));
        try (WatchedSource source = new WatchedSource(temporary).start();
                Fd top = source.root.open()) {
            List<RelPath> expected = new ArrayList<>();
            for (byte[] name : names) {
                Fs.mkdir(top, name, 0755);
                source.settle();
                try (Fd below = Fs.openDirectoryAt(top, name)) {
                    Fs.createFile(below, name, 0644).close();
                }
                expected.add(RelPath.of(name));
                expected.add(RelPath.of(name).child(name));
            }

            List<RelPath> created = source.take().stream()
                    .filter(one -> one.kind() == ChangeKind.CREATED)
                    .map(Captured::path)
                    .toList();
            assertThat(created).containsExactlyElementsOf(expected);
        }
    }

    @Test
    void deepTreesAreWatchedUpToTheLongestPath(@TempDir Path temporary) throws IOException {
        byte[] name = new byte[100];
        Arrays.fill(name, (byte) 'd');
        try (WatchedSource source = new WatchedSource(temporary)) {
            List<Fd> open = new ArrayList<>();
            open.add(source.root.open());
            for (int i = 0; i < 45; i++) {
                Fd last = open.get(i);
                Fs.mkdir(last, name, 0755);
                open.add(Fs.openDirectoryAt(last, name));
            }
            // 40 * 101 - 1 bytes still fit, one more does not.
            source.start();
            assertThat(source.metric("weir.agent.watches")).isEqualTo(41);
            List<Captured> first = source.take();
            assertThat(first).hasSize(1);
            assertThat(first.get(0).path().length()).isEqualTo(41 * 101 - 1);
            assertThat(first.get(0).reason()).contains("4095");

            Fs.createFile(open.get(40), "f".getBytes(StandardCharsets.UTF_8), 0644)
                    .close();
            Fs.createFile(open.get(42), "g".getBytes(StandardCharsets.UTF_8), 0644)
                    .close();

            assertThat(source.take().stream()
                            .map(one -> one.kind() + " " + one.path().length()))
                    .containsExactly("CREATED " + (40 * 101 + 1), "CLOSED " + (40 * 101 + 1));
            removeAll(open, name);
        }
    }

    private static void removeAll(List<Fd> open, byte[] name) throws IOException {
        Fs.unlink(open.get(40), "f".getBytes(StandardCharsets.UTF_8));
        Fs.unlink(open.get(42), "g".getBytes(StandardCharsets.UTF_8));
        for (int i = open.size() - 2; i >= 0; i--) {
            open.get(i + 1).close();
            Fs.rmdir(open.get(i), name);
        }
        open.get(0).close();
    }
}
