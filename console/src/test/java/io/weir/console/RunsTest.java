package io.weir.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.schemas.Result;
import io.weir.schemas.ResultKind;
import io.weir.schemas.Verification;
import io.weir.schemas.VerifyLevel;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is remembered of orders, and how far each is told to be. */
class RunsTest {
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");
    private static final String PROGRESS = "41 % 7/s, 2 s left; verifies: 12 %; replays: reads offset 7";

    private final Runs runs = new Runs();

    private static Run run(String id, Order.Action action) {
        Order order = new Order(action, "one", "data", List.of(), List.of(), Map.of());
        return new Run(id, order, NOW, NOW.plusSeconds(60), null, null);
    }

    private static Result answer(String id, int failed) {
        return Result.newBuilder()
                .setSource("data")
                .setReplica("one")
                .setKind(ResultKind.COMMAND)
                .setCapturedAt(NOW)
                .setStartedAt(NOW)
                .setFinishedAt(NOW)
                .setCommand(id)
                .setFailed(failed)
                .setMessage("some of it")
                .setVerification(Verification.newBuilder()
                        .setLevel(VerifyLevel.METADATA)
                        .setMissing(2)
                        .setDrift(List.of())
                        .build())
                .build();
    }

    private Run only(String id) {
        return runs.get(id).orElseThrow();
    }

    @Test
    void theNewestAreKeptAndComeFirst() {
        for (int i = 0; i < Runs.MOST + 2; i++) {
            runs.add(run("id" + i, Order.Action.RETRY));
        }

        assertThat(runs.all()).hasSize(Runs.MOST);
        assertThat(runs.all().get(0).id()).isEqualTo("id" + (Runs.MOST + 1));
        assertThat(runs.get("id0")).isEqualTo(Optional.empty());
        runs.answer(answer("id0", 0));
        assertThat(runs.all()).hasSize(Runs.MOST);
    }

    @Test
    void anAnswerCountsMoreThanAFailureToGive() {
        runs.add(run("a", Order.Action.VERIFY));
        runs.end("a", new Run.End(NOW, true, "Kafka did not say whether it took it", null));
        assertThat(only("a").state("", NOW)).isEqualTo(Run.State.REFUSED);

        runs.answer(answer("a", 0));
        runs.end("a", new Run.End(NOW, true, "too late", null));

        assertThat(only("a").state("", NOW)).isEqualTo(Run.State.DONE);
    }

    @Test
    void aPartThatWasRefusedIsTold() {
        runs.add(run("a", Order.Action.RETRY));
        runs.answer(answer("a", 2));

        Run.End end = only("a").end();
        assertThat(end).isNotNull();
        assertThat(end.message()).isEqualTo("some of it (2 refused)");
        assertThat(only("a").state("", NOW)).isEqualTo(Run.State.REFUSED);
    }

    @Test
    void eachIsToldItsOwnPartOfTheProgress() {
        assertThat(run("a", Order.Action.VERIFY).progress(PROGRESS)).isEqualTo("12 %");
        assertThat(run("a", Order.Action.REPLAY_DRY_RUN).progress(PROGRESS)).isEqualTo("reads offset 7");
        assertThat(run("a", Order.Action.BASELINE).progress(PROGRESS)).isEqualTo("41 % 7/s, 2 s left");
        assertThat(run("a", Order.Action.BASELINE).progress("verifies: 12 %")).isEmpty();
        assertThat(run("a", Order.Action.RETRY).progress(PROGRESS)).isEmpty();
        assertThat(run("a", Order.Action.VERIFY).progress("")).isEmpty();
    }

    @Test
    void replaysGoOnAfterTheirAnswerAndVerificationsEndWithIt() {
        Run replay = run("a", Order.Action.REPLAY).answered(answer("a", 0));
        Run verification = run("b", Order.Action.VERIFY).answered(answer("b", 0));

        assertThat(replay.state(replay.progress(PROGRESS), NOW)).isEqualTo(Run.State.WORKING);
        assertThat(replay.state(replay.progress(""), NOW)).isEqualTo(Run.State.DONE);
        assertThat(verification.progress(PROGRESS)).isEmpty();
    }

    @Test
    void whatNobodyAnswersIsSaidToBeSoAfterItsTime() {
        Run run = run("a", Order.Action.VERIFY);

        assertThat(run.state("", NOW)).isEqualTo(Run.State.ASKED);
        assertThat(run.state("", NOW.plusSeconds(61))).isEqualTo(Run.State.UNANSWERED);
        // It was read in time, and takes long.
        assertThat(run.state("12 %", NOW.plusSeconds(61))).isEqualTo(Run.State.WORKING);
    }
}
