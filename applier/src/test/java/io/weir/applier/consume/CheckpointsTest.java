package io.weir.applier.consume;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.applier.position.StartPlan;
import io.weir.applier.reconcile.Outcome;
import io.weir.applier.reconcile.Reconciler;
import io.weir.applier.reconcile.Tally;
import io.weir.applier.reconcile.Target;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.RelPath;
import io.weir.schemas.Result;
import io.weir.schemas.ResultKind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** A checkpoint is passed when everything of its source before it is done; one thread, a clock and lanes that the test moves. */
class CheckpointsTest extends ReplicationBench {
    private static final Instant CAPTURED = Instant.parse("2025-12-31T23:59:59Z");

    private Function<List<Target>, Outcome> answer = targets -> DONE;
    private Outcome.State other = Outcome.State.DONE;

    private final Replication replication = replication(
            4,
            Map.<String, Reconciler>of(
                    "data",
                    targets -> answer.apply(targets),
                    "other",
                    targets -> new Outcome(other, "away", Map.of(), Set.of(), Tally.NONE)));

    private void path(String source, String path, long offset) {
        replication.accept(new Reading(0, offset, source, List.of(Paths.file(path, offset)), List.of()));
        replication.tick();
    }

    private void checkpoint(String id, long offset) {
        checkpoint(id, offset, 0);
    }

    private void checkpoint(String id, long offset, long sequence) {
        replication.accept(
                new Reading(0, offset, "data", sequence, List.of(), List.of(), new Reading.Checkpoint(id, CAPTURED)));
    }

    private void pass(Duration time) {
        move(time);
        replication.tick();
    }

    private List<Result> passed() {
        return outbox.to(TOPICS.results().name()).stream()
                .map(sent -> RecordSerde.of(Result.class).decode(sent.bytes()))
                .filter(each -> each.getKind() == ResultKind.CHECKPOINT)
                .toList();
    }

    @Test
    void anIdleReplicaPassesAtOnce() {
        checkpoint("c1", 7);

        assertThat(passed()).singleElement().satisfies(each -> {
            assertThat(each.getCommand()).isEqualTo("c1");
            assertThat(each.getSource()).isEqualTo("data");
            assertThat(each.getReplica()).isEqualTo("backup1");
            assertThat(each.getToOffset()).isEqualTo(7);
            assertThat(each.getCapturedAt()).isEqualTo(CAPTURED);
            assertThat(each.getFailed() + each.getHeld()).isZero();
        });
        assertThat(replication.finished()).containsEntry(0, 8L);
    }

    @Test
    void whatWasReadBeforeIsDoneFirstAndWhatComesLaterIsNotWaitedFor() {
        path("data", "a", 0);
        checkpoint("c1", 1);
        pass(Duration.ofSeconds(1));
        path("data", "b", 2);
        lanes.pollLast().run();
        assertThat(passed()).isEmpty();

        lanes.pop().run();
        assertThat(passed()).hasSize(1);
        assertThat(replication.finished()).containsEntry(0, 3L);
    }

    @Test
    void aPathThatIsTriedAgainHoldsItUp() {
        answer = targets -> new Outcome(Outcome.State.UNAVAILABLE, "away", Map.of(), Set.of(), Tally.NONE);
        path("data", "a", 0);
        runAll();
        checkpoint("c1", 1);
        assertThat(passed()).isEmpty();

        answer = targets -> DONE;
        pass(Duration.ofMinutes(5));
        runAll();
        assertThat(passed()).hasSize(1);
    }

    @Test
    void youngTemporaryNamesInADirectoryDoNotWaitForTheirTime() {
        answer = targets -> new Outcome(Outcome.State.DONE, "", Map.of(), Set.of(RelPath.of("d/x.tmp")), Tally.NONE);
        path("data", "d", 0);
        checkpoint("c1", 1);
        lanes.pop().run();
        assertThat(passed()).isEmpty();

        answer = targets -> DONE;
        runAll();
        assertThat(passed()).hasSize(1);
    }

    @Test
    void anotherSourceOfThePartitionHoldsUpTheOffsetAndNotTheCheckpoint() {
        other = Outcome.State.UNAVAILABLE;
        path("other", "a", 0);
        runAll();
        checkpoint("c1", 1);

        assertThat(passed()).hasSize(1);
        assertThat(replication.finished()).containsEntry(0, 0L);
    }

    @Test
    void deadLettersAreCountedInIt() {
        answer = targets -> new Outcome(Outcome.State.DONE, "", Map.of(RelPath.of("a"), "why"), Set.of(), Tally.NONE);
        path("data", "a", 0);
        checkpoint("c1", 1);
        runAll();

        assertThat(passed())
                .singleElement()
                .satisfies(each -> assertThat(each.getFailed()).isOne());
    }

    @Test
    void aBaselineThatIsOpenIsDoneFirst() {
        replication.startOver(new StartPlan(Map.of(0, 5L), Map.of("data", "a new replica")), Map.of(0, 5L));
        checkpoint("c1", 5);
        replication.tick();
        assertThat(passed()).isEmpty();

        runAll();
        assertThat(passed()).hasSize(1);
    }

    @Test
    void batchesThatAreMissingBeforeItAreMadeGoodFirst() {
        replication.accept(new Reading(0, 0, "data", 1, List.of(), List.of()));
        checkpoint("c1", 1, 3);
        assertThat(passed()).isEmpty();
        assertThat(replication.finished()).containsEntry(0, 1L);

        replication.tick();
        runAll();
        assertThat(passed()).hasSize(1);
        assertThat(replication.finished()).containsEntry(0, 2L);
    }

    @Test
    void itsOffsetWaitsUntilKafkaHasTheResult() {
        outbox.hold();
        checkpoint("c1", 0);
        assertThat(passed()).hasSize(1);
        assertThat(replication.finished()).containsEntry(0, 0L);

        outbox.answer(new IllegalStateException("away"));
        assertThat(replication.finished()).containsEntry(0, 0L);
        pass(Duration.ofSeconds(2));

        assertThat(passed()).hasSize(2);
        assertThat(replication.finished()).containsEntry(0, 1L);
    }
}
