package io.weir.applier.consume;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.applier.position.Position;
import io.weir.applier.position.StartPlan;
import io.weir.applier.reconcile.Outcome;
import io.weir.applier.reconcile.Progress;
import io.weir.applier.reconcile.Reconciler;
import io.weir.applier.reconcile.Tally;
import io.weir.applier.reconcile.Target;
import io.weir.schemas.Batch;
import io.weir.schemas.BatchPath;
import io.weir.schemas.ComponentState;
import io.weir.schemas.FileType;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.RelPath;
import io.weir.schemas.Result;
import io.weir.schemas.Status;
import io.weir.schemas.Topics;
import io.weir.schemas.WireFormat;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a replica says of itself while it makes whole directories equal, and why it does. */
class BaselineStateTest extends ReplicationBench {
    private final List<String> baselines = new ArrayList<>();
    private final List<Status> during = new ArrayList<>();
    private Outcome outcome = DONE;

    private final Replication replication = replication(4, Map.of("data", new Reconciler() {
        @Override
        public Outcome reconcile(List<Target> targets) {
            return DONE;
        }

        @Override
        public Outcome baseline(List<Target> targets, Progress progress) {
            targets.forEach(target -> baselines.add(target.path().toString()));
            progress.toDo(200);
            during.add(status());
            nanos += Duration.ofSeconds(10).toNanos();
            progress.done(50, 1000);
            during.add(status());
            return outcome;
        }
    }));

    private Status status() {
        replication.report(null);
        List<RecordingOutbox.Sent> all = outbox.to(TOPICS.status().name());
        return RecordSerde.of(Status.class).decode(all.get(all.size() - 1).bytes());
    }

    private static BatchPath path(String path, boolean recursive) {
        return BatchPath.newBuilder()
                .setPath(RelPath.of(path).toField())
                .setRecursive(recursive)
                .setObserved(Backlog.seen(recursive ? FileType.DIRECTORY : FileType.FILE))
                .setCapturedAt(Instant.EPOCH)
                .build();
    }

    private void gap(String reason, BatchPath... paths) {
        byte[] batch = RecordSerde.of(Batch.class)
                .encode(Batch.newBuilder()
                        .setSource("data")
                        .setSequence(1)
                        .setEpoch(1)
                        .setCreatedAt(Instant.EPOCH)
                        .setCapturedAt(Instant.EPOCH)
                        .setPaths(List.of(paths))
                        .setReason(reason)
                        .build());
        replication.accept(
                new BatchReader(Set.of("data"), WireFormat.builtIn()).read(BatchReaderTest.record("data", batch, 0)));
        replication.tick();
    }

    @Test
    void whereReadingBeginsIsToldBeforeTheFirstBatch() {
        Map<Integer, Long> offsets = Map.of(0, 4L, 1, 7L);
        int home = Topics.partitionOf("data", 2);

        replication.startOver(new StartPlan(offsets, Map.of()), offsets);

        assertThat(status().getState()).isEqualTo(ComponentState.RUNNING);
        assertThat(status().getPartition()).isEqualTo(home);
        assertThat(status().getOffset()).isEqualTo(offsets.get(home));
    }

    @Test
    void aNewReplicaTellsWhereItIsWhenItsFirstBaselineIsDone() {
        Map<Integer, Long> offsets = Map.of(0, 4L, 1, 7L);
        replication.startOver(new StartPlan(offsets, Map.of("data", StartPlan.NEW)), offsets);
        assertThat(status().getPartition()).isEqualTo(-1);
        assertThat(status().getOffset()).isEqualTo(-1);

        runAll();
        replication.isBaselineOpen("data");

        assertThat(status().getPartition()).isEqualTo(Topics.partitionOf("data", 2));
    }

    @Test
    void firstBaselineTellsWhyAndHowFarItIs() {
        replication.reportsEvery(Duration.ofSeconds(3));
        replication.startBaseline("data", "the replica has no position");
        Status waiting = status();
        assertThat(waiting.getState()).isEqualTo(ComponentState.BASELINE);
        assertThat(waiting.getMessage()).isEqualTo("baseline: the replica has no position");
        assertThat(waiting.getIntervalMillis()).isEqualTo(3000);
        runAll();

        assertThat(during.get(0).getProgress()).isEqualTo("0 %");
        assertThat(during.get(1).getProgress()).isEqualTo("25 % 5/s, 30 s left");
        assertThat(during.get(1).getCounters()).containsEntry("weir.applier.baseline.done", 50L);
        Status after = status();
        assertThat(after.getState()).isEqualTo(ComponentState.RUNNING);
        assertThat(after.getMessage()).isNull();
        assertThat(after.getProgress()).isNull();
        Result result = RecordSerde.of(Result.class)
                .decode(outbox.to(TOPICS.results().name()).get(0).bytes());
        assertThat(result.getMessage()).isEqualTo("the replica has no position");
    }

    /** What a position file may say, against a topic that begins at 10 and ends at 20. */
    static Stream<Arguments> positions() {
        return Stream.of(
                Arguments.of(Optional.empty(), "the replica has no position"),
                Arguments.of(
                        position("topic-1", 9, true),
                        StartPlan.GAP + "batches after its position are gone (retention)"),
                Arguments.of(
                        position("topic-1", 21, true), StartPlan.GAP + "its position is beyond the end of the topic"),
                Arguments.of(position("topic-0", 15, true), StartPlan.GAP + "the topic of batches was made again"),
                Arguments.of(position("topic-1", 15, false), "the last one was not finished"));
    }

    private static Optional<Position> position(String topicId, long offset, boolean done) {
        return Optional.of(new Position("backup1", "data", topicId, Map.of(0, offset), "", done));
    }

    @ParameterizedTest
    @MethodSource("positions")
    void everyGapAtAStartIsTheMessage(Optional<Position> position, String reason) {
        StartPlan.of(
                        Map.of("data", position),
                        Map.of(),
                        new StartPlan.Stream("topic-1", Map.of(0, 10L), Map.of(0, 20L), Map.of()))
                .baselines()
                .forEach(replication::startBaseline);

        assertThat(status().getState()).isEqualTo(ComponentState.BASELINE);
        assertThat(status().getMessage()).startsWith("baseline: " + reason);
    }

    @Test
    void gapInTheChangesIsABaselineOfWhatItConcerns() {
        gap("the kernel's event queue overflowed", path("d", true), path("f", false));

        assertThat(status().getState()).isEqualTo(ComponentState.BASELINE);
        assertThat(status().getMessage()).isEqualTo("baseline: the kernel's event queue overflowed");
        runAll();
        replication.tick();
        runAll();
        assertThat(baselines).as("the file is an ordinary change").containsExactly("d");
        assertThat(status().getState()).isEqualTo(ComponentState.RUNNING);
    }

    @Test
    void whatIsInTheWayAndThePendingBaselineAreBothTold() {
        outcome = Outcome.held(Outcome.State.TRANSPORT, "connection refused", Tally.NONE);
        replication.startBaseline("data", "the topic of batches was made again");
        runAll();

        assertThat(status().getState()).isEqualTo(ComponentState.RETRYING);
        assertThat(status().getMessage())
                .contains("connection refused", "; baseline: the topic of batches was made again");
    }
}
