package io.weir.agent.publish;

import static io.weir.agent.publish.MergeTest.captured;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.agent.root.RootGuard;
import io.weir.agent.root.StateFile;
import io.weir.agent.scan.Published;
import io.weir.agent.scan.PublishedLog;
import io.weir.agent.watch.LinkIndex;
import io.weir.agent.watch.SourceRoot;
import io.weir.schemas.Change;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.FileType;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.RelPath;
import io.weir.schemas.Role;
import io.weir.schemas.Status;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublisherTest {
    private final Path work;

    private final Deque<Runnable> beforeALook = new ArrayDeque<>();
    private final Deque<Runnable> afterALook = new ArrayDeque<>();
    private final DirtySet dirty = new DirtySet("data", 1000) {
        @Override
        long oldestMicros() {
            next(beforeALook);
            long oldest = super.oldestMicros();
            next(afterALook);
            return oldest;
        }
    };
    private final MemoryChangeLog kafka = new MemoryChangeLog();
    private final AtomicLong offset = new AtomicLong(41);
    private final AtomicBoolean statusAway = new AtomicBoolean();
    private final List<String> told = new ArrayList<>();
    private final Notes notes = new Notes();
    private final List<Runnable> held = new ArrayList<>();
    private boolean scanning;

    private final CheckpointGate.Scans scans = passed -> {
        if (scanning) {
            held.add(passed);
        }
        return scanning;
    };
    private Path source;
    private RootGuard guard;
    private Publisher publisher;

    PublisherTest(@TempDir Path work) {
        this.work = work;
    }

    @BeforeEach
    void wire() throws Exception {
        source = Files.createDirectory(work.resolve("source"));
        SourceRoot root = new SourceRoot("data", source.toString().getBytes(StandardCharsets.UTF_8));
        guard = RootGuard.identify(root, null);
        StatusLog statusLog = (key, status) -> statusAway.get()
                ? CompletableFuture.failedFuture(new IllegalStateException("away"))
                : CompletableFuture.completedFuture(offset.getAndIncrement());
        EpochClaim epochs = new EpochClaim(
                statusLog, PublisherTest::status, StateFile.open(work, "data"), (from, to, rival) -> null, () -> null);
        publisher = new Publisher(
                new Publisher.Wiring("data", dirty, guard, new LinkIndex(root, () -> {}), epochs, kafka, notes, scans),
                new Listener(),
                new PublisherMetrics("data", new SimpleMeterRegistry()),
                10);
        publisher.run();
    }

    @AfterEach
    void close() {
        publisher.finish();
    }

    @Test
    void aChangeCarriesWhatIsThereNow() throws Exception {
        Files.writeString(source.resolve("f"), "four");
        add(ChangeKind.CLOSED, "f");

        publisher.run();

        Change change = kafka.changes().get(0);
        assertThat(change.getEpoch()).isEqualTo(42);
        assertThat(change.getSequence()).isEqualTo(1);
        assertThat(change.getKind()).isEqualTo(ChangeKind.CLOSED);
        assertThat(change.getObserved().getType()).isEqualTo(FileType.FILE);
        assertThat(change.getObserved().getSize()).isEqualTo(4);
        assertThat(told).containsExactly("running 42");
        assertThat(publisher.drain(Duration.ZERO)).isTrue();
    }

    @Test
    void aFailedSendIsObservedAgainUnderANewEpoch() throws Exception {
        Files.writeString(source.resolve("b"), "b");
        kafka.fails = change -> change.getEpoch() == 42 && change.getSequence() == 2;
        add(ChangeKind.CLOSED, "a");
        add(ChangeKind.CLOSED, "b");
        add(ChangeKind.CLOSED, "c");

        publisher.run();
        Files.writeString(source.resolve("b"), "longer");
        run(3);

        assertThat(described()).containsExactly("42/1 a CLOSED ABSENT", "43/1 b CLOSED FILE", "43/2 c CLOSED ABSENT");
        assertThat(kafka.changes().get(1).getObserved().getSize()).isEqualTo(6);
    }

    @Test
    void noMoreThanTheBoundIsUnderWay() throws Exception {
        kafka.withholds = true;
        for (int i = 0; i < 50; i++) {
            add(ChangeKind.CLOSED, "f" + i);
        }
        Thread pump = new Thread(() -> {
            try {
                publisher.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        pump.start();
        pump.join(1_000);
        publisher.wakeUp();
        pump.join(60_000);

        assertThat(pump.isAlive()).isFalse();
        assertThat(kafka.withheld).isEqualTo(10);
        assertThat(dirty.size()).isEqualTo(40);
        assertThat(publisher.progress().pending()).isEqualTo(50);
        assertThat(publisher.progress().acknowledged()).isZero();
        assertThat(publisher.drain(Duration.ZERO)).isFalse();
    }

    @Test
    void nothingIsSaidAboutARootThatLostItsMarker() throws Exception {
        Files.delete(source.resolve(".weir/id-" + guard.uuid()));
        add(ChangeKind.DELETED, "f");

        run(2);

        assertThat(kafka.changes()).isEmpty();
        assertThat(told.get(1)).startsWith("lost the root " + source).contains("marker");
        assertThat(dirty.size()).isOne();
    }

    @Test
    void aGapGoesBeforeTheRescanItIsMergedWith() throws Exception {
        dirty.add(captured(ChangeKind.GAP, RelPath.ROOT, null, 1, true));
        dirty.add(captured(ChangeKind.RESCAN, RelPath.ROOT, null, 2, true));

        publisher.run();

        assertThat(described()).containsExactly("42/1 . GAP DIRECTORY", "42/2 . RESCAN DIRECTORY");
        assertThat(kafka.changes().get(0).getReason()).isEqualTo("why");
        assertThat(kafka.changes().get(1).getRecursive()).isTrue();
    }

    @Test
    void aDeletedDirectoryThatIsThereAgainIsRecursive() throws Exception {
        Files.createDirectory(source.resolve("d"));
        add(ChangeKind.DELETED, "d");
        add(ChangeKind.DELETED, "gone");

        publisher.run();

        assertThat(kafka.changes()).extracting(Change::getRecursive).containsExactly(true, false);
    }

    @Test
    void aPathBelowAFileSaysWhatBlocksIt() throws Exception {
        Files.writeString(source.resolve("f"), "");
        add(ChangeKind.CLOSED, "f/x/y");

        publisher.run();

        assertThat(kafka.changes().get(0).getObserved().getType()).isEqualTo(FileType.ABSENT);
        assertThat(RelPath.of(kafka.changes().get(0).getObserved().getBlockedBy()))
                .isEqualTo(RelPath.of("f"));
    }

    @Test
    void whatIsSentIsNotedBeforeAndAfter() throws Exception {
        Files.createDirectory(source.resolve("d"));
        kafka.fails = change -> change.getEpoch() == 42 && change.getSequence() == 3;
        dirty.add(captured(ChangeKind.GAP, RelPath.ROOT, null, 1, true));
        add(ChangeKind.DELETED, "d");
        add(ChangeKind.DELETED, "gone");

        publisher.run();

        assertThat(notes.intended).containsExactly("d *", "gone gone *");
        assertThat(notes.acknowledged).containsExactly("d *");
        run(3);
        assertThat(notes.acknowledged).containsExactly("d *", "gone gone *");
    }

    @Test
    void whenNothingIsTakenOneRecordAtATimeIsTried() throws Exception {
        kafka.fails = change -> change.getEpoch() < 45;
        for (int i = 0; i < 5; i++) {
            add(ChangeKind.CLOSED, "f" + i);
        }

        // The first epoch fails with all of them, the next two after a claim with one each.
        run(1 + 3 + 3);

        assertThat(notes.intended).hasSize(5 + 1 + 1);
        run(6);
        assertThat(described())
                .containsExactly(
                        "45/1 f0 CLOSED ABSENT",
                        "45/2 f1 CLOSED ABSENT",
                        "45/3 f2 CLOSED ABSENT",
                        "45/4 f3 CLOSED ABSENT",
                        "45/5 f4 CLOSED ABSENT");
        assertThat(publisher.drain(Duration.ZERO)).isTrue();
    }

    @Test
    void aLogThatCannotBeOpenedIsTriedAgain() throws Exception {
        kafka.fails = change -> change.getEpoch() == 42;
        add(ChangeKind.CLOSED, "f");
        run(2);
        kafka.opens = false;
        run(2);
        assertThat(told).last().asString().startsWith("retrying").contains("cannot be opened");
        assertThat(publisher.progress().waiting()).startsWith("1 paths wait to be published, the oldest since 1970");

        kafka.opens = true;
        run(2);

        assertThat(described()).containsExactly("45/1 f CLOSED ABSENT");
        assertThat(publisher.progress().waiting()).isEqualTo("nothing waits to be published");
    }

    @Test
    void whatWaitsIsNotMissedWhileItMoves() throws Exception {
        kafka.fails = change -> true;
        add(ChangeKind.CLOSED, "f");
        run(2);
        kafka.fails = change -> false;
        kafka.withholds = true;

        // There is no epoch now; one is claimed, and the record sent, before the dirty set is looked at.
        beforeALook.add(() -> runQuietly(2));
        assertThat(publisher.progress().oldestMicros()).isEqualTo(1);
        assertThat(publisher.progress().pending()).isOne();
    }

    @Test
    void whatWaitsIsNotMissedWhenItGoesBack() throws Exception {
        kafka.fails = change -> true;
        add(ChangeKind.CLOSED, "f");
        run(1);

        // It is in the failed epoch still, and goes back after the dirty set was looked at.
        afterALook.add(() -> runQuietly(1));
        assertThat(publisher.progress().oldestMicros()).isEqualTo(1);
        assertThat(publisher.progress().pending()).isOne();
    }

    @Test
    void aCheckpointIsARecordBehindWhatWasDirtyBeforeIt() throws Exception {
        add(ChangeKind.CLOSED, "a");
        dirty.addCheckpoint(Dirty.checkpoint("c1", 5));
        add(ChangeKind.CLOSED, "b");

        run(3);

        assertThat(described())
                .containsExactly("42/1 a CLOSED ABSENT", "42/2 . CHECKPOINT UNKNOWN", "42/3 b CLOSED ABSENT");
        assertThat(kafka.changes()).extracting(Change::getCheckpoint).containsExactly(null, "c1", null);
        assertThat(notes.intended).containsExactly("a gone", "b gone");
    }

    @Test
    void aFailedEpochLeavesACheckpointBehindWhatItWasBehind() throws Exception {
        kafka.fails = change -> change.getEpoch() == 42;
        add(ChangeKind.CLOSED, "a");
        dirty.addCheckpoint(Dirty.checkpoint("c1", 5));
        run(1);
        add(ChangeKind.CLOSED, "b");
        // It is in the same epoch as what failed before it.
        run(6);

        assertThat(described())
                .containsExactly("43/1 a CLOSED ABSENT", "43/2 . CHECKPOINT UNKNOWN", "43/3 b CLOSED ABSENT");
    }

    @Test
    void aCheckpointWaitsOnceForTheScansThatAreOwedByThen() throws Exception {
        scanning = true;
        dirty.addCheckpoint(Dirty.checkpoint("c1", 5));
        add(ChangeKind.CLOSED, "a");
        run(2);
        assertThat(described()).containsExactly("42/1 a CLOSED ABSENT");
        assertThat(held).hasSize(1);

        add(ChangeKind.CLOSED, "found");
        held.get(0).run();
        run(2);

        assertThat(described())
                .containsExactly("42/1 a CLOSED ABSENT", "42/2 found CLOSED ABSENT", "42/3 . CHECKPOINT UNKNOWN");
        assertThat(held).hasSize(1);
    }

    @Test
    void otherNamesThatASearchOwesGoBeforeACheckpoint() throws Exception {
        Files.createDirectory(source.resolve("d"));
        Files.writeString(source.resolve("d/one"), "");
        Files.createLink(source.resolve("d/two"), source.resolve("d/one"));
        // The search for the names of the first is mostly too young when the second is looked at.
        add(ChangeKind.CLOSED, "d/one");
        run(1);
        Files.writeString(source.resolve("late"), "");
        Files.createLink(source.resolve("later"), source.resolve("late"));
        add(ChangeKind.CLOSED, "late");
        dirty.addCheckpoint(Dirty.checkpoint("c1", 5));

        run(4);

        List<String> all = described();
        int checkpoint = all.indexOf(all.stream()
                .filter(each -> each.contains("CHECKPOINT"))
                .findFirst()
                .orElseThrow());
        assertThat(all.subList(0, checkpoint)).anyMatch(each -> each.contains(" later "));
    }

    private static void next(Deque<Runnable> hooks) {
        Runnable hook = hooks.poll();
        if (hook != null) {
            hook.run();
        }
    }

    private void runQuietly(int steps) {
        try {
            run(steps);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<String> described() {
        return kafka.changes().stream()
                .map(c -> c.getEpoch() + "/" + c.getSequence() + " " + RelPath.of(c.getPath()) + " " + c.getKind() + " "
                        + c.getObserved().getType())
                .toList();
    }

    private void run(int steps) throws InterruptedException {
        for (int i = 0; i < steps; i++) {
            publisher.run();
        }
    }

    private void add(ChangeKind kind, String path) {
        dirty.add(captured(kind, RelPath.of(path), null, 1, false));
    }

    private static Status status() {
        // Makes Avro's builders trust the record classes, as the status log does in the agent.
        assertThat(RecordSerde.of(Status.class)).isNotNull();
        return Status.newBuilder()
                .setComponent("agent/data")
                .setRole(Role.AGENT)
                .setInstance("test")
                .setAt(Instant.EPOCH)
                .build();
    }

    /** Insists on being told before Kafka is. */
    private final class Notes implements PublishedLog {
        final List<String> intended = new ArrayList<>();
        private final List<RelPath> paths = new ArrayList<>();
        final List<String> acknowledged = new ArrayList<>();

        @Override
        public long intend(List<Published> changes) {
            long first = intended.size();
            for (Published change : changes) {
                // A path may be told again, as when a search finds its other names.
                assertThat(kafka.changes().stream()
                                .filter(sent -> RelPath.of(sent.getPath()).equals(change.path())))
                        .hasSizeLessThanOrEqualTo(Collections.frequency(paths, change.path()));
                paths.add(change.path());
                intended.add(change.path() + (change.stat() == null ? " gone" : "") + (change.whole() ? " *" : ""));
            }
            return first;
        }

        @Override
        public void acknowledged(long number) {
            acknowledged.add(intended.get((int) number));
        }
    }

    private final class Listener implements Publisher.Listener {
        @Override
        public void running(long epoch) {
            told.add("running " + epoch);
        }

        @Override
        public void retrying(String why) {
            told.add("retrying " + why);
        }

        @Override
        public void succeeded(String why) {
            told.add("succeeded");
        }

        @Override
        public void rootLost(String why) {
            told.add("lost " + why);
        }
    }
}
