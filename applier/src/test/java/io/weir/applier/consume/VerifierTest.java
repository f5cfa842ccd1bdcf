package io.weir.applier.consume;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.applier.reconcile.Inspection;
import io.weir.applier.reconcile.Outcome;
import io.weir.applier.reconcile.Progress;
import io.weir.applier.reconcile.Reconciler;
import io.weir.applier.reconcile.Suspect;
import io.weir.applier.reconcile.Target;
import io.weir.applier.reconcile.VerifyJournal;
import io.weir.schemas.Command;
import io.weir.schemas.CommandKind;
import io.weir.schemas.Drift;
import io.weir.schemas.DriftKind;
import io.weir.schemas.FileType;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.RelPath;
import io.weir.schemas.Result;
import io.weir.schemas.ResultKind;
import io.weir.schemas.VerifyLevel;
import io.weir.schemas.VerifyOrder;
import io.weir.service.CronSchedule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What two looks come to, with looks that the test makes up. */
class VerifierTest extends ReplicationBench {
    @TempDir
    Path own;

    private final List<String> asked = new ArrayList<>();
    private final Deque<Inspection> looks = new ArrayDeque<>();
    private Runnable duringTheSecondLook = () -> {};
    private long nextOffset;

    private final Reconciler reconciler = new Reconciler() {
        @Override
        public Outcome reconcile(List<Target> targets) {
            targets.forEach(target -> asked.add(target.path() + (target.anew() ? " anew" : "")));
            return DONE;
        }

        @Override
        public Inspection inspect(List<RelPath> paths, VerifyOrder order, VerifyJournal journal, Progress progress) {
            return looks.remove();
        }

        @Override
        public Inspection inspectAgain(Collection<Suspect> found, long bytesPerSecond) {
            duringTheSecondLook.run();
            return looks.remove();
        }
    };

    private final Replication replication = replication(1, Map.of("data", reconciler));

    @BeforeEach
    void plan() {
        replication.verifies(
                "data",
                new VerifyPlan(
                        Optional.of(CronSchedule.parse("0 * * * *")), VerifyPlan.DEFAULTS.order(), Duration.ZERO),
                own);
    }

    private static Suspect suspect(String path, DriftKind kind, String detail, String source) {
        return new Suspect(RelPath.of(path), kind, detail, source, false, false, detail.equals("content"), Set.of(), 1);
    }

    private static Inspection look(Suspect... suspects) {
        TreeMap<RelPath, Suspect> all = new TreeMap<>();
        for (Suspect each : suspects) {
            all.put(each.path(), each);
        }
        return new Inspection(Outcome.State.DONE, "", 9, 0, 4, 40, all);
    }

    private Command order(boolean repair, Instant expires) {
        return Command.newBuilder()
                .setId("one")
                .setKind(CommandKind.VERIFY)
                .setReplica("backup1")
                .setSource("data")
                .setPaths(List.of(RelPath.ROOT.toField()))
                .setIssuedAt(wall)
                .setExpiresAt(expires)
                .setVerify(VerifyOrder.newBuilder()
                        .setLevel(VerifyLevel.METADATA)
                        .setRepair(repair)
                        .build())
                .build();
    }

    private List<Result> answers() {
        return outbox.to(TOPICS.results().name()).stream()
                .map(sent -> RecordSerde.of(Result.class).decode(sent.bytes()))
                .filter(result -> result.getKind() == ResultKind.COMMAND)
                .toList();
    }

    private void batch(String path) {
        replication.accept(new Reading(0, nextOffset, "data", List.of(Paths.file(path, nextOffset++)), List.of()));
    }

    @Test
    void whatDiffersTwiceIsDriftAndGivenToTheUsualWayWhenAskedFor() {
        Suspect[] found = {
            suspect("a", DriftKind.MISSING, "", "f 1 2"),
            suspect("b", DriftKind.DIFFERENT, "content", "f 1 2"),
            suspect("c", DriftKind.UNSURE, "", "")
        };
        looks.addAll(List.of(look(found), look(found)));
        replication.accept(order(true, wall.plusSeconds(60)), 0);
        assertThat(replication.finishedCommands()).as("until it is answered").isZero();
        runAll();

        assertThat(asked).containsExactly("a", "b anew");
        assertThat(replication.finishedCommands()).isEqualTo(1);
        Result answer = answers().get(0);
        assertThat(answer.getMessage())
                .isEqualTo("verification: drift: 1 missing, 0 extra, 1 different; 9 entries compared; 1 could not be"
                        + " looked at; 2 are being made equal");
        assertThat(answer.getVerification().getDrift())
                .extracting(Drift::getKind)
                .containsExactly(DriftKind.MISSING, DriftKind.DIFFERENT, DriftKind.UNSURE);
        assertThat(answer.getVerification().getInFlight()).isZero();
        assertThat(own).isEmptyDirectory();
    }

    @Test
    void whatIsOnItsWayOrChangesMeanwhileIsInFlight() {
        batch("waits");
        Suspect[] found = {
            suspect("waits", DriftKind.DIFFERENT, "mtime", "f 1 2"),
            suspect("arrived", DriftKind.MISSING, "", "f 1 2"),
            suspect("written", DriftKind.DIFFERENT, "size", "f 1 2"),
            suspect("touched", DriftKind.DIFFERENT, "mode", "f 1 2"),
            suspect("d", DriftKind.DIFFERENT, "mtime", "d 1 0"),
        };
        Suspect[] again = {
            suspect("waits", DriftKind.DIFFERENT, "mtime", "f 1 2"),
            suspect("written", DriftKind.DIFFERENT, "size", "f 2 3"),
            suspect("touched", DriftKind.DIFFERENT, "mode", "f 1 2"),
            suspect("d", DriftKind.DIFFERENT, "mtime", "d 1 0"),
        };
        looks.addAll(List.of(look(found), look(again)));
        duringTheSecondLook = () -> {
            batch("touched");
            batch("d/new");
        };
        replication.accept(order(true, wall.plusSeconds(60)), 0);
        // Before the lane takes what waits, the verification looks.
        lanes.removeIf(lane -> !lane.equals(lanes.peekFirst()));
        lanes.pop().run();

        assertThat(answers().get(0).getVerification().getInFlight()).isEqualTo(5);
        assertThat(answers().get(0).getVerification().getDrift()).isEmpty();
        assertThat(answers().get(0).getMessage()).isEqualTo("verification: no drift in 9 entries; 5 in flight");
    }

    @Test
    void oneThatWasBegunBeforeARestartDoesNotExpire() throws IOException {
        looks.add(look());
        replication.accept(order(false, wall.minusSeconds(1)), 0);
        runAll();
        assertThat(answers().get(0).getMessage()).contains("expired");

        Files.writeString(own.resolve("verify-two"), "weir verify 1\n");
        replication.accept(
                Command.newBuilder(order(false, wall.minusSeconds(1)))
                        .setId("two")
                        .build(),
                1);
        runAll();
        assertThat(answers().get(1).getMessage()).isEqualTo("verification: no drift in 9 entries");
        assertThat(own).isEmptyDirectory();
    }

    @Test
    void replicaThatCannotBeLookedAtIsNotSaidToBeEqual() {
        looks.add(Inspection.held(Outcome.State.TRANSPORT, "connection refused"));
        replication.accept(order(false, wall.plusSeconds(60)), 0);
        runAll();

        assertThat(answers().get(0).getFailed()).isEqualTo(1);
        assertThat(answers().get(0).getVerification()).isNull();
        assertThat(answers().get(0).getMessage()).contains("connection refused");
        assertThat(replication.finishedCommands()).isEqualTo(1);
    }

    @Test
    void scheduledOneIsDoneOnceAtItsTimeAndTellsItsResultInMetrics() {
        Suspect missing = suspect("a", DriftKind.MISSING, "", "f 1 2");
        looks.addAll(List.of(look(missing), look(missing)));
        replication.tick();
        runAll();
        assertThat(answers()).isEmpty();
        assertThat(drift("missing")).isNaN();

        wall = Instant.parse("2026-01-01T01:00:01Z");
        replication.tick();
        replication.tick();
        runAll();

        assertThat(answers()).singleElement().satisfies(answer -> {
            assertThat(answer.getCommand()).isNull();
            assertThat(answer.getMessage()).contains("1 missing");
        });
        assertThat(asked).as("nothing is repaired").isEmpty();
        assertThat(drift("missing")).isEqualTo(1);
        assertThat(drift("extra")).isZero();
        assertThat(metrics.get("weir.applier.verify.finished").gauge().value()).isEqualTo(wall.toEpochMilli() / 1e3);
    }

    private double drift(String kind) {
        return metrics.get("weir.applier.verify.drift")
                .tag("kind", kind)
                .gauge()
                .value();
    }

    @Test
    void oneOnAScheduleThatARestartInterruptedGoesOn() throws IOException {
        Files.writeString(own.resolve("verify-scheduled"), "weir verify 1\n");
        looks.add(look());
        replication.tick();
        runAll();

        assertThat(answers()).hasSize(1);
        assertThat(own).isEmptyDirectory();
    }

    @Test
    void clockThatIsSetBackDoesNotStopASchedule() {
        DueTimes schedule = new DueTimes(CronSchedule.parse("0 * * * *"), java.time.ZoneOffset.UTC);
        Instant start = Instant.parse("2026-01-01T10:30:00Z");

        assertThat(schedule.isDue(start, () -> false)).isFalse();
        assertThat(schedule.isDue(start.minusSeconds(7_200), () -> false)).isFalse();
        assertThat(schedule.isDue(Instant.parse("2026-01-01T09:00:00Z"), () -> false))
                .isTrue();
        assertThat(schedule.isDue(Instant.parse("2026-01-01T09:00:01Z"), () -> false))
                .isFalse();
    }

    @Test
    void changesDisturbWhatTheyComeNearTo() {
        Watch watch = new Watch(
                List.of("a", "d", "d/x", "e", "e/y", "from/z").stream()
                        .map(RelPath::of)
                        .toList(),
                path -> false);
        watch.saw(Paths.file("d/new", 0).target());
        watch.saw(Paths.entry("e", FileType.DIRECTORY, false, 0).target());
        watch.saw(Paths.moved("to", "from", 0).target());

        assertThat(watch.isQuiet(RelPath.of("a"))).isTrue();
        assertThat(watch.isQuiet(RelPath.of("d"))).isFalse();
        assertThat(watch.isQuiet(RelPath.of("d/x"))).isTrue();
        assertThat(watch.isQuiet(RelPath.of("e"))).isFalse();
        assertThat(watch.isQuiet(RelPath.of("e/y"))).isTrue();
        assertThat(watch.isQuiet(RelPath.of("from/z"))).isFalse();
    }

    @Test
    void batchesThatAreNotReadYetAreWaitedFor() {
        OffsetTracker tracker = new OffsetTracker();
        tracker.read(0, 10);
        tracker.read(1, 3);
        tracker.unread(0, 5);
        Map<Integer, Long> ends = tracker.ends();

        tracker.read(0, 14);
        assertThat(tracker.hasRead(ends)).isFalse();
        tracker.read(0, 15);
        assertThat(tracker.hasRead(ends)).isTrue();
    }
}
