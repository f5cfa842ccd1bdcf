package io.weir.applier.consume;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.applier.reconcile.Outcome;
import io.weir.applier.reconcile.Tally;
import io.weir.applier.reconcile.Target;
import io.weir.schemas.ComponentState;
import io.weir.schemas.DeadLetter;
import io.weir.schemas.DeadLetterKind;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.Result;
import io.weir.schemas.ResultKind;
import io.weir.schemas.Status;
import io.weir.schemas.WireFormat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What comes in that must not be applied, and what did not come in. */
class IntakeTest extends ReplicationBench {
    private final List<List<String>> asked = new ArrayList<>();
    private Function<List<Target>, Outcome> answer = targets -> DONE;

    private final Replication replication = replication(4, Map.of("data", this::reconcile));

    private Outcome reconcile(List<Target> targets) {
        asked.add(targets.stream().map(target -> target.path().toString()).toList());
        return answer.apply(targets);
    }

    private void pass(Duration time) {
        move(time);
        replication.tick();
    }

    private List<DeadLetter> letters() {
        return outbox.standing(TOPICS.deadLetters().name()).stream()
                .map(sent -> RecordSerde.of(DeadLetter.class).decode(sent.bytes()))
                .toList();
    }

    @Test
    void makesTheSourceEqualAsAWholeWhenBatchesAreMissing() {
        replication.accept(new Reading(0, 0, "data", 5, List.of(Paths.file("a", 0)), List.of()));
        replication.tick();
        runAll();
        answer = targets -> Outcome.held(Outcome.State.TRANSPORT, "connection refused", Tally.NONE);
        replication.accept(new Reading(0, 1, "data", 7, List.of(Paths.file("b", 1)), List.of()));
        replication.tick();
        runAll();

        assertThat(replication.finished()).containsEntry(0, 1L);
        assertThat(replication.isBaselineOpen("data")).isTrue();
        assertThat(metrics.get("weir.applier.gaps")
                        .tag("source", "data")
                        .counter()
                        .count())
                .isEqualTo(1);
        answer = targets -> DONE;
        pass(Duration.ofSeconds(1));
        replication.report(null);
        runAll();
        assertThat(asked).last().isEqualTo(List.of("."));
        assertThat(replication.isBaselineOpen("data")).isFalse();
        assertThat(replication.finished()).containsEntry(0, 2L);
        Status told = RecordSerde.of(Status.class)
                .decode(outbox.to(TOPICS.status().name()).get(0).bytes());
        assertThat(told.getState()).isEqualTo(ComponentState.RETRYING);
        List<RecordingOutbox.Sent> results = outbox.to(TOPICS.results().name());
        assertThat(RecordSerde.of(Result.class)
                        .decode(results.get(results.size() - 1).bytes())
                        .getKind())
                .isEqualTo(ResultKind.BASELINE);
    }

    @Test
    void tellsWhyTheSourceIsMadeEqualAsAWhole() {
        replication.accept(new Reading(0, 0, "data", 5, List.of(), List.of()));
        replication.accept(new Reading(0, 1, "data", 7, List.of(), List.of()));
        replication.report(null);

        Status told = RecordSerde.of(Status.class)
                .decode(outbox.to(TOPICS.status().name()).get(0).bytes());
        assertThat(told.getState()).isEqualTo(ComponentState.BASELINE);
        assertThat(told.getMessage()).contains("batches are missing: sequence 7 came after 5");
    }

    @ParameterizedTest
    @CsvSource({
        "'', empty",
        "/etc/passwd, absolute",
        "../x, parent",
        "a/../../x, parent",
        "a/.., parent",
        "./a, dot",
        "a//b, dot",
        "a\0b, nul",
        ".weir/position, own"
    })
    void countsWhatIsRefusedByWhy(String path, String why) {
        BatchReader reader = new BatchReader(Set.of("data"), WireFormat.builtIn());
        replication.accept(reader.read(BatchReaderTest.record("data", BatchReaderTest.batch("data", path, "good"), 7)));
        replication.tick();
        runAll();

        assertThat(asked).containsExactly(List.of("good"));
        assertThat(metrics.find("weir.applier.refused").counters())
                .allSatisfy(counter -> assertThat(counter.count())
                        .as(counter.getId().toString())
                        .isEqualTo(why.equals(counter.getId().getTag("why")) ? 1 : 0));
        assertThat(letters()).singleElement().extracting(DeadLetter::getKind).isEqualTo(DeadLetterKind.REFUSED);
        assertThat(replication.finished()).containsEntry(3, 8L);
    }
}
