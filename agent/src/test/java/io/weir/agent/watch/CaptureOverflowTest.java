package io.weir.agent.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.schemas.ChangeKind;
import io.weir.schemas.PathRules;
import io.weir.schemas.RelPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaptureOverflowTest {
    @Test
    void aFullQueueIsAGapAndTheTreeIsWatchedAgain(@TempDir Path temporary) throws Exception {
        int queue = Integer.parseInt(WatchLimits.value("max_queued_events"));
        CountDownLatch goOn = new CountDownLatch(1);
        WatchSettings small = new WatchSettings(2, 8 * 1024, 10, 1_000);
        try (WatchedSource source = new WatchedSource(temporary, PathRules.NONE, small)) {
            source.mkdir("d/e");
            source.mkdir("gone/x");
            ModelReplica replica = new ModelReplica(source.root, source.links);
            source.start();
            source.also = one -> stall(goOn);
            source.file("first");
            await().atMost(WatchedSource.DEADLINE).until(() -> !source.captured.isEmpty());

            for (int i = 0; i < queue + 4_000; i += 2) {
                Files.createFile(source.path("f" + i));
                Files.delete(source.path("f" + i));
            }
            source.mkdir("new/a/b");
            Files.move(source.path("d"), source.path("moved"));
            Files.move(source.path("gone"), source.outside.resolve("gone"));
            goOn.countDown();
            await().atMost(WatchedSource.DEADLINE).until(() -> source.has(ChangeKind.RESCAN, "."));

            assertThat(source.metric("weir.agent.overflows")).isGreaterThanOrEqualTo(1);
            assertThat(source.has(ChangeKind.GAP, ".")).isTrue();
            Captured last = source.captured.stream()
                    .filter(one -> one.kind() == ChangeKind.RESCAN)
                    .findFirst()
                    .orElseThrow();
            assertThat(last.recursive()).isTrue();
            assertThat(last.path()).isEqualTo(RelPath.ROOT);
            assertThat(last.reason()).contains("overflow");
            source.take();

            source.also = replica::apply;
            source.file("new/a/b/f");
            source.file("moved/e/f");
            Files.writeString(source.outside.resolve("gone/x/f"), "");
            assertThat(source.told())
                    .contains("CREATED new/a/b/f", "CREATED moved/e/f")
                    .noneMatch(line -> line.contains("gone"));
            assertThat(source.metric("weir.agent.watches")).isEqualTo(6);
        }
    }

    private static void stall(CountDownLatch goOn) {
        try {
            assertThat(goOn.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aSlowSinkOnlyFillsTheBuffersAtFirst(@TempDir Path temporary) throws IOException {
        try (WatchedSource source = new WatchedSource(temporary).start()) {
            for (int i = 0; i < 5_000; i++) {
                source.file("f" + i);
            }

            assertThat(source.told()).contains("CLOSED f0", "CLOSED f4999");
            assertThat(source.metric("weir.agent.overflows")).isZero();
        }
    }
}
