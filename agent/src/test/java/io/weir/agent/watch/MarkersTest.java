package io.weir.agent.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weir.schemas.ChangeKind;
import io.weir.schemas.PathRules;
import io.weir.schemas.RelPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Places in the kernel's queue: whatever happened before a marker was set is captured when it is reached. */
@Timeout(180)
class MarkersTest {
    @TempDir
    Path temporary;

    @Test
    void whatWasClosedRenamedOrDeletedBeforeIsCaptured() throws Exception {
        try (WatchedSource source = new WatchedSource(temporary)) {
            source.mkdir(".weir");
            source.mkdir("d");
            source.start();
            AtomicBoolean stopped = new AtomicBoolean();
            ExecutorService beside = Executors.newSingleThreadExecutor();
            Future<Void> churn = beside.submit(() -> churn(source, stopped));
            try {
                for (int round = 0; round < 100; round++) {
                    Path gone = source.file("d/gone" + round);
                    Path left = source.file("d/left" + round);
                    Files.delete(gone);
                    // Out of the tree: only one half of the rename is told.
                    Files.move(left, source.outside.resolve("left" + round));
                    Files.move(source.file("d/old" + round), source.path("d/new" + round));
                    source.file("d/closed" + round);

                    source.capture.mark("m" + round);

                    String marker = "m" + round;
                    await().atMost(WatchedSource.DEADLINE).until(() -> source.reached.contains(marker));
                    assertThat(source.capturedAtMarker.get(marker))
                            .extracting(WatchedSource::brief)
                            .contains(
                                    "DELETED d/gone" + round,
                                    "DELETED d/left" + round,
                                    "MOVED d/new" + round + " < d/old" + round,
                                    "CLOSED d/closed" + round);
                    source.captured.clear();
                }
            } finally {
                stopped.set(true);
                beside.shutdown();
            }
            churn.get(60, TimeUnit.SECONDS);
            assertThat(source.reached).doesNotHaveDuplicates();
        }
    }

    private static Void churn(WatchedSource source, AtomicBoolean stopped) throws IOException {
        source.mkdir("churn");
        for (int i = 0; !stopped.get(); i++) {
            source.file("churn/f" + i % 10);
            if (i % 10 == 9) {
                Files.move(source.mkdir("churn/a" + i), source.path("churn/b" + i));
                Files.delete(source.path("churn/b" + i));
            }
        }
        return null;
    }

    @Test
    void oneThatIsLostByAnOverflowIsReachedBehindTheRepair() throws Exception {
        try (WatchedSource source =
                new WatchedSource(temporary, PathRules.NONE, new WatchSettings(2, 8 * 1024, 10, 1_000))) {
            source.mkdir(".weir");
            CountDownLatch stalled = new CountDownLatch(1);
            CountDownLatch over = new CountDownLatch(1);
            source.also = first -> {
                stalled.countDown();
                awaitQuietly(over);
            };
            source.start();
            source.file("trigger");
            assertThat(stalled.await(60, TimeUnit.SECONDS)).isTrue();
            for (int i = 0; i < Captures.queueLength() + 4_000; i += 2) {
                Files.createFile(source.path("churn" + i % 100));
                Files.delete(source.path("churn" + i % 100));
            }
            source.capture.mark("lost");
            over.countDown();

            await().atMost(WatchedSource.DEADLINE).until(() -> source.reached.contains("lost"));
            List<Captured> before = source.capturedAtMarker.get("lost");
            assertThat(before).anyMatch(one -> one.kind() == ChangeKind.GAP);
            assertThat(before)
                    .anyMatch(
                            one -> one.kind() == ChangeKind.RESCAN && one.path().equals(RelPath.ROOT));
        }
    }

    @Test
    void withoutAWatchThereIsNone() throws Exception {
        try (WatchedSource source = new WatchedSource(temporary)) {
            source.mkdir(".weir");
            assertThatThrownBy(() -> source.capture.mark("m"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("is not watched");
            source.start();
            source.capture.close();
            assertThatThrownBy(() -> source.capture.mark("m")).isInstanceOf(IOException.class);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
