package io.weir.applier.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.applier.disk.DeletePolicy;
import io.weir.applier.disk.Deleter;
import io.weir.applier.disk.ReplicaTree;
import io.weir.applier.disk.Trash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a replica with a trash keeps. */
class TrashTest {
    private static final Trash.Keep KEEP = new Trash.Keep(Duration.ofDays(30), 0);

    private static Bench bench(Path work) throws IOException {
        return new Bench(work, old -> Bench.with(old, KEEP));
    }

    /** The content of every file in the trash with the end of its name below the directory of its time. */
    private static List<String> trash(Bench bench) throws IOException {
        Path trash = bench.replicaPath.resolve(".weir/trash");
        if (!Files.exists(trash)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(trash)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> {
                        Path inside = trash.relativize(file);
                        try {
                            return inside.subpath(1, inside.getNameCount()) + "=" + Files.readString(file);
                        } catch (IOException e) {
                            throw new IllegalStateException(e);
                        }
                    })
                    .sorted()
                    .toList();
        }
    }

    @Test
    void deletedTreesAndOverwrittenFilesAreKeptWithEveryVersion(@TempDir Path work) throws Exception {
        try (Bench bench = bench(work)) {
            bench.source.mkdir("d");
            bench.source.mkdir("d/e");
            bench.source.write("d/e/f", "deleted");
            bench.source.write("d/e/g", "first");
            bench.baseline();
            bench.source.write("d/e/g", "second");
            bench.apply("d/e/g");
            bench.source.write("d/e/g", "third!");
            bench.apply("d/e/g");
            assertThat(trash(bench)).containsExactly("d/e/g=first", "d/e/g=second");

            bench.source.remove("d/e");
            Outcome outcome = bench.apply("d/e");

            assertThat(outcome.tally().deleted()).isEqualTo(3);
            assertThat(outcome.failed()).isEmpty();
            assertThat(trash(bench)).containsExactly("d/e/f=deleted", "d/e/g=first", "d/e/g=second", "d/e/g=third!");
            assertThat(bench.replica.snapshot()).isEqualTo(bench.source.snapshot());
        }
    }

    @Test
    void whatChangesItsTypeIsKept(@TempDir Path work) throws Exception {
        try (Bench bench = bench(work)) {
            bench.source.write("a", "file");
            bench.source.mkdir("b");
            bench.source.write("b/c", "inside");
            bench.baseline();
            bench.source.remove("a");
            bench.source.mkdir("a");
            bench.source.remove("b");
            bench.source.write("b", "now a file");

            assertThat(bench.apply("a", "b").failed()).isEmpty();

            assertThat(trash(bench)).containsExactly("a=file", "b/c=inside");
            assertThat(bench.replica.snapshot()).isEqualTo(bench.source.snapshot());
        }
    }

    @Test
    void nothingIsMadeWhenNothingIsLost(@TempDir Path work) throws Exception {
        try (Bench bench = bench(work)) {
            bench.source.write("a", "x");
            bench.baseline();
            bench.baseline();
            assertThat(bench.replicaPath.resolve(".weir/trash")).doesNotExist();
        }
    }

    private static Path thrownAway(Path root, String time, int bytes) throws IOException {
        Path directory = Files.createDirectories(root.resolve(".weir/trash/" + time + "-1-1"));
        Files.write(directory.resolve("file"), new byte[bytes]);
        return directory;
    }

    @Test
    void oldGoesAndThenTheOldestOfTooMuch(@TempDir Path root) throws IOException {
        Path ancient = thrownAway(root, "20251101T000000", 10);
        Path older = thrownAway(root, "20260101T000000", 500);
        Path newer = thrownAway(root, "20260102T000000", 500);
        Path strange = Files.createDirectories(root.resolve(".weir/trash/mine"));
        try (ReplicaTree tree = ReplicaTree.open(root)) {
            Instant now = Instant.parse("2026-01-03T00:00:00Z");
            Deleter deleter = new Deleter(tree, DeletePolicy.NEVER);
            new Trash(tree, KEEP, () -> now).prune(deleter);
            assertThat(ancient).doesNotExist();
            assertThat(older).exists();

            new Trash(tree, new Trash.Keep(Duration.ofDays(30), 600), () -> now).prune(deleter);
            assertThat(older).doesNotExist();
            assertThat(newer).exists();
            assertThat(strange).exists();
        }
    }
}
