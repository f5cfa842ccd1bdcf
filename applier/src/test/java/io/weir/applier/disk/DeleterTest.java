package io.weir.applier.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.schemas.RelPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeleterTest {
    @Test
    void treeGoesWithoutFollowingSymlinks(@TempDir Path work) throws IOException {
        Path root = work.resolve("root");
        Files.createDirectories(root.resolve("d/e"));
        Path outside = Files.createDirectories(work.resolve("outside"));
        Files.writeString(outside.resolve("kept"), "x");
        Files.writeString(root.resolve("d/e/f"), "y");
        Files.createSymbolicLink(root.resolve("d/link"), outside);
        try (ReplicaTree tree = ReplicaTree.open(root)) {
            Deleter deleter = new Deleter(tree, DeletePolicy.ALLOW);

            assertThat(deleter.delete(RelPath.of("d/link/kept"))).isZero();
            assertThat(deleter.delete(RelPath.of("d"))).isEqualTo(4);
            assertThat(deleter.delete(RelPath.of("d"))).isZero();
        }
        assertThat(outside.resolve("kept")).exists();
        assertThat(root).isEmptyDirectory();
    }

    @Test
    void deepTreeGoes(@TempDir Path work) throws IOException {
        Path deep = work.resolve("d");
        for (int i = 0; i < 500; i++) {
            deep = deep.resolve("x");
        }
        Files.createDirectories(deep);
        try (ReplicaTree tree = ReplicaTree.open(work)) {
            assertThat(new Deleter(tree, DeletePolicy.ALLOW).delete(RelPath.of("d")))
                    .isEqualTo(501);
        }
    }

    /** Somebody else takes the last entries away once the first is gone: all were listed by then. */
    @Test
    void entryThatVanishesInsideIsNotTheWhole(@TempDir Path work) throws Exception {
        Path top = Files.createDirectory(work.resolve("d"));
        for (int i = 0; i < 20_000; i++) {
            Files.createFile(top.resolve("f" + i));
        }
        List<Path> listed;
        try (Stream<Path> entries = Files.list(top)) {
            listed = entries.toList();
        }
        List<Path> vanishing = listed.subList(listed.size() - 2_000, listed.size());
        ExecutorService stranger = Executors.newSingleThreadExecutor();
        try (ReplicaTree tree = ReplicaTree.open(work)) {
            Future<Integer> taken = stranger.submit(() -> {
                while (Files.exists(listed.get(0))) {
                    Thread.onSpinWait();
                }
                int count = 0;
                for (Path each : vanishing) {
                    count += Files.deleteIfExists(each) ? 1 : 0;
                }
                return count;
            });
            long deleted = new Deleter(tree, DeletePolicy.ALLOW).delete(RelPath.of("d"));

            assertThat(top).doesNotExist();
            assertThat(deleted + taken.get(60, TimeUnit.SECONDS)).isEqualTo(20_001);
        } finally {
            stranger.shutdownNow();
        }
    }

    @Test
    void twoThatDeleteOneTreeDoNotDisturbEachOther(@TempDir Path work) throws Exception {
        for (int round = 0; round < 5; round++) {
            Path top = work.resolve("d");
            for (int i = 0; i < 1_000; i++) {
                Files.createDirectories(top.resolve("e" + i % 10));
                Files.createFile(top.resolve("e" + i % 10 + "/f" + i));
            }
            try (ReplicaTree tree = ReplicaTree.open(work)) {
                Deleter deleter = new Deleter(tree, DeletePolicy.ALLOW);
                CyclicBarrier together = new CyclicBarrier(2);
                Callable<Long> delete = () -> {
                    together.await(60, TimeUnit.SECONDS);
                    return deleter.delete(RelPath.of("d"));
                };
                ExecutorService lanes = Executors.newFixedThreadPool(2);
                long sum = 0;
                for (Future<Long> each : lanes.invokeAll(List.of(delete, delete))) {
                    sum += each.get();
                }
                lanes.shutdown();
                assertThat(top).doesNotExist();
                assertThat(sum).isEqualTo(1_011);
            }
        }
    }

    @Test
    void rootAndOwnAreRefused(@TempDir Path work) throws IOException {
        Files.createDirectories(work.resolve(".weir/tmp"));
        try (ReplicaTree tree = ReplicaTree.open(work)) {
            Deleter deleter = new Deleter(tree, DeletePolicy.ALLOW);

            assertThatThrownBy(() -> deleter.delete(RelPath.ROOT)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> deleter.delete(RelPath.of(".weir"))).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> deleter.delete(RelPath.of(".weir/tmp")))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(work.resolve(".weir/tmp")).isDirectory();
    }

    @Test
    void policyNeverDeletesNothing(@TempDir Path work) throws IOException {
        Files.writeString(work.resolve("f"), "x");
        try (ReplicaTree tree = ReplicaTree.open(work)) {
            assertThat(new Deleter(tree, DeletePolicy.NEVER).delete(RelPath.of("f")))
                    .isZero();
        }
        assertThat(work.resolve("f")).exists();
    }

    @Test
    void renameNeedsTheExpectedTypeAndFreeTarget(@TempDir Path work) throws IOException {
        Files.createDirectories(work.resolve("d"));
        Files.writeString(work.resolve("f"), "x");
        Files.writeString(work.resolve("taken"), "y");
        try (ReplicaTree tree = ReplicaTree.open(work)) {
            LocalRename renames = new LocalRename(tree);

            assertThat(renames.rename(RelPath.of("f"), RelPath.of("g"), true)).isFalse();
            assertThat(renames.rename(RelPath.of("f"), RelPath.of("taken"), false))
                    .isFalse();
            assertThat(renames.rename(RelPath.of("f"), RelPath.of("none/g"), false))
                    .isFalse();
            assertThat(renames.rename(RelPath.of("f"), RelPath.of("d/g"), false))
                    .isTrue();
        }
        assertThat(work.resolve("d/g")).hasContent("x");
    }

    @Test
    void newRunRemovesWhatEarlierRunsLeft(@TempDir Path work) throws IOException {
        Path old = Files.createDirectories(work.resolve(".weir/tmp/of-before/files"));
        Files.writeString(old.resolve(".half.a1b2c3"), "x");
        try (ReplicaTree tree = ReplicaTree.open(work)) {
            Deleter deleter = new Deleter(tree, DeletePolicy.NEVER);
            try (TempArea area = TempArea.create(tree, deleter)) {
                area.probe();
                assertThat(old).doesNotExist();
                assertThat(work.resolve(area.files())).isEmptyDirectory();
                assertThat(area.empty(work)).isEmptyDirectory();
            }
        }
        assertThat(work.resolve(".weir/tmp")).isEmptyDirectory();
    }
}
