package io.weir.cli;

import static io.weir.cli.SampleRecords.NOON;
import static io.weir.cli.SampleRecords.applier;
import static io.weir.cli.SampleRecords.batch;
import static io.weir.cli.SampleRecords.change;
import static io.weir.cli.SampleRecords.result;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.schemas.Batch;
import io.weir.schemas.Change;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.ComponentState;
import io.weir.schemas.DeadLetter;
import io.weir.schemas.DeadLetterKey;
import io.weir.schemas.DeadLetterKind;
import io.weir.schemas.RelPath;
import io.weir.schemas.Result;
import io.weir.schemas.Status;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class VerdictsTest {
    private static final RelPath PATH = RelPath.of("d/a");
    private static final Change CLOSED = change(ChangeKind.CLOSED, "d/a", 10);
    private static final Batch BATCH = batch(10, "d/b", "d/a");

    private static @Nullable Carried carried(Batch batch) {
        return Carried.in(batch, 2, 100, PATH).orElse(null);
    }

    private static Verdict verdict(
            @Nullable Change newest,
            @Nullable Carried carried,
            List<Letter> letters,
            List<Result> results,
            Status applier) {
        StatusView now = new StatusView(NOON.plusSeconds(61), List.of(applier));
        return new Verdicts(PATH, Optional.empty(), newest, carried, letters, results, now, AtSource.State.EXISTS)
                .of(applier);
    }

    private static Letter letter(String replica, String path, boolean isRecursive, DeadLetterKind kind) {
        byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
        DeadLetter body = DeadLetter.newBuilder()
                .setSource("data")
                .setReplica(replica)
                .setPath(ByteBuffer.wrap(bytes))
                .setRecursive(isRecursive)
                .setKind(kind)
                .setReason("no space left")
                .setFirstFailedAt(NOON)
                .setLastFailedAt(NOON)
                .build();
        return new Letter(DeadLetterKey.decode(DeadLetterKey.encode("data", replica, bytes)), body);
    }

    @Test
    void whatThePositionHasPassedIsEqualSinceItsLastResult() {
        List<Result> results =
                List.of(result("one", 90, 100, 12), result("one", 100, 103, 14), result("one", 101, 105, 20));

        Verdict passed =
                verdict(CLOSED, carried(BATCH), List.of(), results, applier("one", ComponentState.RUNNING, 101));

        assertThat(passed.kind()).isEqualTo(Verdict.Kind.EQUAL);
        assertThat(passed.since()).isEqualTo(NOON.plusSeconds(14));
        assertThat(verdict(CLOSED, carried(BATCH), List.of(), results, applier("two", ComponentState.RUNNING, 101)))
                .satisfies(other -> assertThat(other.since()).isNull())
                .satisfies(other -> assertThat(other.text()).startsWith("equal, the result is not among"));
    }

    @Test
    void whatItHasNotPassedWaitsWithTheReplicasState() {
        Verdict waiting =
                verdict(CLOSED, carried(BATCH), List.of(), List.of(), applier("one", ComponentState.PAUSED, 89));

        assertThat(waiting.kind()).isEqualTo(Verdict.Kind.WAITING);
        assertThat(waiting.behind()).isEqualTo(12);
        assertThat(waiting.text()).isEqualTo("waiting, 12 batches behind (paused)");
        assertThat(verdict(CLOSED, carried(BATCH), List.of(), List.of(), applier("one", ComponentState.RUNNING, -1))
                        .kind())
                .isEqualTo(Verdict.Kind.UNKNOWN);
    }

    @Test
    void aReplicaThatWasPromotedWaitsForNothing() {
        Status promoted = applier("one", ComponentState.PROMOTED, 89);

        assertThat(verdict(CLOSED, carried(BATCH), List.of(), List.of(), promoted)
                        .kind())
                .isEqualTo(Verdict.Kind.PROMOTED);
    }

    @Test
    void aChangeInNoBatchYetWaitsForTheAggregator() {
        Status applier = applier("one", ComponentState.RUNNING, 101);

        assertThat(verdict(change(ChangeKind.CLOSED, "d/a", 11), carried(BATCH), List.of(), List.of(), applier)
                        .text())
                .isEqualTo("waiting, the newest change is in no batch yet");
        assertThat(verdict(CLOSED, null, List.of(), List.of(), applier).kind()).isEqualTo(Verdict.Kind.WAITING);
        assertThat(verdict(null, null, List.of(), List.of(), applier).kind()).isEqualTo(Verdict.Kind.QUIET);
    }

    @Test
    void aDeadLetterOfThePathOrOfADirectoryAboveSaysWhy() {
        Status applier = applier("one", ComponentState.RUNNING, 101);
        Letter failed = letter("one", "d/a", false, DeadLetterKind.FAILED);
        Letter held = letter("one", "d", true, DeadLetterKind.HELD);
        Letter others = letter("two", "d/a", false, DeadLetterKind.FAILED);
        Letter above = letter("one", "d", false, DeadLetterKind.FAILED);

        assertThat(verdict(CLOSED, carried(BATCH), List.of(others, above, failed), List.of(), applier)
                        .text())
                .isEqualTo("dead letter: no space left");
        Verdict stopped = verdict(CLOSED, carried(BATCH), List.of(held), List.of(), applier);
        assertThat(stopped.kind()).isEqualTo(Verdict.Kind.HELD);
        assertThat(stopped.text()).isEqualTo("held of d: no space left");
        assertThat(verdict(CLOSED, carried(BATCH), List.of(others, above), List.of(), applier)
                        .kind())
                .isEqualTo(Verdict.Kind.EQUAL);
    }

    @Test
    void aBatchCarriesAPathAlsoWithADirectoryAbove() {
        assertThat(Carried.in(batch(10, "d/"), 2, 100, PATH)).isPresent();
        assertThat(Carried.in(batch(10, "d", "d/ab/", "d/a/below"), 2, 100, PATH))
                .isEmpty();
    }
}
