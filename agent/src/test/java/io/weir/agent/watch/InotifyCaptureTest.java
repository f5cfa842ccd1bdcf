package io.weir.agent.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weir.schemas.ChangeKind;
import io.weir.schemas.Micros;
import io.weir.schemas.Origin;
import io.weir.schemas.PathRules;
import io.weir.service.WeirException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InotifyCaptureTest {
    private Path temporary;
    private WatchedSource source;

    @BeforeEach
    void open(@TempDir Path directory) throws IOException {
        temporary = directory;
        source = new WatchedSource(directory);
    }

    @AfterEach
    void close() {
        source.close();
    }

    @Test
    void theFirstWalkTellsNothingAndWatchesAll() throws IOException {
        source.mkdir("a/b/c");
        source.file("a/b/c/f");
        source.start();

        assertThat(source.told()).isEmpty();
        assertThat(source.metric("weir.agent.watches")).isEqualTo(4);

        source.file("a/b/c/g");
        assertThat(source.told()).containsExactly("CREATED a/b/c/g", "MODIFIED a/b/c/g", "CLOSED a/b/c/g");
    }

    @Test
    void tellsWhatHappenedToFiles() throws IOException {
        source.file("f");
        source.start();

        Files.setPosixFilePermissions(source.path("f"), PosixFilePermissions.fromString("rw-------"));
        Files.createSymbolicLink(source.path("s"), Path.of("nowhere"));
        Files.createLink(source.path("l"), source.path("f"));
        Files.delete(source.path("f"));

        assertThat(source.told())
                .containsSubsequence("ATTRIBUTES f", "CREATED s", "CREATED l", "DELETED f")
                .noneMatch(line -> line.startsWith("MODIFIED"));
    }

    @Test
    void touchingWeirsOwnDirectoryIsToldAsAnEventOfTheRoot() throws IOException {
        source.mkdir(".weir");
        source.start();

        Files.setPosixFilePermissions(source.path(".weir"), PosixFilePermissions.fromString("rwx------"));
        source.file(".weir/f");

        assertThat(source.take()).singleElement().satisfies(one -> {
            assertThat(one.kind()).isEqualTo(ChangeKind.ATTRIBUTES);
            assertThat(one.path().isRoot()).isTrue();
            assertThat(one.recursive()).isFalse();
        });
    }

    @Test
    void everyChangeCarriesWhenItWasRead() throws IOException {
        source.start();
        long before = Micros.now();

        source.file("f");

        assertThat(source.take())
                .allSatisfy(one -> assertThat(one.capturedAtMicros()).isBetween(before, Micros.now()))
                .allSatisfy(one -> assertThat(one.origin()).isEqualTo(Origin.EVENT));
    }

    @Test
    void aNewDirectoryIsToldAsAWholeEvenWhenItIsEmptyByTheTimeItIsWatched() throws Exception {
        CountDownLatch emptied = new CountDownLatch(1);
        source.also = first -> awaitQuietly(emptied);
        source.start();

        source.file("busy");
        source.mkdir("d/below");
        // A replica could list d now, and no event will tell that it is empty again.
        Files.delete(source.path("d/below"));
        emptied.countDown();
        assertThat(source.told()).contains("CREATED d *");

        source.file("d/f");
        assertThat(source.told()).containsExactly("CREATED d/f", "MODIFIED d/f", "CLOSED d/f");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aDirectoryMovedInIsWalked() throws IOException {
        Files.createDirectories(source.outside.resolve("d/e"));
        Files.writeString(source.outside.resolve("d/e/f"), "");
        source.start();

        Files.move(source.outside.resolve("d"), source.path("d"));
        assertThat(source.told()).containsExactly("CREATED d *");

        source.file("d/e/g");
        assertThat(source.told()).contains("CREATED d/e/g", "CLOSED d/e/g");
    }

    @Test
    void aFileMovedInArrivesByRename() throws IOException {
        Files.writeString(source.outside.resolve("f"), "");
        source.start();

        Files.move(source.outside.resolve("f"), source.path("f"));

        assertThat(source.told()).containsExactly("MOVED f");
    }

    @Test
    void whatIsMovedOutIsDeletedAndNoLongerWatched() throws IOException {
        source.mkdir("d/e");
        source.file("f");
        source.start();

        Files.move(source.path("d"), source.outside.resolve("d"));
        Files.move(source.path("f"), source.outside.resolve("f"));
        await().atMost(WatchedSource.DEADLINE).until(() -> source.captured.size() == 2);
        assertThat(source.told()).containsExactlyInAnyOrder("DELETED d *", "DELETED f");

        Files.writeString(source.outside.resolve("d/e/x"), "");
        assertThat(source.told()).isEmpty();
        assertThat(source.metric("weir.agent.watches")).isEqualTo(1);
    }

    @Test
    void aRenamedDirectoryKeepsItsWatchesBelowTheNewName() throws IOException {
        source.mkdir("a/b/c");
        source.mkdir("t");
        source.start();

        Files.move(source.path("a"), source.path("t/z"));
        assertThat(source.told()).containsExactly("MOVED t/z < a *", "DELETED a *");

        source.file("t/z/b/c/f");
        assertThat(source.told()).contains("CREATED t/z/b/c/f");
        assertThat(source.metric("weir.agent.watches")).isEqualTo(5);
    }

    @Test
    void aRenamedFileIsMovedAndItsOldNameDeleted() throws IOException {
        source.file("a");
        source.file("b");
        source.start();

        Files.move(source.path("a"), source.path("b"), StandardCopyOption.ATOMIC_MOVE);

        assertThat(source.told()).containsExactly("MOVED b < a", "DELETED a");
    }

    @Test
    void aNameTakenAgainWhileItsRenameIsOpenIsToldInOrder() throws IOException {
        source.file("f");
        source.start();

        Files.move(source.path("f"), source.outside.resolve("f"));
        source.file("f");

        assertThat(source.told()).startsWith("DELETED f", "CREATED f").doesNotHaveDuplicates();
    }

    @Test
    void directoriesThatSwapTheirNamesStayWatched() throws IOException {
        source.mkdir("a/in-a");
        source.mkdir("b/in-b");
        source.start();

        Files.move(source.path("a"), source.path("c"));
        Files.move(source.path("b"), source.path("a"));
        Files.move(source.path("c"), source.path("b"));
        source.told();
        source.file("a/in-b/f");
        source.file("b/in-a/f");

        assertThat(source.told()).contains("CREATED a/in-b/f", "CREATED b/in-a/f");
    }

    @Test
    void aChainAndAStormOfRenamesKeepsTheWatches() throws IOException {
        source.mkdir("d0/e");
        source.start();

        for (int i = 0; i < 2_000; i++) {
            Files.move(source.path("d" + i), source.path("d" + (i + 1)));
        }
        source.told();
        source.file("d2000/e/f");

        assertThat(source.told()).contains("CREATED d2000/e/f");
        assertThat(source.metric("weir.agent.watches")).isEqualTo(3);
    }

    @Test
    void deepChainsMadeAtOnceAreWatchedToTheEnd() throws IOException {
        source.start();

        for (int i = 0; i < 50; i++) {
            source.mkdir("p" + i + "/a/b/c/d/e/f");
            source.file("p" + i + "/a/b/c/d/e/f/g");
        }
        source.told();
        for (int i = 0; i < 50; i++) {
            source.file("p" + i + "/a/b/c/d/e/f/h");
        }

        List<String> told = source.told();
        for (int i = 0; i < 50; i++) {
            assertThat(told).contains("CREATED p" + i + "/a/b/c/d/e/f/h");
        }
    }

    @Test
    void deletedTreesGiveTheirWatchesBack() throws IOException {
        source.mkdir("a/b/c");
        source.start();

        Files.delete(source.path("a/b/c"));
        Files.delete(source.path("a/b"));
        Files.delete(source.path("a"));

        assertThat(source.told()).containsExactly("DELETED a/b/c *", "DELETED a/b *", "DELETED a *");
        assertThat(source.metric("weir.agent.watches")).isEqualTo(1);
    }

    @Test
    void aTouchedRootIsToldAsRoot() throws IOException {
        source.start();

        Files.setPosixFilePermissions(source.directory, PosixFilePermissions.fromString("rwx------"));

        assertThat(source.told()).containsExactly("ATTRIBUTES .");
    }

    @Test
    void theOwnDirectoryIsNeverTold() throws IOException {
        source.mkdir(".weir/tmp");
        source.start();

        source.file(".weir/tmp/x");
        source.mkdir("d/.weir");

        assertThat(source.told()).noneMatch(line -> line.contains(" .weir")).isNotEmpty();
    }

    @Test
    void aFileKeptOpenIsModifiedAndThenClosed() throws IOException {
        source.start();

        try (var out = Files.newOutputStream(source.path("log"), StandardOpenOption.CREATE)) {
            out.write(1);
            assertThat(source.told()).containsExactly("CREATED log", "MODIFIED log");
        }
        assertThat(source.told()).containsExactly("CLOSED log");
    }

    @Test
    void theRootMovedOrDeletedIsALostSource() throws IOException {
        source.start();

        Files.move(source.directory, source.outside.resolve("elsewhere"));

        await().atMost(WatchedSource.DEADLINE).until(() -> source.lost != null);
        assertThat(source.lost).contains("data").contains("moved");
    }

    @Test
    void theRootDeletedIsALostSource() throws IOException {
        source.start();

        Files.delete(source.directory);

        await().atMost(WatchedSource.DEADLINE).until(() -> source.lost != null);
        assertThat(source.captured).isEmpty();
    }

    @Test
    void aMissingRootIsRefusedWithWhatToDo() throws IOException {
        Files.delete(source.directory);

        assertThatThrownBy(source::start)
                .isInstanceOf(WeirException.class)
                .hasMessageContaining("data")
                .hasMessageContaining("Check that the directory exists");
    }

    @Test
    void closingTwiceOrWithoutAStartIsNoError() {
        source.close();
        source.start();
        source.close();
        source.close();
    }

    @Test
    void excludedNamesComeAndGoAsCreatesAndDeletes() throws IOException {
        source.close();
        source = new WatchedSource(temporary, PathRules.of(List.of("*.tmp", "cache")), WatchSettings.DEFAULTS);
        source.mkdir("cache/sub");
        source.mkdir("d.tmp/sub");
        source.start();
        assertThat(source.metric("weir.agent.watches")).isEqualTo(1);

        source.file("x.tmp");
        source.file("d.tmp/sub/f");
        assertThat(source.told()).isEmpty();

        Files.move(source.path("x.tmp"), source.path("x"));
        assertThat(source.told()).containsExactly("MOVED x");

        Files.move(source.path("d.tmp"), source.path("d"));
        assertThat(source.told()).containsExactly("CREATED d *");

        source.file("d/sub/g");
        assertThat(source.told()).contains("CREATED d/sub/g");

        Files.move(source.path("d"), source.path("e.tmp"));
        Files.move(source.path("x"), source.path("y.tmp"));
        assertThat(source.told()).containsExactlyInAnyOrder("DELETED d *", "DELETED x");

        source.file("e.tmp/sub/h");
        assertThat(source.told()).isEmpty();
        assertThat(source.metric("weir.agent.watches")).isEqualTo(1);
    }
}
