package io.weir.applier.consume;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.applier.reconcile.Outcome;
import io.weir.applier.reconcile.Tally;
import io.weir.applier.reconcile.Target;
import io.weir.schemas.DeadLetter;
import io.weir.schemas.DeadLetterKind;
import io.weir.schemas.FileType;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.RelPath;
import io.weir.schemas.Result;
import io.weir.schemas.ResultKind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Entries in, outcomes out, offsets after them; one thread, a clock and lanes that the test moves. */
class ReplicationTest extends ReplicationBench {
    private static final Tally ONE = new Tally(1, 1, 0, 0, 10, 1);

    private final List<List<String>> asked = new ArrayList<>();
    private final List<Throwable> faults = new ArrayList<>();
    private Function<List<Target>, Outcome> answer = targets -> done();

    private final Replication replication = replication(4, Map.of("data", this::reconcile));

    @Override
    void broke(String component, Throwable cause) {
        faults.add(cause);
    }

    private Outcome reconcile(List<Target> targets) {
        asked.add(targets.stream().map(target -> target.path().toString()).toList());
        return answer.apply(targets);
    }

    private static Outcome done() {
        return new Outcome(Outcome.State.DONE, "", Map.of(), Set.of(), ONE);
    }

    private static Outcome failing(String path) {
        return new Outcome(Outcome.State.DONE, "", Map.of(RelPath.of(path), "read only"), Set.of(), ONE);
    }

    private void read(String path, long offset) {
        replication.accept(new Reading(0, offset, "data", List.of(Paths.file(path, offset)), List.of()));
        replication.tick();
    }

    private void pass(Duration time) {
        move(time);
        replication.tick();
    }

    private List<DeadLetter> letters() {
        List<DeadLetter> letters = new ArrayList<>();
        for (RecordingOutbox.Sent sent : outbox.to(TOPICS.deadLetters().name())) {
            if (sent.value() != null) {
                letters.add(RecordSerde.of(DeadLetter.class).decode(sent.bytes()));
            }
        }
        return letters;
    }

    @Test
    void startsAnIsolatedBatchAtOnceAndPassesItsOffsetWhenItIsDone() {
        read("a", 0);

        assertThat(lanes).hasSize(1);
        assertThat(replication.finished()).containsEntry(0, 0L);
        runAll();
        assertThat(replication.finished()).containsEntry(0, 1L);
        assertThat(asked).containsExactly(List.of("a"));
        Result result = RecordSerde.of(Result.class)
                .decode(outbox.to(TOPICS.results().name()).get(0).bytes());
        assertThat(result.getKind()).isEqualTo(ResultKind.BATCHES);
        assertThat(result.getToOffset()).isZero();
    }

    @Test
    void gaugesShowTheReplicationThatRunsAfterAnotherOneEnded() {
        Replication next = replication(4, Map.of("data", this::reconcile));

        next.accept(new Reading(0, 0, "data", List.of(Paths.file("a", 0)), List.of()));

        assertThat(metrics.get("weir.applier.pending.paths").gauge().value()).isEqualTo(1);
    }

    @Test
    void passesNoOffsetOverAnOlderOneThatIsUnderWay() {
        read("a", 0);
        pass(Duration.ofSeconds(1));
        read("b", 1);
        lanes.pollLast().run();

        assertThat(replication.finished()).containsEntry(0, 0L);
        runAll();
        assertThat(replication.finished()).containsEntry(0, 2L);
    }

    @Test
    void gathersAFewPathsWhileAJobIsYoungAndPullsThemTogetherBehindIt() {
        read("a", 0);
        read("b", 1);
        read("c", 2);

        assertThat(lanes).hasSize(1);
        runAll();
        assertThat(asked).containsExactly(List.of("a"), List.of("b", "c"));
    }

    @Test
    void holdsTheOffsetAndTriesAgainWhenTheSourceIsAway() {
        answer = targets -> Outcome.held(Outcome.State.TRANSPORT, "connection refused", Tally.NONE);
        read("a", 0);
        runAll();
        read("b", 1);

        assertThat(lanes).isEmpty();
        assertThat(replication.held()).containsExactly("data: connection refused");
        assertThat(replication.finished()).containsEntry(0, 0L);
        answer = targets -> done();
        pass(Duration.ofSeconds(1));
        runAll();
        assertThat(asked.get(asked.size() - 1)).contains("a", "b");
        assertThat(replication.finished()).containsEntry(0, 2L);
        assertThat(replication.held()).isEmpty();
    }

    @Test
    void tellsOnceWhenTheStateOfASourceChanges() {
        AtomicInteger news = new AtomicInteger();
        replication.tick();
        replication.onNews(news::incrementAndGet);
        answer = targets -> Outcome.held(Outcome.State.TRANSPORT, "connection refused", Tally.NONE);
        read("a", 0);
        runAll();
        pass(Duration.ofSeconds(1));
        runAll();

        assertThat(news).hasValue(1);
        answer = targets -> done();
        pass(Duration.ofSeconds(20));
        runAll();
        assertThat(news).hasValue(2);
        answer = targets -> failing("b");
        read("b", 1);
        read("b", 2);
        runAll();
        assertThat(news).hasValue(3);
    }

    @Test
    void doesNotHoldUpOneSourceForAnother() {
        Replication two = replication(
                4,
                Map.of(
                        "data",
                        this::reconcile,
                        "away",
                        targets -> Outcome.held(Outcome.State.UNAVAILABLE, "no marker", Tally.NONE)));
        two.accept(new Reading(0, 0, "data", List.of(Paths.file("a", 0)), List.of()));
        two.accept(new Reading(0, 1, "away", List.of(Paths.file("x", 1)), List.of()));
        two.tick();
        runAll();
        two.accept(new Reading(0, 2, "data", List.of(Paths.file("b", 2)), List.of()));
        two.tick();
        runAll();

        assertThat(asked).containsExactly(List.of("a"), List.of("b"));
        assertThat(two.finished()).containsEntry(0, 1L);
    }

    @Test
    void passesAFailedPathOnlyAfterItsDeadLetterIsAcknowledged() {
        answer = targets -> failing("a");
        outbox.hold();
        read("a", 4);
        runAll();

        assertThat(replication.finished()).containsEntry(0, 4L);
        outbox.answer(new IllegalStateException("Kafka is away"));
        assertThat(replication.finished()).containsEntry(0, 4L);
        pass(Duration.ofSeconds(2));
        assertThat(replication.finished()).containsEntry(0, 5L);
        assertThat(letters()).hasSize(2).allMatch(letter -> letter.getKind() == DeadLetterKind.FAILED);
        assertThat(letters().get(0).getReason()).isEqualTo("read only");
        assertThat(letters().get(0).getOffset()).isEqualTo(4);
    }

    @Test
    void triesADeadLetterAgainOnItsScheduleAndEndsItWhenThePathSucceeds() {
        answer = targets -> failing("a");
        read("a", 0);
        runAll();
        pass(Duration.ofSeconds(1));
        assertThat(lanes).isEmpty();
        for (Duration soon : List.of(Duration.ofSeconds(1), Duration.ofSeconds(20))) {
            pass(soon);
            runAll();
        }

        assertThat(letters()).last().extracting(DeadLetter::getAttempts).isEqualTo(3);
        answer = targets -> done();
        pass(Duration.ofMinutes(9));
        assertThat(lanes).isEmpty();
        pass(Duration.ofMinutes(2));
        runAll();
        List<RecordingOutbox.Sent> sent = outbox.to(TOPICS.deadLetters().name());
        assertThat(sent.get(sent.size() - 1).value()).isNull();
        pass(Duration.ofHours(20));
        assertThat(lanes).isEmpty();
    }

    @Test
    void endsADeadLetterWhenALaterBatchReconcilesADirectoryAboveIt() {
        answer = targets -> failing("d/a");
        read("d/a", 0);
        runAll();
        answer = targets -> done();
        replication.accept(new Reading(0, 1, "data", List.of(Paths.tree("d", 1)), List.of()));
        replication.tick();
        runAll();

        assertThat(outbox.to(TOPICS.deadLetters().name()))
                .last()
                .extracting(RecordingOutbox.Sent::value)
                .isNull();
    }

    @Test
    void asksForDeferredPathsAgainWhileTheirOffsetWaits() {
        answer = targets -> new Outcome(Outcome.State.DONE, "", Map.of(), Set.of(RelPath.of("d/.x.swp")), ONE);
        replication.accept(new Reading(0, 0, "data", List.of(Paths.tree("d", 0)), List.of()));
        replication.tick();
        runAll();

        assertThat(replication.finished()).containsEntry(0, 0L);
        answer = targets -> done();
        pass(Duration.ofSeconds(5));
        assertThat(lanes).isEmpty();
        pass(Duration.ofSeconds(6));
        runAll();
        assertThat(asked).last().isEqualTo(List.of("d/.x.swp"));
        assertThat(replication.finished()).containsEntry(0, 1L);
    }

    @Test
    void keepsTheBaselineOpenUntilItsDeferredPathsAreSettled() {
        answer = targets -> new Outcome(Outcome.State.DONE, "", Map.of(), Set.of(RelPath.of("x~")), ONE);
        replication.startBaseline("data", "test");
        runAll();

        assertThat(replication.isBaselineOpen("data")).isTrue();
        answer = targets -> done();
        pass(Duration.ofSeconds(11));
        runAll();
        assertThat(replication.isBaselineOpen("data")).isFalse();
        assertThat(asked).containsExactly(List.of("."), List.of("x~"));
    }

    @Test
    void makesRefusedPathsAndUnreadableRecordsDeadLettersThatBlockNothing() {
        Reading.Refusal path = new Reading.Refusal(
                DeadLetterKind.REFUSED, ByteBuffer.wrap("../x".getBytes(StandardCharsets.UTF_8)), false, "refused");
        Reading.Refusal record =
                new Reading.Refusal(DeadLetterKind.UNDECODABLE, ByteBuffer.allocate(0), true, "topic partition offset");
        replication.accept(new Reading(0, 0, "data", List.of(Paths.file("a", 0)), List.of(path)));
        replication.accept(new Reading(0, 1, "", List.of(), List.of(record)));
        replication.tick();
        runAll();

        assertThat(replication.finished()).containsEntry(0, 2L);
        assertThat(asked).last().as("what the record may have named").isEqualTo(List.of("."));
        assertThat(letters())
                .extracting(DeadLetter::getKind)
                .containsExactly(DeadLetterKind.REFUSED, DeadLetterKind.UNDECODABLE);
        pass(Duration.ofDays(1));
        assertThat(lanes).isEmpty();
    }

    @Test
    void passesAnUnreadableRecordOnlyAfterTheRescanOfItsSource() {
        List<String> other = new ArrayList<>();
        Replication two = replication(4, Map.of("data", this::reconcile, "other", targets -> {
            targets.forEach(target -> other.add(target.path().toString()));
            return done();
        }));
        answer = targets -> Outcome.held(Outcome.State.TRANSPORT, "connection refused", Tally.NONE);
        Reading.Refusal record =
                new Reading.Refusal(DeadLetterKind.UNDECODABLE, ByteBuffer.allocate(0), true, "topic partition offset");
        two.accept(new Reading(0, 7, "data", List.of(), List.of(record)));
        two.tick();
        runAll();

        assertThat(two.finished()).containsEntry(0, 7L);
        assertThat(other).isEmpty();
        answer = targets -> done();
        nanos += Duration.ofSeconds(1).toNanos();
        two.tick();
        runAll();
        assertThat(two.finished()).containsEntry(0, 8L);
        assertThat(asked).containsOnly(List.of("."));
    }

    @Test
    void triesADeadLetterAgainAsAPathOfWhichNothingIsKnown() {
        List<Target> targets = new ArrayList<>();
        answer = given -> {
            targets.addAll(given);
            return failing("a");
        };
        read("a", 0);
        runAll();
        pass(Duration.ofMinutes(11));
        runAll();

        assertThat(targets)
                .extracting(target -> target.observed().getType())
                .containsExactly(FileType.FILE, FileType.UNKNOWN);
    }

    @Test
    void endsTheDeadLettersBelowWhatIsNoDirectoryAnyMore() {
        answer = targets -> failing("d/a");
        read("d/a", 0);
        runAll();
        answer = targets -> failing("d");
        read("d", 1);
        runAll();
        assertThat(outbox.to(TOPICS.deadLetters().name()))
                .extracting(RecordingOutbox.Sent::value)
                .doesNotContainNull();

        answer = targets -> done();
        read("d", 2);
        runAll();
        assertThat(outbox.to(TOPICS.deadLetters().name()).stream().filter(sent -> sent.value() == null))
                .hasSize(2);
    }

    @Test
    void failedDeleteOfADirectoryStandsForAllBelowUntilTheWholeIsEqual() {
        RelPath d = RelPath.of("d");
        answer = targets ->
                new Outcome(Outcome.State.DONE, "", Map.of(d, "busy"), Set.of(d), Set.of(), Map.of(), Tally.NONE);
        read("d", 0);
        runAll();
        assertThat(letters())
                .singleElement()
                .extracting(DeadLetter::getRecursive)
                .isEqualTo(true);

        answer = targets -> done();
        replication.accept(
                new Reading(0, 1, "data", List.of(Paths.entry("d", FileType.DIRECTORY, false, 1)), List.of()));
        replication.tick();
        runAll();
        assertThat(outbox.standing(TOPICS.deadLetters().name())).hasSize(1);
        replication.accept(new Reading(0, 2, "data", List.of(Paths.tree("d", 2)), List.of()));
        replication.tick();
        runAll();
        assertThat(outbox.standing(TOPICS.deadLetters().name())).isEmpty();
    }

    @Test
    void gatheredFailuresAreTriedLessAndLessOften() {
        Map<RelPath, String> failed = new TreeMap<>();
        for (int i = 0; i < 500; i++) {
            failed.put(RelPath.of("d/f" + i), "read only");
        }
        answer = targets -> new Outcome(Outcome.State.DONE, "", failed, Set.of(), Tally.NONE);
        replication.accept(new Reading(0, 0, "data", List.of(Paths.tree("d", 0)), List.of()));
        replication.tick();
        runAll();
        pass(Duration.ofMinutes(11));
        runAll();

        assertThat(letters()).last().satisfies(letter -> {
            assertThat(RelPath.of(letter.getPath())).isEqualTo(RelPath.of("d"));
            assertThat(letter.getAttempts()).isEqualTo(2);
        });
        assertThat(outbox.standing(TOPICS.deadLetters().name())).hasSize(1);
    }

    @Test
    void pausesReadingAtTheMarkAndResumesAtHalf() {
        List<Entry> many = new ArrayList<>();
        for (int i = 0; i < 101; i++) {
            many.add(Paths.file("f" + i, 0));
        }
        replication.accept(new Reading(0, 0, "data", many, List.of()));

        assertThat(replication.isFull(false)).isTrue();
        replication.tick();
        assertThat(replication.isFull(true)).isFalse();
        runAll();
    }

    @Test
    void tellsWhenAReconcilerBreaksAndPassesNothing() {
        answer = targets -> {
            throw new IllegalStateException("broken");
        };
        read("a", 0);
        runAll();

        assertThat(faults).hasSize(1);
        assertThat(replication.finished()).containsEntry(0, 0L);
    }
}
