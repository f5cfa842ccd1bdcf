package io.weir.applier.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.applier.disk.ReplicaPast;
import io.weir.applier.disk.Trash;
import io.weir.applier.rsync.RsyncOptions;
import io.weir.schemas.RelPath;
import io.weir.schemas.Restored;
import io.weir.schemas.Versions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What rsync's pulls leave in the trash is brought back. */
class PastOfPullsTest {
    private static final Trash.Keep KEEP = new Trash.Keep(Duration.ofDays(30), 0);

    private static ReplicaPast past(Bench bench) {
        return new ReplicaPast(bench.replicaPath, () -> {}, Optional.of(KEEP), Optional.empty());
    }

    /** Everything before lies before it and everything after lies after it, by the file system's clock too. */
    private static Instant moment(Bench bench) throws IOException {
        Instant now = Instant.now();
        Path probe = bench.outsidePath.resolve("clock");
        Instant changed;
        do {
            Files.writeString(probe, "x");
            changed = Files.getLastModifiedTime(probe).toInstant();
        } while (changed.isBefore(now.plusMillis(25)));
        return now.plusMillis(12);
    }

    private static Path restored(Bench bench, Instant asOf) throws InterruptedException {
        ReplicaPast.Answer<Restored> answer = past(bench)
                .restore(List.of(RelPath.ROOT), asOf, "", UUID.randomUUID().toString());
        assertThat(answer.failed()).as(answer.message()).isZero();
        return Path.of(Objects.requireNonNull(answer.record(), answer.message()).getTo());
    }

    /** Without the times of directories, which are those they had last. */
    private static Map<RelPath, String> snapshot(TestTree tree) throws IOException {
        Map<RelPath, String> all = tree.snapshot(path -> !path.isRoot());
        all.replaceAll((path, looks) -> looks.startsWith("40") ? looks.substring(0, looks.lastIndexOf(':')) : looks);
        return all;
    }

    private static Map<RelPath, String> snapshot(Path top) throws IOException {
        try (TestTree tree = new TestTree(top)) {
            return snapshot(tree);
        }
    }

    @Test
    void everyMomentOfAPulledTreeIsThere(@TempDir Path work) throws Exception {
        try (Bench bench = new Bench(work, old -> Bench.with(old, KEEP))) {
            bench.source.mkdir("d");
            bench.source.mkdir("d/e");
            bench.source.write("d/e/f", "deep");
            bench.source.write("a", "first");
            bench.source.symlink(new byte[] {'a'}, RelPath.of("link"));
            bench.source.write("kind", "a file");
            bench.baseline();
            Instant first = moment(bench);
            Map<RelPath, String> atFirst = snapshot(bench.replica);

            bench.source.write("a", "second");
            bench.source.remove("d/e");
            bench.source.remove("link");
            bench.source.symlink(new byte[] {'b'}, RelPath.of("link"));
            bench.source.remove("kind");
            bench.source.mkdir("kind");
            bench.source.write("kind/inside", "now a directory");
            assertThat(bench.apply("a", "d/e", "link", "kind", "kind/inside").failed())
                    .isEmpty();
            Instant second = moment(bench);
            Map<RelPath, String> atSecond = snapshot(bench.replica);

            bench.source.write("a", "third and last");
            bench.source.remove("d");
            bench.source.remove("kind");
            assertThat(bench.apply("a", "d", "kind").failed()).isEmpty();
            Instant third = moment(bench);

            assertThat(snapshot(restored(bench, first))).isEqualTo(atFirst);
            assertThat(snapshot(restored(bench, second))).isEqualTo(atSecond);
            assertThat(snapshot(restored(bench, third))).isEqualTo(snapshot(bench.replica));
            Versions versions = Objects.requireNonNull(
                    past(bench).versions(List.of(RelPath.of("a"))).record(), "versions");
            assertThat(versions.getList()).extracting(each -> each.getSize()).containsExactly(14L, 6L, 5L);
            assertThat(versions.getList().get(1).getUntil()).isAfter(second).isBefore(third);
            assertThat(versions.getList().get(1).getFrom()).isAfter(first).isBefore(second);
        }
    }

    @Test
    void filesUpdatedInPlaceAreThereToo(@TempDir Path work) throws Exception {
        try (Bench bench = new Bench(
                work,
                old -> Bench.with(
                        Bench.with(
                                old,
                                RsyncOptions.of(Map.of("in-place-above", "1 B")),
                                old.selection(),
                                old.deletePolicy()),
                        KEEP))) {
            Path file = bench.sourcePath.resolve("large");
            bench.source.write("large", "first");
            Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));
            bench.baseline();
            Instant first = moment(bench);
            bench.source.write("large", "second");
            assertThat(bench.apply("large").failed()).isEmpty();
            Instant second = moment(bench);
            bench.source.write("large", "third!!");
            assertThat(bench.apply("large").failed()).isEmpty();

            assertThat(restored(bench, first).resolve("large")).hasContent("first");
            assertThat(restored(bench, second).resolve("large")).hasContent("second");
        }
    }
}
