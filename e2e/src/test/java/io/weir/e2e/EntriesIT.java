package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.posix.Fd;
import io.weir.posix.Fs;
import io.weir.schemas.Batch;
import io.weir.schemas.BatchPath;
import io.weir.schemas.DeadLetter;
import io.weir.schemas.DeadLetterKind;
import io.weir.schemas.FileType;
import io.weir.schemas.RelPath;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** What a name can be, and how programs write. Each scenario ends as those of {@link PipelineIT} do. */
@OnOneWeirUp
class EntriesIT {
    private final WeirUp weir;
    private final Path directory;

    EntriesIT(WeirUp weir, TestInfo test) throws IOException {
        this.weir = weir;
        this.directory = Files.createDirectory(
                weir.source().resolve(test.getTestMethod().orElseThrow().getName()));
    }

    @Test
    void hostileNamesAreOnlyNames() throws IOException {
        byte[] inside = bytes("inside");
        byte[] trees = bytes("trees");
        try (Fd dir = open()) {
            Fs.mkdir(dir, trees, 0755);
            for (byte[] name : HostileNames.all()) {
                write(dir, name, name);
                try (Fd below = Fs.openDirectoryAt(dir, trees)) {
                    Fs.mkdir(below, name, 0750);
                    try (Fd tree = Fs.openDirectoryAt(below, name)) {
                        write(tree, inside, name);
                        Fs.symlink(name, tree, name);
                    }
                }
            }
            weir.awaitEqual(directory);

            // Contents go round: each name is rewritten, every other one is renamed or deleted.
            int i = 0;
            for (byte[] name : HostileNames.all()) {
                write(dir, name, bytes("again " + i));
                if (i % 4 == 1) {
                    Fs.unlink(dir, name);
                } else if (i % 4 == 3) {
                    try (Fd below = Fs.openDirectoryAt(dir, trees)) {
                        Fs.rename(below, name, below, bytes("plain" + i));
                    }
                }
                i++;
            }
        }
        weir.awaitEqual(directory);
    }

    @Test
    void aPathThatIsTooLongEndsAsADeadLetterThatNamesIt() throws Exception {
        weir.awaitEqual(directory);
        byte[] component = bytes("d".repeat(250));
        RelPath path = RelPath.of(directory.getFileName().toString());
        Fd at = open();
        while (path.length() + weir.source().toString().length() <= RelPath.MAX_LENGTH + 300) {
            Fs.mkdir(at, component, 0755);
            Fd next = Fs.openDirectoryAt(at, component);
            at.close();
            at = next;
            path = path.child(component);
        }
        try (Fd deepest = at) {
            write(deepest, bytes("file"), bytes("too deep"));
        }
        RelPath file = path.child(bytes("file"));
        Files.writeString(directory.resolve("beside"), "goes on");

        // Nothing can be said of what lies below the first name that is too long, so that one is enough; the file may
        // have its own.
        Awaitility.await("dead letters that name the path or the first part of it that is too long")
                .atMost(EventuallyEqual.DEADLINE)
                .untilAsserted(() -> assertThat(weir.records().deadLetters())
                        .filteredOn(letter -> letter.getKind() == DeadLetterKind.FAILED)
                        .filteredOn(letter -> {
                            RelPath named = RelPath.of(letter.getPath());
                            return isTooLong(named) && (file.equals(named) || file.isBelow(named));
                        })
                        .extracting(DeadLetter::getReplica)
                        .contains("replica-1", "replica-2"));
        weir.awaitEqual(directory, this::isTooLong);

        Shell.run(directory, "rm", "-rf", new String(component, StandardCharsets.UTF_8));
        weir.awaitEqual(directory);
    }

    private boolean isTooLong(RelPath path) {
        return weir.replicas().get(0).toString().length() + 1 + path.length() > RelPath.MAX_LENGTH;
    }

    @Test
    void aNameChangesItsType() throws Exception {
        Path name = directory.resolve("name");
        Files.writeString(name, "file");
        weir.awaitEqual(directory);
        Files.delete(name);
        Files.createDirectory(name);
        Files.writeString(name.resolve("inside"), "x");
        weir.awaitEqual(directory);
        Shell.run(directory, "rm", "-r", "name");
        Files.createSymbolicLink(name, Path.of("nowhere"));
        weir.awaitEqual(directory);
        Files.delete(name);
        Files.writeString(name, "file again");
        weir.awaitEqual(directory);
        // A directory that is not empty gives way to a link, and at once to a directory again.
        Files.delete(name);
        Files.createDirectories(name.resolve("a/b/c"));
        weir.awaitEqual(directory);
        Shell.run(directory, "rm", "-r", "name");
        Files.createSymbolicLink(name, Path.of("/etc"));
        Files.delete(name);
        Files.createDirectories(name.resolve("a"));
        weir.awaitEqual(directory);
    }

    @Test
    void appendsToAFileThatStaysOpenArrive() throws IOException {
        Path file = directory.resolve("log");
        try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            for (int i = 0; i < 3; i++) {
                out.write(bytes("line " + i + "\n"));
                out.flush();
                weir.awaitEqual(directory);
            }
        }
        weir.awaitEqual(directory);
    }

    /** As vim, emacs and office programs save: through names that come and go. */
    @Test
    void editorStyleSavesArriveAndNoTemporaryNameIsPulled() throws IOException {
        Path document = directory.resolve("document");
        Files.writeString(document, "version 0");
        weir.awaitEqual(directory);
        List<String> temporary = List.of(".document.swp", "4913", "document~", ".#document", ".document.Ab12Cd");
        for (int i = 1; i <= 10; i++) {
            Files.writeString(document.resolveSibling("4913"), "");
            Files.delete(document.resolveSibling("4913"));
            Files.createSymbolicLink(document.resolveSibling(".#document"), Path.of("user@host.1"));
            Files.writeString(document.resolveSibling(".document.swp"), "swap " + i);
            Files.move(document, document.resolveSibling("document~"));
            Files.writeString(document, "version " + i);
            Files.delete(document.resolveSibling("document~"));
            Files.delete(document.resolveSibling(".document.swp"));
            Files.delete(document.resolveSibling(".#document"));
            Path whole = Files.writeString(document.resolveSibling(".document.Ab12Cd"), "other version " + i);
            Files.move(whole, document, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        }
        weir.awaitEqual(directory);

        Awaitility.await("the end of the grace of temporary names")
                .atMost(EventuallyEqual.DEADLINE)
                .untilAsserted(() -> assertThat(sent(temporary)).hasSameSizeAs(temporary));
        assertThat(sent(temporary))
                .allSatisfy(each -> assertThat(each.getObserved().getType()).isEqualTo(FileType.ABSENT))
                .allSatisfy(each -> assertThat(each.getRecursive()).isFalse());
        weir.awaitEqual(directory);
    }

    /** What batches said of these names. */
    private List<BatchPath> sent(List<String> names) {
        List<BatchPath> found = new ArrayList<>();
        for (Batch batch : weir.records().batches()) {
            for (BatchPath each : batch.getPaths()) {
                for (String name : names) {
                    // As bytes: forged batches hold what is no path.
                    if (each.getPath()
                            .equals(RelPath.of(directory.getFileName() + "/" + name)
                                    .toField())) {
                        found.add(each);
                    }
                }
            }
        }
        return found;
    }

    @Test
    void aRewriteOfTheSameSizeWithinASecondArrives() throws IOException {
        Path counter = directory.resolve("counter");
        for (int i = 10; i < 40; i++) {
            Files.writeString(counter, Integer.toString(i));
        }
        weir.awaitEqual(directory);
        // Same size, and the same second: only nanoseconds tell them apart.
        Files.writeString(counter, "98");
        Files.setLastModifiedTime(counter, FileTime.from(Instant.ofEpochSecond(1_500_000_000, 1)));
        weir.awaitEqual(directory);
        Files.writeString(counter, "99");
        Files.setLastModifiedTime(counter, FileTime.from(Instant.ofEpochSecond(1_500_000_000, 2)));
        weir.awaitEqual(directory);
    }

    @Test
    void everyKindOfEntryArrives() throws Exception {
        Path first = Files.writeString(directory.resolve("first"), "linked");
        Files.createLink(directory.resolve("second"), first);
        Files.createSymbolicLink(directory.resolve("link"), Path.of("../some where"));
        Files.createDirectory(directory.resolve("empty"));
        Shell.run(directory, "mkfifo", "pipe");
        try (RandomAccessFile sparse =
                new RandomAccessFile(directory.resolve("sparse").toFile(), "rw")) {
            sparse.setLength(32L << 20);
        }
        weir.awaitEqual(directory);

        Files.setLastModifiedTime(directory.resolve("empty"), FileTime.from(Instant.ofEpochSecond(1_000_000_000, 7)));
        try (RandomAccessFile sparse =
                new RandomAccessFile(directory.resolve("sparse").toFile(), "rw")) {
            sparse.seek(16L << 20);
            sparse.write(bytes("in the middle"));
        }
        Files.setPosixFilePermissions(directory.resolve("pipe"), PosixFilePermissions.fromString("rw-rw-r--"));
        weir.awaitEqual(directory);
    }

    @Test
    void hardLinksStayLinkedWhateverNameIsUsed() throws Exception {
        Path first = Files.writeString(directory.resolve("first"), "linked");
        Path second = Files.createLink(directory.resolve("second"), first);
        weir.awaitEqual(directory);

        Files.writeString(second, "written through the other name");
        Files.setPosixFilePermissions(first, PosixFilePermissions.fromString("rwx------"));
        weir.awaitEqual(directory);

        Path third =
                Files.createLink(Files.createDirectory(directory.resolve("sub")).resolve("third"), second);
        weir.awaitEqual(directory);
        Files.writeString(third, "written through the third");
        Files.delete(first);
        weir.awaitEqual(directory);

        Files.move(directory.resolve("sub"), directory.resolve("moved"));
        Files.writeString(second, "after the move");
        weir.awaitEqual(directory);

        // One name becomes a file of its own.
        Files.writeString(directory.resolve("x"), "alone");
        Files.move(directory.resolve("x"), second, StandardCopyOption.REPLACE_EXISTING);
        weir.awaitEqual(directory);
    }

    private Fd open() throws IOException {
        return Fs.openDirectory(directory.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static void write(Fd dir, byte[] name, byte[] content) throws IOException {
        try (Fd file = Fs.openOrCreateFile(dir, name, 0644)) {
            Fs.ftruncate(file, 0);
            Fs.write(file, content);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
