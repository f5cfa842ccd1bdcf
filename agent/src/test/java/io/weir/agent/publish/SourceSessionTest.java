package io.weir.agent.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.agent.root.RootGuard;
import io.weir.agent.root.StateFile;
import io.weir.agent.scan.ScanSettings;
import io.weir.agent.watch.CaptureSink;
import io.weir.agent.watch.Captured;
import io.weir.agent.watch.Captures;
import io.weir.agent.watch.SourceRoot;
import io.weir.schemas.Change;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.PathRules;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.RelPath;
import io.weir.schemas.Role;
import io.weir.schemas.Status;
import io.weir.schemas.WireFormat;
import io.weir.service.ClockWatch;
import io.weir.service.Heartbeat;
import io.weir.service.KafkaSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Watch, dirty set, publisher and scanner together, with Kafka in memory. */
@Timeout(300)
class SourceSessionTest {
    private static final Duration DEADLINE = Duration.ofMinutes(2);

    private final Path source;
    private final Path state;
    private final MemoryChangeLog kafka = new MemoryChangeLog();
    private final AtomicLong offset = new AtomicLong();
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final Stall stall = new Stall();

    SourceSessionTest(@TempDir Path work) throws Exception {
        source = Files.createDirectory(work.resolve("source"));
        state = Files.createDirectory(work.resolve("state"));
    }

    private void fill() throws IOException {
        for (int d = 0; d < 20; d++) {
            Files.createDirectories(source.resolve("d" + d + "/below"));
            for (int f = 0; f < 10; f++) {
                Files.writeString(source.resolve("d" + d + "/f" + f), "before");
                Files.writeString(source.resolve("d" + d + "/below/f" + f), "before");
            }
        }
    }

    @Test
    void anOverflowIsRepairedByWhatDiffersOnly() throws Exception {
        fill();
        SourceRoot root = new SourceRoot("data", source.toString().getBytes(StandardCharsets.UTF_8));
        RootGuard guard = RootGuard.identify(root, null);
        try (SourceSession session = new SourceSession(context(root), guard, new Quiet(), edges())) {
            session.start(null);
            await("the inventory is learned")
                    .atMost(DEADLINE)
                    .until(() -> Files.exists(state.resolve("data.inventory")));
            await().atMost(DEADLINE).until(() -> metric("weir.agent.pending") == 0);
            int known = kafka.changes().size();

            stall.armed = true;
            Files.writeString(source.resolve("trigger"), "t");
            assertThat(stall.reached.await(60, TimeUnit.SECONDS)).isTrue();
            for (int i = 0; i < Captures.queueLength() + 4_000; i += 2) {
                Files.createFile(source.resolve("churn" + i % 100));
                Files.delete(source.resolve("churn" + i % 100));
            }
            Files.writeString(source.resolve("d3/f5"), "after");
            Files.delete(source.resolve("d4/below/f7"));
            Files.move(source.resolve("d5"), source.resolve("moved"));
            Files.createDirectories(source.resolve("new/a"));
            Files.writeString(source.resolve("new/a/f"), "after");
            session.checkpoint("overflown");
            stall.over.countDown();

            await("the catch-up").atMost(DEADLINE).until(() -> catchUps() >= 1);
            await("the checkpoint")
                    .atMost(DEADLINE)
                    .until(() ->
                            kafka.changes().stream().anyMatch(change -> change.getKind() == ChangeKind.CHECKPOINT));
            await().atMost(DEADLINE).until(() -> metric("weir.agent.pending") == 0);
            assertThat(metric("weir.agent.overflows")).isPositive();
            List<Change> all = kafka.changes().subList(known, kafka.changes().size());
            assertThat(all).anyMatch(change -> change.getKind() == ChangeKind.GAP);
            // Learning tells again what was written just before the start, and may have been late with it.
            List<Change> told = all.stream()
                    .dropWhile(change -> change.getKind() != ChangeKind.GAP)
                    .toList();
            assertThat(told)
                    .as("a rescan of the source or of anything in it")
                    .noneMatch(change -> change.getKind() == ChangeKind.RESCAN);
            assertThat(paths(told)).contains("d3/f5", "d4/below/f7", "d5", "moved", "new");
            List<Change> before = told.stream()
                    .takeWhile(change -> change.getKind() != ChangeKind.CHECKPOINT)
                    .toList();
            assertThat(before).as("a checkpoint").hasSizeLessThan(told.size());
            assertThat(paths(before)).contains("d3/f5", "d4/below/f7", "d5", "moved", "new");
            assertThat(paths(told).stream().filter(path -> !path.startsWith("churn") && !path.startsWith("new")))
                    .as("nothing else, but for the state of the directories themselves")
                    .isSubsetOf(".", "trigger", "d3", "d3/f5", "d4", "d4/below", "d4/below/f7", "d5", "moved");
            assertThat(told.stream()
                            .filter(change -> change.getKind() != ChangeKind.GAP && change.getRecursive())
                            .toList())
                    .extracting(change -> RelPath.of(change.getPath()).toString())
                    .isSubsetOf("moved", "new", "new/a");
        }
    }

    @Test
    void aCheckpointIsBehindEverythingThatWasClosedBeforeIt() throws Exception {
        Files.createDirectories(source.resolve("d"));
        Files.createDirectories(source.resolve("churn"));
        Files.writeString(source.resolve("d/linked"), "before");
        SourceRoot root = new SourceRoot("data", source.toString().getBytes(StandardCharsets.UTF_8));
        RootGuard guard = RootGuard.identify(root, null);
        AtomicBoolean stopped = new AtomicBoolean();
        ExecutorService beside = Executors.newSingleThreadExecutor();
        try (SourceSession session = new SourceSession(context(root), guard, new Quiet(), edges())) {
            assertThatThrownBy(() -> session.checkpoint("early"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("not watched yet");
            session.start(null);
            await("the inventory is learned")
                    .atMost(DEADLINE)
                    .until(() -> Files.exists(state.resolve("data.inventory")));
            Future<Void> churn = beside.submit(() -> churn(stopped));
            for (int round = 0; round < 50; round++) {
                int known = kafka.changes().size();
                Path file = Files.writeString(source.resolve("d/file" + round), "content");
                Files.createDirectories(source.resolve("d/new" + round + "/below"));
                Files.writeString(source.resolve("d/new" + round + "/below/file"), "content");
                Path name = Files.createLink(source.resolve("d/name" + round), source.resolve("d/linked"));
                Files.writeString(name, "round " + round);
                Files.delete(file);

                session.checkpoint("c" + round);

                String id = "c" + round;
                await(id)
                        .atMost(DEADLINE)
                        .until(() -> kafka.changes().stream().anyMatch(each -> id.equals(each.getCheckpoint())));
                List<Change> before = kafka.changes().stream()
                        .skip(known)
                        .takeWhile(each -> !id.equals(each.getCheckpoint()))
                        .toList();
                assertThat(paths(before)).contains("d/file" + round, "d/new" + round, "d/linked", "d/name" + round);
            }
            stopped.set(true);
            churn.get(60, TimeUnit.SECONDS);
        } finally {
            stopped.set(true);
            beside.shutdown();
        }
    }

    private Void churn(AtomicBoolean stopped) throws IOException {
        for (int i = 0; !stopped.get(); i++) {
            Path file = Files.writeString(source.resolve("churn/f" + i % 10), "f");
            Files.move(file, source.resolve("churn/g" + i % 10), StandardCopyOption.REPLACE_EXISTING);
        }
        return null;
    }

    private static Set<String> paths(List<Change> changes) {
        return changes.stream()
                .map(change -> RelPath.of(change.getPath()).toString())
                .collect(Collectors.toSet());
    }

    private double metric(String name) {
        return metrics.get(name).meter().measure().iterator().next().getValue();
    }

    private long catchUps() {
        return metrics.get("weir.agent.scan").tag("kind", "catch-up").timer().count();
    }

    private SourceSession.Context context(SourceRoot root) {
        return new SourceSession.Context(
                root,
                PathRules.NONE,
                StateFile.open(state, "data"),
                KafkaSettings.of("127.0.0.1:9", "weir"),
                WireFormat.builtIn(),
                new ClockWatch(),
                (key, status) -> CompletableFuture.completedFuture(offset.getAndIncrement()),
                "agent/data",
                SourceSessionTest::status,
                new SourceMeters("data", metrics),
                Heartbeat.unwatched("publisher"),
                (component, cause) -> {
                    throw new AssertionError(component, cause);
                },
                new SourceSession.Bounds(1_000_000, 1_000),
                new SourceSession.Scanning(state, ScanSettings.defaults(), Heartbeat.unwatched("scanner")));
    }

    private SourceSession.Edges edges() {
        return new SourceSession.Edges(
                kafka,
                (from, sink, tick) -> true,
                (from, to, isRival) -> null,
                () -> null,
                (root, excludes, links, sink, registry) ->
                        Captures.small(root, excludes, links, stall.before(sink), registry));
    }

    private static Status status() {
        assertThat(RecordSerde.of(Status.class)).isNotNull();
        return Status.newBuilder()
                .setComponent("agent/data")
                .setRole(Role.AGENT)
                .setInstance("test")
                .setAt(Instant.EPOCH)
                .build();
    }

    /** Holds the first change up that comes when it is armed. */
    private static final class Stall {
        final CountDownLatch reached = new CountDownLatch(1);
        final CountDownLatch over = new CountDownLatch(1);
        volatile boolean armed;

        CaptureSink before(CaptureSink sink) {
            return new CaptureSink() {
                @Override
                public void captured(Captured captured) {
                    if (armed) {
                        reached.countDown();
                        awaitEnd();
                    }
                    sink.captured(captured);
                }

                @Override
                public void reached(String marker, long atMicros) {
                    sink.reached(marker, atMicros);
                }

                @Override
                public void sourceLost(String reason) {
                    sink.sourceLost(reason);
                }
            };
        }

        private void awaitEnd() {
            try {
                assertThat(over.await(120, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static final class Quiet implements SourceSession.Listener {
        @Override
        public void running() {
            // What is published shows it.
        }

        @Override
        public void retrying(String why) {
            throw new AssertionError(why);
        }

        @Override
        public void succeeded(String why) {}

        @Override
        public void lost(@Nullable String why) {
            throw new AssertionError(why);
        }
    }
}
