package io.weir.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class InotifyTest {
    private static final int WATCHED = InotifyMask.CREATE
            | InotifyMask.CLOSE_WRITE
            | InotifyMask.MOVED_FROM
            | InotifyMask.MOVED_TO
            | InotifyMask.DELETE
            | InotifyMask.ONLYDIR
            | InotifyMask.DONT_FOLLOW;

    private record Event(int wd, int mask, int cookie, String name) {}

    private final Path temp;

    InotifyTest(@TempDir Path temp) {
        this.temp = temp;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static List<Event> read(Inotify inotify, int expected) throws IOException {
        EventBuffer buffer = new EventBuffer(4096);
        List<Event> events = new ArrayList<>();
        while (events.size() < expected && inotify.await(30_000)) {
            inotify.read(buffer);
            while (buffer.next()) {
                String name = new String(buffer.name(), StandardCharsets.ISO_8859_1);
                events.add(new Event(buffer.wd(), buffer.mask(), buffer.cookie(), name));
            }
        }
        return events;
    }

    @Test
    void reportsHostileNamesAndPairsRenamesByCookie() throws IOException {
        String odd = "\u00ff\n" + "x".repeat(253);
        try (Inotify inotify = Inotify.open();
                Fd root = Fs.openDirectory(bytes(temp.toString()))) {
            int wd = inotify.addAt(root, WATCHED);
            assertThat(inotify.add(bytes(temp.toString()), WATCHED)).isEqualTo(wd);
            Fs.createFile(root, bytes(odd), 0600).close();
            Fs.rename(root, bytes(odd), root, bytes("b"));
            Fs.mkdir(root, bytes("d"), 0700);
            Fs.unlink(root, bytes("b"));
            List<Event> events = read(inotify, 6);
            int cookie = events.get(2).cookie();
            assertThat(cookie).isNotZero();
            assertThat(events)
                    .containsExactly(
                            new Event(wd, InotifyMask.CREATE, 0, odd),
                            new Event(wd, InotifyMask.CLOSE_WRITE, 0, odd),
                            new Event(wd, InotifyMask.MOVED_FROM, cookie, odd),
                            new Event(wd, InotifyMask.MOVED_TO, cookie, "b"),
                            new Event(wd, InotifyMask.CREATE | InotifyMask.ISDIR, 0, "d"),
                            new Event(wd, InotifyMask.DELETE, 0, "b"));
        }
    }

    @Test
    void reportsTheEndOfAWatch() throws IOException {
        try (Inotify inotify = Inotify.open()) {
            int wd = inotify.add(bytes(temp.toString()), WATCHED);
            inotify.remove(wd);
            inotify.remove(wd);
            assertThat(read(inotify, 1)).containsExactly(new Event(wd, InotifyMask.IGNORED, 0, ""));
        }
    }

    private static int queueLimit() throws IOException {
        // In one read: sysctl files give nothing at a second one, and Files.readString begins with a single byte.
        try (BufferedReader file = Files.newBufferedReader(Path.of("/proc/sys/fs/inotify/max_queued_events"))) {
            return Integer.parseInt(file.readLine());
        }
    }

    /** With the queue not read, one event more than fs.inotify.max_queued_events overflows; it holds from the opening. */
    @Test
    void reportsAnOverflow() throws IOException {
        int before = queueLimit();
        try (Inotify inotify = Inotify.open();
                Fd root = Fs.openDirectory(bytes(temp.toString()))) {
            int limit = Math.max(before, queueLimit());
            assumeTrue(limit <= 200_000, "the queue of this machine is too long to fill");
            inotify.addAt(root, WATCHED);
            Fs.createFile(root, bytes("0"), 0600).close();
            for (int i = 0; i <= limit / 2; i++) {
                Fs.rename(root, bytes(Integer.toString(i)), root, bytes(Integer.toString(i + 1)));
            }
            EventBuffer buffer = new EventBuffer(64 * 1024);
            int overflows = 0;
            while (inotify.await(0)) {
                inotify.read(buffer);
                while (buffer.next()) {
                    assertThat(overflows).isZero();
                    overflows += buffer.mask() == InotifyMask.Q_OVERFLOW && buffer.wd() == -1 ? 1 : 0;
                }
            }
            assertThat(overflows).as("overflows with limit %d", limit).isOne();
        }
    }

    @Test
    void refusesToFollowWhenAsked() throws IOException {
        Path link = Files.createSymbolicLink(temp.resolve("link"), temp);
        try (Inotify inotify = Inotify.open()) {
            assertThatThrownBy(() -> inotify.add(bytes(link.toString()), WATCHED))
                    .isInstanceOf(ErrnoException.class)
                    .hasMessageContaining("ENOTDIR");
        }
    }

    @Test
    void closeEndsAWaitingReader() throws Exception {
        Inotify inotify = Inotify.open();
        CompletableFuture<Boolean> waiting = CompletableFuture.supplyAsync(() -> {
            try {
                return inotify.await(-1);
            } catch (ErrnoException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(inotify.await(1)).isFalse();
        inotify.close();
        inotify.close();
        assertThat(waiting.get(60, TimeUnit.SECONDS)).isFalse();
        assertThat(inotify.await(-1)).isFalse();
        assertThat(inotify.read(new EventBuffer(4096))).isZero();
        inotify.remove(1);
        assertThatThrownBy(() -> inotify.add(bytes("/"), WATCHED)).hasMessageContaining("EBADF");
    }

    @Test
    void refusesABufferTooSmallForOneEvent() {
        assertThatThrownBy(() -> new EventBuffer(16)).isInstanceOf(IllegalArgumentException.class);
        assertThat(new EventBuffer(4096).next()).isFalse();
    }
}
