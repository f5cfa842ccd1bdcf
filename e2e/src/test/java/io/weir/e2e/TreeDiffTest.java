package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.posix.Fd;
import io.weir.posix.Fs;
import io.weir.posix.Processes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The oracle itself: it must find every kind of difference, and nothing in equal trees. */
class TreeDiffTest {
    private static final long TIME = 1_700_000_000_123_456_789L;

    /** Something that changes the second tree. */
    interface Fault {
        void plant(Fd root) throws IOException;
    }

    record Planted(String finding, Fault fault) {
        @Override
        public String toString() {
            return finding;
        }
    }

    private final Path expected;
    private final Path actual;

    TreeDiffTest(@TempDir Path expected, @TempDir Path actual) {
        this.expected = expected;
        this.actual = actual;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Fd open(Path root) throws IOException {
        return Fs.openDirectory(bytes(root.toString()));
    }

    private static void build(Path path) throws IOException {
        try (Fd root = open(path)) {
            Fs.fchmod(root, 0755);
            file(root, "file", "content");
            file(root, "one", "linked");
            Fs.link(root, bytes("one"), root, bytes("two"));
            file(root, "three", "linked");
            Fs.symlink(bytes("target"), root, bytes("symlink"));
            Fs.mkfifo(root, bytes("fifo"), 0600);
            Fs.mkdir(root, bytes("dir"), 0755);
            Fs.mkdir(root, bytes(".weir"), 0755);
            try (Fd dir = Fs.openDirectoryAt(root, bytes("dir"))) {
                for (byte[] name : HostileNames.all()) {
                    Fs.createFile(dir, name, 0600).close();
                    Fs.setTimes(dir, name, TIME, TIME);
                }
            }
            for (String name : List.of("file", "one", "three", "symlink", "fifo", "dir")) {
                Fs.setTimes(root, bytes(name), TIME, TIME);
            }
        }
    }

    private static void file(Fd root, String name, String content) throws IOException {
        try (Fd file = Fs.createFile(root, bytes(name), 0644)) {
            Fs.write(file, bytes(content));
        }
        Fs.setTimes(root, bytes(name), TIME, TIME);
    }

    private TreeDiff diff() throws IOException {
        return TreeDiff.between(TreeSnapshot.of(expected), TreeSnapshot.of(actual));
    }

    @Test
    void equalTreesDoNotDiffer() throws IOException {
        build(expected);
        build(actual);
        Files.writeString(actual.resolve(".weir/own"), "never compared");
        assertThat(diff()).satisfies(d -> assertThat(d.isEmpty()).as("%s", d).isTrue());
        assertThat(TreeSnapshot.of(actual).size())
                .isEqualTo(1 + 7 + HostileNames.all().size());
    }

    static List<Planted> faults() {
        return List.of(
                new Planted("missing 'file' (FILE)", root -> Fs.unlink(root, bytes("file"))),
                new Planted("surplus 'more\\x0a' (FIFO)", root -> Fs.mkfifo(root, bytes("more\n"), 0600)),
                new Planted("surplus 'x/.weir' (DIRECTORY)", root -> {
                    Fs.mkdir(root, bytes("x"), 0755);
                    try (Fd x = Fs.openDirectoryAt(root, bytes("x"))) {
                        Fs.mkdir(x, bytes(".weir"), 0755);
                    }
                }),
                new Planted("differs 'fifo' type FILE instead of FIFO", root -> {
                    Fs.unlink(root, bytes("fifo"));
                    Fs.createFile(root, bytes("fifo"), 0600).close();
                    Fs.setTimes(root, bytes("fifo"), TIME, TIME);
                }),
                new Planted("differs 'file' mode 4644 instead of 644", root -> Fs.chmod(root, bytes("file"), 04644)),
                new Planted("differs 'dir' mode 700 instead of 755", root -> Fs.chmod(root, bytes("dir"), 0700)),
                new Planted("differs '.' mode 711 instead of 755", root -> Fs.fchmod(root, 0711)),
                new Planted("differs 'file' size 3 instead of 7", root -> rewrite(root, "con")),
                new Planted("differs 'file' content ", root -> rewrite(root, "CONTENT")),
                new Planted(
                        "differs 'file' mtime 1700000000123456788 instead of 1700000000123456789",
                        root -> Fs.setTimes(root, bytes("file"), TIME, TIME - 1)),
                new Planted("differs 'dir' mtime", root -> Fs.setTimes(root, bytes("dir"), TIME, TIME - 1)),
                new Planted("differs 'symlink' mtime", root -> Fs.setTimes(root, bytes("symlink"), TIME, TIME - 1)),
                new Planted("differs 'symlink' content Target instead of target", root -> {
                    Fs.unlink(root, bytes("symlink"));
                    Fs.symlink(bytes("Target"), root, bytes("symlink"));
                    Fs.setTimes(root, bytes("symlink"), TIME, TIME);
                }),
                new Planted("differs 'two' linked with null instead of one", root -> {
                    Fs.unlink(root, bytes("two"));
                    file(root, "two", "linked");
                }),
                new Planted("differs 'three' linked with one instead of null", root -> {
                    Fs.unlink(root, bytes("three"));
                    Fs.link(root, bytes("one"), root, bytes("three"));
                }));
    }

    private static void rewrite(Fd root, String content) throws IOException {
        try (Fd file = Fs.openForWrite(root, bytes("file"))) {
            Fs.ftruncate(file, 0);
            Fs.write(file, bytes(content));
        }
        Fs.setTimes(root, bytes("file"), TIME, TIME);
    }

    @ParameterizedTest
    @MethodSource("faults")
    void findsWhatIsPlanted(Planted planted) throws IOException {
        build(expected);
        build(actual);
        try (Fd root = open(actual)) {
            planted.fault().plant(root);
        }
        TreeDiff diff = diff();
        assertThat(diff.isEmpty()).isFalse();
        assertThat(diff.lines()).anySatisfy(line -> assertThat(line).startsWith(planted.finding()));
        assertThat(diff).hasToString(String.join("\n", diff.lines()));
    }

    @Test
    void findsAnotherOwner() throws IOException {
        org.junit.jupiter.api.Assumptions.assumeTrue(Processes.effectiveUid() == 0, "only root may change owners");
        build(expected);
        build(actual);
        try (Fd root = open(actual)) {
            Fs.chown(root, bytes("symlink"), 12345, 54321);
        }
        assertThat(diff().lines()).containsExactly("differs 'symlink' owner 12345:54321 instead of 0:0");
    }

    @Test
    void limitsWhatItShows() throws IOException {
        for (int i = 0; i < TreeDiff.SHOWN + 5; i++) {
            Files.createFile(expected.resolve("f" + i));
        }
        TreeDiff diff = diff();
        assertThat(diff.total()).isEqualTo(TreeDiff.SHOWN + 5);
        assertThat(diff.lines()).hasSize(TreeDiff.SHOWN);
        assertThat(diff.toString()).endsWith("... and 5 more");
    }
}
