package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.posix.Fd;
import io.weir.posix.Fs;
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
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each scenario changes the source in a directory of its own and ends with both replicas equal to the whole source: names,
 * types, sizes, modes, owners, times in nanoseconds, hard links, link targets and content.
 */
class PipelineIT {
    @TempDir
    static Path folder;

    private static WeirUp weir;

    @BeforeAll
    static void start() throws IOException {
        Path source = Files.createDirectories(folder.resolve("source"));
        Files.writeString(source.resolve("before the first start"), "baseline");
        weir = WeirUp.start(folder);
        weir.awaitEqual();
    }

    @AfterAll
    static void stop() throws Exception {
        if (weir != null) {
            weir.close();
        }
    }

    private static Path directory(TestInfo test) throws IOException {
        return Files.createDirectory(
                weir.source().resolve(test.getTestMethod().orElseThrow().getName()));
    }

    @Test
    void aRealTreeIsCopied(TestInfo test) throws Exception {
        Path real = Stream.of(Path.of("/usr/include"), Path.of(System.getProperty("java.home"), "legal"))
                .filter(Files::isDirectory)
                .findFirst()
                .orElseThrow();
        Shell.run(folder, "cp", "-a", real.toString(), directory(test).toString());
        weir.awaitEqual();
    }

    @Test
    void tenThousandSmallFilesAsFastAsTheyCanBeWritten(TestInfo test) throws IOException {
        Path directory = directory(test);
        for (int i = 0; i < 10_000; i++) {
            Path sub = directory.resolve("d" + i % 50);
            if (i < 50) {
                Files.createDirectory(sub);
            }
            Files.writeString(sub.resolve("f" + i), "content " + i);
        }
        weir.awaitEqual();
    }

    @Test
    void aDirectoryOfFiveThousandFilesIsRenamed(TestInfo test) throws IOException {
        Path old = Files.createDirectory(directory(test).resolve("old"));
        for (int i = 0; i < 5_000; i++) {
            Files.writeString(old.resolve("f" + i), "content " + i);
        }
        weir.awaitEqual();
        long inode = inode(
                weir.replicas().get(0).resolve(weir.source().relativize(old)).resolve("f1"));

        Path renamed = Files.move(old, old.resolveSibling("new"));
        weir.awaitEqual();

        Path there = weir.replicas()
                .get(0)
                .resolve(weir.source().relativize(renamed))
                .resolve("f1");
        assertThat(inode(there)).as("renamed at the replica, not copied").isEqualTo(inode);
    }

    @Test
    void aBigTreeIsDeleted(TestInfo test) throws IOException {
        Path directory = directory(test);
        for (int i = 0; i < 3_000; i++) {
            Path sub = Files.createDirectories(directory.resolve("tree/d" + i % 100 + "/e" + i % 7));
            Files.writeString(sub.resolve("f" + i), "x");
        }
        weir.awaitEqual();

        deleteTree(directory.resolve("tree"));
        weir.awaitEqual();

        assertThat(weir.replicas()
                        .get(1)
                        .resolve(weir.source().relativize(directory))
                        .resolve("tree"))
                .doesNotExist();
    }

    @Test
    void hostileNamesAreOnlyNames(TestInfo test) throws IOException {
        Path directory = directory(test);
        try (Fd dir = Fs.openDirectory(directory.toString().getBytes(StandardCharsets.UTF_8))) {
            for (byte[] name : HostileNames.all()) {
                Fs.createFile(dir, name, 0644).close();
            }
        }
        weir.awaitEqual();
    }

    @Test
    void aNameChangesItsType(TestInfo test) throws IOException {
        Path name = directory(test).resolve("name");
        Files.writeString(name, "file");
        weir.awaitEqual();
        Files.delete(name);
        Files.createDirectory(name);
        Files.writeString(name.resolve("inside"), "x");
        weir.awaitEqual();
        deleteTree(name);
        Files.createSymbolicLink(name, Path.of("nowhere"));
        weir.awaitEqual();
        Files.delete(name);
        Files.writeString(name, "file again");
        weir.awaitEqual();
    }

    @Test
    void appendsToAFileThatStaysOpenArrive(TestInfo test) throws IOException {
        Path file = directory(test).resolve("log");
        try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            for (int i = 0; i < 3; i++) {
                out.write(("line " + i + "\n").getBytes(StandardCharsets.UTF_8));
                out.flush();
                weir.awaitEqual();
            }
        }
        weir.awaitEqual();
    }

    @Test
    void editorStyleSavesArrive(TestInfo test) throws IOException {
        Path document = directory(test).resolve("document");
        Files.writeString(document, "version 0");
        for (int i = 1; i <= 20; i++) {
            Path temporary = document.resolveSibling(".document.swp");
            Files.writeString(temporary, "version " + i);
            Files.move(temporary, document, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        }
        weir.awaitEqual();
    }

    @Test
    void aRewriteOfTheSameSizeWithinASecondArrives(TestInfo test) throws IOException {
        Path counter = directory(test).resolve("counter");
        for (int i = 10; i < 40; i++) {
            Files.writeString(counter, Integer.toString(i));
        }
        weir.awaitEqual();
        Files.writeString(counter, "98");
        Files.writeString(counter, "99");
        weir.awaitEqual();
    }

    @Test
    void everyKindOfEntryArrives(TestInfo test) throws Exception {
        Path directory = directory(test);
        Path first = Files.writeString(directory.resolve("first"), "linked");
        Files.createLink(directory.resolve("second"), first);
        Files.createSymbolicLink(directory.resolve("link"), Path.of("../some where"));
        Files.createDirectory(directory.resolve("empty"));
        Shell.run(directory, "mkfifo", "pipe");
        try (RandomAccessFile sparse =
                new RandomAccessFile(directory.resolve("sparse").toFile(), "rw")) {
            sparse.setLength(64L << 20);
        }
        weir.awaitEqual();

        Files.writeString(directory.resolve("second"), "written through the other name");
        Files.setPosixFilePermissions(first, PosixFilePermissions.fromString("rwx------"));
        Files.setLastModifiedTime(directory.resolve("empty"), FileTime.from(Instant.ofEpochSecond(1_000_000_000, 7)));
        weir.awaitEqual();
    }

    @Test
    void aGitRepositoryChurns(TestInfo test) throws Exception {
        Path repository = directory(test);
        Shell.run(repository, "git", "init", "-q", "-b", "one");
        for (String branch : List.of("one", "two")) {
            if (branch.equals("two")) {
                Shell.run(repository, "git", "checkout", "-q", "-b", "two");
            }
            for (int i = 0; i < 300; i++) {
                Path sub = Files.createDirectories(repository.resolve(branch + i % 10));
                Files.writeString(sub.resolve("file" + i), branch + i);
            }
            Shell.run(repository, "git", "add", "-A");
            Shell.run(
                    repository, "git", "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-qm", branch);
        }
        for (int i = 0; i < 5; i++) {
            Shell.run(repository, "git", "checkout", "-q", "one");
            Shell.run(repository, "git", "checkout", "-q", "two");
        }
        Shell.run(repository, "git", "gc", "-q");
        weir.awaitEqual();
    }

    private static long inode(Path path) throws IOException {
        return ((Number) Files.getAttribute(path, "unix:ino")).longValue();
    }

    private static void deleteTree(Path tree) throws IOException {
        try (Stream<Path> entries = Files.walk(tree)) {
            for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(entry);
            }
        }
    }
}
