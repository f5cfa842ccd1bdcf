package io.weir.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FsTest {
    private final Path temp;
    private final Fd root;

    FsTest(@TempDir Path temp) throws IOException {
        this.temp = temp;
        this.root = Fs.openDirectory(bytes(temp.toString()));
    }

    @BeforeEach
    void open() throws IOException {
        assertThat(Fs.list(root)).isEmpty();
    }

    @AfterEach
    void close() {
        root.close();
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static List<byte[]> hostileNames() {
        byte[] longest = new byte[255];
        Arrays.fill(longest, (byte) 0xFF);
        return List.of(
                bytes("plain"),
                bytes("\u00ff\u00c3"),
                bytes("new\nline\r\t"),
                bytes(" spaces "),
                bytes("-rf"),
                bytes("*?[a]\\\\#012"),
                "e\u0301\ud83d\ude00\u200f".getBytes(StandardCharsets.UTF_8),
                bytes("..."),
                longest);
    }

    @ParameterizedTest
    @MethodSource("hostileNames")
    void keepsEveryByteOfAName(byte[] name) throws IOException {
        Fs.createFile(root, name, 0600).close();
        Fs.mkdir(root, bytes("dir"), 0700);
        try (Fd dir = Fs.openDirectoryAt(root, bytes("dir"))) {
            Fs.link(root, name, dir, name);
            assertThat(Fs.list(dir)).singleElement().satisfies(e -> {
                assertThat(e.name()).isEqualTo(name);
                assertThat(e.type()).isEqualTo(Kind.FILE);
                assertThat(e.ino()).isEqualTo(stat(root, name).ino());
            });
            assertThat(stat(dir, name).links()).isEqualTo(2);
            Fs.unlink(root, name);
            assertThat(Fs.lstat(root, name)).isNull();
            Fs.rename(dir, name, root, name);
            assertThat(stat(root, name).links()).isOne();
            Fs.symlink(name, dir, name);
            assertThat(Fs.readlink(dir, name)).isEqualTo(name);
        }
    }

    @Test
    void refusesWhatIsNoSingleName() {
        for (byte[] name : List.of(bytes(""), bytes(".."), bytes("a/b"), bytes("/"), bytes("a\0b"))) {
            assertErrno(Errno.EINVAL, () -> Fs.lstat(root, name));
            assertErrno(Errno.EINVAL, () -> Fs.openBeneath(root, List.of(bytes("x"), name)));
        }
        assertErrno(Errno.ENAMETOOLONG, () -> Fs.mkdir(root, bytes("x".repeat(256)), 0700));
    }

    @Test
    void statAgreesWithTheJdk() throws IOException {
        Path file = Files.write(temp.resolve("f"), new byte[1234]);
        Files.setLastModifiedTime(file, FileTime.from(java.time.Instant.ofEpochSecond(1_600_000_000L, 123_456_789)));
        Stat stat = stat(root, bytes("f"));
        assertThat(stat.dev()).isEqualTo(Files.getAttribute(file, "unix:dev"));
        assertThat(stat.ino()).isEqualTo(Files.getAttribute(file, "unix:ino"));
        assertThat(stat.mode()).isEqualTo(Files.getAttribute(file, "unix:mode"));
        assertThat(stat.uid()).isEqualTo(((Integer) Files.getAttribute(file, "unix:uid")).longValue());
        assertThat(stat.gid()).isEqualTo(((Integer) Files.getAttribute(file, "unix:gid")).longValue());
        assertThat(stat.size()).isEqualTo(1234);
        assertThat(stat.mtimeNanos()).isEqualTo(1_600_000_000_123_456_789L);
        FileTime ctime = (FileTime) Files.getAttribute(file, "unix:ctime");
        assertThat(stat.ctimeNanos()).isEqualTo(ctime.to(java.util.concurrent.TimeUnit.NANOSECONDS));
        assertThat(stat.isFile()).isTrue();
        assertThat(stat).isEqualTo(stat(root, bytes("f")));
        assertThat(Fs.fstat(root)).isEqualTo(stat(root, bytes(".")));
        assertThat(Fs.fstat(root).isDirectory()).isTrue();
    }

    @Test
    void setsModeOwnerAndTimesAlsoBeforeTheEpoch() throws IOException {
        Fs.createFile(root, bytes("f"), 0600).close();
        Fs.chmod(root, bytes("f"), 0754);
        assertThat(stat(root, bytes("f")).permissions()).isEqualTo(0754);
        Fs.chown(root, bytes("f"), -1, -1);
        Fs.setTimes(root, bytes("f"), Fs.KEEP_TIME, -1_500_000_001L);
        assertThat(stat(root, bytes("f")).mtimeNanos()).isEqualTo(-1_500_000_001L);
        Fs.setTimes(root, bytes("f"), 5, Fs.KEEP_TIME);
        assertThat(stat(root, bytes("f")).mtimeNanos()).isEqualTo(-1_500_000_001L);
        Fs.symlink(bytes("nowhere"), root, bytes("l"));
        Fs.setTimes(root, bytes("l"), 7, 8);
        assertThat(stat(root, bytes("l")).mtimeNanos()).isEqualTo(8);
        assertThat(stat(root, bytes("l")).isSymlink()).isTrue();
        assertErrno(Errno.EOPNOTSUPP, () -> Fs.chmod(root, bytes("l"), 0777));
        Fs.mkfifo(root, bytes("p"), 0600);
        assertThat(stat(root, bytes("p")).kind()).isEqualTo(Kind.FIFO);
        Fs.openFile(root, bytes("p")).close();
        Fs.fchmod(root, 0711);
        assertThat(Fs.fstat(root).permissions()).isEqualTo(0711);
    }

    @Test
    void reachesDirectoriesDeeperThanPathMax() throws IOException {
        byte[] name = new byte[200];
        Arrays.fill(name, (byte) 'd');
        List<byte[]> path = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            try (Fd dir = Fs.openBeneath(root, path)) {
                Fs.mkdir(dir, name, 0700);
            }
            path.add(name);
        }
        try (Fd deepest = Fs.openBeneath(root, path)) {
            Fs.createFile(deepest, bytes("f"), 0600).close();
        }
        try (Fd walked = Descent.walk(root, path, LibC.O_DIRECTORY)) {
            assertThat(Fs.list(walked))
                    .singleElement()
                    .satisfies(e -> assertThat(e.name()).isEqualTo(bytes("f")));
            Fs.unlink(walked, bytes("f"));
        }
        path.add(bytes("gone"));
        assertAbsent(() -> Fs.openBeneath(root, path));
        for (int depth = 49; depth >= 0; depth--) {
            try (Fd dir = Fs.openBeneath(root, path.subList(0, depth))) {
                Fs.rmdir(dir, name);
            }
        }
    }

    @Test
    void followsNoSymlinkOnTheWay() throws IOException {
        Fs.mkdir(root, bytes("real"), 0700);
        Files.createDirectory(temp.resolve("real/sub"));
        Fs.symlink(bytes("real"), root, bytes("link"));
        Fs.createFile(root, bytes("file"), 0600).close();
        Fs.openBeneath(root, List.of(bytes("real"), bytes("sub"))).close();
        for (String first : List.of("link", "file", "missing")) {
            List<byte[]> path = List.of(bytes(first), bytes("sub"));
            assertAbsent(() -> Fs.openBeneath(root, path));
            assertAbsent(() -> Fs.openBeneath(root, List.of(bytes(first))));
            assertAbsent(() -> Descent.walk(root, path, LibC.O_DIRECTORY));
            assertAbsent(() -> Fs.openDirectoryAt(root, bytes(first)));
        }
        assertErrno(Errno.ELOOP, () -> Fs.openFile(root, bytes("link")));
    }

    @Test
    void renamesOntoFreeNamesOnly() throws IOException {
        Fs.createFile(root, bytes("a"), 0600).close();
        Fs.createFile(root, bytes("b"), 0600).close();
        assertErrno(Errno.EEXIST, () -> Fs.renameNoReplace(root, bytes("a"), root, bytes("b")));
        Fs.renameNoReplace(root, bytes("a"), root, bytes("c"));
        assertThat(Fs.lstat(root, bytes("a"))).isNull();
        Fs.rename(root, bytes("b"), root, bytes("c"));
        assertThat(Fs.list(root)).hasSize(1);
        assertErrno(Errno.ENOTDIR, () -> Fs.rmdir(root, bytes("c")));
    }

    @Test
    void writesReadsCutsAndSyncs() throws IOException {
        byte[] content = new byte[200_000];
        new java.util.Random(1).nextBytes(content);
        try (Fd file = Fs.createFile(root, bytes("f"), 0640)) {
            Fs.write(file, content);
            Fs.fsync(file);
            Fs.syncfs(file);
            assertThat(Fs.fstat(file).size()).isEqualTo(content.length);
            assertThat(Fs.read(file, new byte[1])).isZero();
        }
        assertThat(Files.readAllBytes(temp.resolve("f"))).isEqualTo(content);
        try (Fd file = Fs.openFile(root, bytes("f"))) {
            byte[] start = new byte[100];
            assertThat(Fs.read(file, start)).isEqualTo(100);
            assertThat(start).isEqualTo(Arrays.copyOf(content, 100));
        }
        try (Fd file = Fs.openForWrite(root, bytes("f"))) {
            Fs.ftruncate(file, 3);
        }
        assertThat(Files.readAllBytes(temp.resolve("f"))).isEqualTo(Arrays.copyOf(content, 3));
        assertErrno(Errno.EEXIST, () -> Fs.createFile(root, bytes("f"), 0600));
    }

    @Test
    void listsLargeDirectoriesAgainAndAgain() throws IOException {
        for (int i = 0; i < 5000; i++) {
            Fs.createFile(root, bytes("a-name-of-some-length-" + i), 0600).close();
        }
        assertThat(Fs.list(root)).hasSize(5000);
        assertThat(Fs.list(root).stream()
                        .map(e -> new String(e.name(), StandardCharsets.US_ASCII))
                        .distinct())
                .hasSize(5000);
    }

    @Test
    void locksOnceUntilClosed() throws IOException {
        Fd first = Fs.openOrCreateFile(root, bytes("lock"), 0600);
        try (Fd second = Fs.openOrCreateFile(root, bytes("lock"), 0600)) {
            assertThat(Fs.tryLock(first)).isTrue();
            assertThat(Fs.tryLock(second)).isFalse();
            first.close();
            assertThat(Fs.tryLock(second)).isTrue();
        }
    }

    @Test
    void saysWhatFailedOnWhat() throws IOException {
        assertThatThrownBy(() -> Fs.unlink(root, bytes("no\nname")))
                .isInstanceOf(ErrnoException.class)
                .hasMessage("unlink 'no\\x0aname': ENOENT (no such file or directory)");
        Fd closed = Fs.openDirectoryAt(root, bytes("."));
        closed.close();
        closed.close();
        assertThatThrownBy(() -> Fs.list(closed)).isInstanceOf(IllegalStateException.class);
        assertThat(Fs.fileSystemType(root)).isPositive();
    }

    private static Stat stat(Fd dir, byte[] name) throws IOException {
        Stat stat = Fs.lstat(dir, name);
        assertThat(stat).isNotNull();
        return java.util.Objects.requireNonNull(stat);
    }

    private static void assertErrno(int errno, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatExceptionOfType(ErrnoException.class)
                .isThrownBy(call)
                .satisfies(e -> assertThat(e.errno()).isEqualTo(errno));
    }

    private static void assertAbsent(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatExceptionOfType(ErrnoException.class)
                .isThrownBy(call)
                .satisfies(e -> assertThat(e.isAbsent()).isTrue());
    }
}
