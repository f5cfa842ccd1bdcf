package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.schemas.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/**
 * Much at a time. Each scenario changes the source in a directory of its own and ends with both replicas equal to it: names,
 * types, sizes, modes, owners, times in nanoseconds, hard links, link targets and content.
 */
@OnOneWeirUp
@Order(Integer.MAX_VALUE)
class PipelineIT {
    private static final Instant WRITTEN = Instant.parse("2026-01-02T03:04:05.678901234Z");

    private final WeirUp weir;
    private final Path directory;

    PipelineIT(WeirUp weir, TestInfo test) throws IOException {
        this.weir = weir;
        this.directory = Files.createDirectory(
                weir.source().resolve(test.getTestMethod().orElseThrow().getName()));
    }

    @Test
    void aRealTreeIsCopied() throws Exception {
        Path real = Stream.of(Path.of("/usr/include"), Path.of(System.getProperty("java.home"), "legal"))
                .filter(Files::isDirectory)
                .findFirst()
                .orElseThrow();
        Shell.run(directory, "cp", "-a", real.toString(), "copy");
        weir.awaitEqual(directory);
    }

    @Test
    void tenThousandSmallFilesAsFastAsTheyCanBeWritten() throws IOException {
        for (int i = 0; i < 10_000; i++) {
            Path sub = directory.resolve("d" + i % 50);
            if (i < 50) {
                Files.createDirectory(sub);
            }
            Files.writeString(sub.resolve("f" + i), "content " + i);
        }
        weir.awaitEqual(directory);
    }

    @Test
    void aDirectoryOfFiveThousandFilesIsRenamedWithoutCopyingIt() throws IOException {
        Path old = Files.createDirectory(directory.resolve("old"));
        String filling = "0123456789abcdef".repeat(256);
        for (int i = 0; i < 5_000; i++) {
            Path file = Files.writeString(old.resolve("f" + i), i + filling);
            // One time for all, or a listing would be longer the slower they were written.
            Files.setLastModifiedTime(file, FileTime.from(WRITTEN));
        }
        long content = 5_000L * filling.length();
        weir.awaitEqual(directory);
        // What is still under way of the copy would be taken for the rename's.
        BoundedLag.awaitRest(weir.records());
        List<Long> inodes = List.of(inode(0, old), inode(1, old));
        List<Long> bytes = List.of(sum(0, Result::getBytesReceived), sum(1, Result::getBytesReceived));
        long renames = sum(0, Result::getRenamed);
        long otherRenames = sum(1, Result::getRenamed);

        Path renamed = Files.move(old, old.resolveSibling("new"));
        weir.awaitEqual(directory);
        awaitReported(weir.replicas().get(0), "renamed", renames + 1, Result::getRenamed);
        awaitReported(weir.replicas().get(1), "renamed", otherRenames + 1, Result::getRenamed);

        for (int i = 0; i < 2; i++) {
            assertThat(inode(i, renamed))
                    .as("renamed at the replica, not copied")
                    .isEqualTo(inodes.get(i));
            // The names are listed twice.
            assertThat(sum(i, Result::getBytesReceived) - bytes.get(i))
                    .as("bytes that a rename of %d bytes took", content)
                    .isLessThan(content / 100);
        }
    }

    @Test
    void aBigTreeIsDeleted() throws Exception {
        // More than what goes, or the delete breaker holds it: see GuardIT.
        for (int i = 0; i < 6_000; i++) {
            Path sub = Files.createDirectories(directory.resolve("kept/d" + i % 10));
            Files.createFile(sub.resolve("f" + i));
        }
        for (int i = 0; i < 3_000; i++) {
            Path sub = Files.createDirectories(directory.resolve("tree/d" + i % 100 + "/e" + i % 7));
            Files.writeString(sub.resolve("f" + i), "x");
        }
        weir.awaitEqual(directory);

        Shell.run(directory, "rm", "-rf", "tree");
        weir.awaitEqual(directory);

        assertThat(weir.in(weir.replicas().get(1), directory.resolve("tree"))).doesNotExist();
    }

    @Test
    void aGitRepositoryChurns() throws Exception {
        Shell.run(directory, "git", "init", "-q", "-b", "one");
        for (String branch : List.of("one", "two")) {
            if (branch.equals("two")) {
                Shell.run(directory, "git", "checkout", "-q", "-b", "two");
            }
            for (int i = 0; i < 300; i++) {
                // Some names are files in one branch and directories in the other one.
                Path sub =
                        Files.createDirectories(directory.resolve(branch.equals("one") ? "d" + i % 10 : "d" + i % 7));
                Files.writeString(sub.resolve("file" + i % 100 + (branch.equals("one") ? "" : "x")), branch + i);
            }
            Shell.run(directory, "git", "add", "-A");
            Shell.run(directory, "git", "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-qm", branch);
        }
        for (int i = 0; i < 5; i++) {
            Shell.run(directory, "git", "checkout", "-q", "one");
            Shell.run(directory, "git", "checkout", "-q", "two");
        }
        Shell.run(directory, "git", "gc", "-q");
        weir.awaitEqual(directory);
        Shell.run(directory, "git", "clone", "-q", "--no-local", ".", "clone");
        weir.awaitEqual(directory);
    }

    private long sum(int replica, ToLongFunction<Result> field) {
        return sum(weir.replicas().get(replica), field);
    }

    private long sum(Path replica, ToLongFunction<Result> field) {
        return weir.records().results(replica.getFileName().toString()).stream()
                .mapToLong(field)
                .sum();
    }

    /** A result is published after the replica is equal. */
    private void awaitReported(Path replica, String what, long least, ToLongFunction<Result> field) {
        Awaitility.await(what + " reported by " + replica.getFileName())
                .atMost(EventuallyEqual.DEADLINE)
                .until(() -> sum(replica, field) >= least);
    }

    private long inode(int replica, Path file) throws IOException {
        Path there = weir.in(weir.replicas().get(replica), file).resolve("f1");
        return ((Number) Files.getAttribute(there, "unix:ino")).longValue();
    }
}
