package io.weir.applier.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.schemas.PastVersion;
import io.weir.schemas.RelPath;
import io.weir.schemas.Restored;
import io.weir.schemas.Versions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a replica had is brought back from its trash. */
class ReplicaPastTest {
    private static final List<RelPath> ALL = List.of(RelPath.ROOT);

    private static Restored whole(ReplicaPast.Answer<Restored> answer) {
        assertThat(answer.failed()).as(answer.message()).isZero();
        return Objects.requireNonNull(answer.record(), answer.message());
    }

    private static List<RelPath> paths(String... paths) {
        return List.of(paths).stream().map(RelPath::of).toList();
    }

    private static List<String> listed(ReplicaPast past, String... paths) throws InterruptedException {
        Versions versions = Objects.requireNonNull(past.versions(paths(paths)).record(), "versions");
        assertThat(versions.getCount()).isEqualTo(versions.getList().size());
        List<String> words = new ArrayList<>();
        for (PastVersion each : versions.getList()) {
            assertThat(each.getFrom()).isNotEqualTo(Instant.EPOCH);
            boolean isStill = each.getUntil().equals(Instant.EPOCH);
            words.add(RelPath.of(each.getPath()) + " " + each.getType() + " " + each.getSize()
                    + (isStill ? " still" : ""));
        }
        return words;
    }

    @Test
    void copiesHaveTheirLooksAndAreNobodyElses(@TempDir Path root) throws Exception {
        try (Past past = new Past(root)) {
            past.put("d/f", "first");
            Files.setPosixFilePermissions(root.resolve("d/f"), PosixFilePermissions.fromString("r-xr-x---"));
            Files.setPosixFilePermissions(root.resolve("d"), PosixFilePermissions.fromString("rwxr-x--x"));
            Files.setLastModifiedTime(root.resolve("d/f"), FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));
            Files.createSymbolicLink(root.resolve("d/link"), Path.of("/etc/passwd"));
            Files.setLastModifiedTime(root.resolve("d"), FileTime.from(Instant.parse("2020-01-02T00:00:00Z")));
            Instant then = past.moment();
            past.delete("d");
            past.put("d/f", "second");

            Restored restored = whole(past.asked().restore(paths("d/f", "d", "x"), then, "", "one"));

            assertThat(restored.getEntries()).isEqualTo(3);
            assertThat(restored.getBytes()).isEqualTo(5);
            assertThat(restored.getAbsent()).isEqualTo(1);
            Path top = Path.of(restored.getTo());
            assertThat(top).isDirectory().hasParent(root.resolve(".weir/restored"));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(top)))
                    .isEqualTo("rwx------");
            assertThat(top.resolve("d/f")).hasContent("first");
            assertThat(Files.readSymbolicLink(top.resolve("d/link"))).isEqualTo(Path.of("/etc/passwd"));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(top.resolve("d/f"))))
                    .isEqualTo("r-xr-x---");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(top.resolve("d"))))
                    .isEqualTo("rwxr-x--x");
            assertThat(Files.getLastModifiedTime(top.resolve("d/f")).toInstant())
                    .isEqualTo(Instant.parse("2020-01-01T00:00:00Z"));
            assertThat(Files.getLastModifiedTime(top.resolve("d")).toInstant())
                    .isEqualTo(Instant.parse("2020-01-02T00:00:00Z"));
            assertThat(Files.getAttribute(top.resolve("d/f"), "unix:nlink")).isEqualTo(1);
            Files.writeString(top.resolve("d/f"), "mine now");
            assertThat(Past.snapshot(Path.of(whole(past.asked().restore(paths("d"), then, "", "two"))
                            .getTo())))
                    .containsEntry("d/f", "file first");
        }
    }

    @Test
    void versionsAreListedNewestFirstAndADeletedTreeIsOne(@TempDir Path root) throws Exception {
        try (Past past = new Past(root)) {
            assertThat(past.asked().versions(ALL).message()).isEqualTo("0 versions");
            past.put("d/f", "1");
            past.put("d/same", "same");
            past.put("gone/x/y", "deep");
            past.moment();
            past.put("d/f", "22");
            past.moment();
            past.delete("gone");
            past.moment();
            past.put("d/f", "333");

            assertThat(listed(past.asked(), "d/f")).containsExactly("d/f file 3 still", "d/f file 2", "d/f file 1");
            assertThat(listed(past.asked(), "."))
                    .containsExactlyInAnyOrder("d/f file 3 still", "d/f file 2", "d/f file 1", "gone directory 0");
            assertThat(listed(past.asked(), "gone")).containsExactly("gone directory 0", "gone/x directory 0");
            assertThat(listed(past.asked(), "gone/x")).containsExactly("gone/x directory 0", "gone/x/y file 4");
            assertThat(listed(past.asked(), "d/same")).containsExactly("d/same file 4 still");
            assertThat(listed(past.asked(), "nowhere")).isEmpty();
        }
    }

    @Test
    void whatIsTakenOrElsewhereIsRefused(@TempDir Path work) throws Exception {
        Path root = Files.createDirectory(work.resolve("root"));
        Path base = work.resolve("base");
        try (Past past = new Past(root)) {
            past.put("f", "x");
            Instant now = past.moment();
            ReplicaPast asked = new ReplicaPast(root, () -> {}, Optional.of(Past.KEEP), Optional.of(base));

            assertThat(asked.restore(ALL, now, "", "one").message()).contains("restore.dir", "ENOENT");
            Files.createDirectories(base.resolve("taken/by"));
            Files.createSymbolicLink(base.resolve("link"), root);
            assertThat(asked.restore(ALL, now, "taken", "one").message()).contains("no empty directory");
            assertThat(asked.restore(ALL, now, "../x", "one").message()).contains("refused");
            assertThat(asked.restore(ALL, now, "/etc/x", "one").message()).contains("restore.dir");
            assertThat(asked.restore(ALL, now, "link/x", "one"))
                    .satisfies(answer -> assertThat(answer.failed()).isPositive());
            assertThat(root.resolve("x")).doesNotExist();

            Files.createDirectory(base.resolve("empty"));
            assertThat(whole(asked.restore(ALL, now, "empty", "one")).getTo()).isEqualTo(base + "/empty");
            assertThat(base.resolve("empty/f")).hasContent("x");
            assertThat(base.resolve("empty/.weir")).doesNotExist();

            ReplicaPast none = new ReplicaPast(root, () -> {}, Optional.empty(), Optional.empty());
            assertThat(none.versions(ALL).message()).contains("trash.enabled");
        }
    }

    @Test
    void trashIsNotEmptiedWhileItIsReadAndNothingIsReadWhileItIs(@TempDir Path root) throws Exception {
        try (Past past = new Past(root)) {
            past.put("f", "x");
            past.delete("f");
            Trash strict = new Trash(past.tree, new Trash.Keep(Duration.ZERO, 0), Instant::now);
            try (TrashLock lock = TrashLock.tryTake(past.tree).orElseThrow()) {
                strict.prune(past.deleter);
                assertThat(Trash.names(past.tree)).as("held by %s", lock).hasSize(1);
                assertThat(TrashLock.tryTake(past.tree)).isEmpty();
            }
            strict.prune(past.deleter);
            assertThat(Trash.names(past.tree)).isEmpty();
        }
    }

    @Test
    void interruptedCopyIsBegunAnewByTheSameOrder(@TempDir Path root) throws Exception {
        try (Past past = new Past(root)) {
            past.put("f", "x");
            Instant then = past.moment();
            Path partial = Files.createDirectories(root.resolve(".weir/restored/here.partial-one/half"));
            assertThat(whole(past.asked().restore(ALL, then, "here", "one")).getEntries())
                    .isEqualTo(1);
            assertThat(partial.getParent()).doesNotExist();
            assertThat(Past.snapshot(root.resolve(".weir/restored/here"))).containsOnlyKeys("f");
        }
    }

    /** Whatever moves into the trash meanwhile is found: nothing of then is missed, and nothing newer is taken. */
    @Test
    void replicaGoesOnMeanwhile(@TempDir Path root) throws Exception {
        try (Past past = new Past(root)) {
            for (int i = 0; i < 300; i++) {
                past.put("d" + i % 10 + "/f" + i, "then " + i);
            }
            Instant then = past.moment();
            Map<String, String> before = Past.snapshot(root);
            AtomicBoolean isOver = new AtomicBoolean();
            CompletableFuture<Void> churn = CompletableFuture.runAsync(() -> {
                Random random = new Random(7);
                try {
                    for (int n = 0; n < 1_500 && !isOver.get(); n++) {
                        int i = random.nextInt(300);
                        if (i < 3) {
                            past.delete("d" + i);
                        } else {
                            past.put("d" + i % 10 + "/f" + i, "later");
                        }
                    }
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            await().until(() -> Trash.names(past.tree).size() > 20);
            try {
                for (int i = 0; i < 2; i++) {
                    Restored restored = whole(past.asked().restore(ALL, then, "at" + i, "id" + i));
                    assertThat(Past.snapshot(Path.of(restored.getTo()))).isEqualTo(before);
                }
            } finally {
                isOver.set(true);
                churn.join();
            }
            assertThat(Files.exists(root.resolve("d9"), LinkOption.NOFOLLOW_LINKS))
                    .isTrue();
        }
    }
}
