package io.weir.applier.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.applier.hook.Hook;
import io.weir.applier.hook.Hooks;
import io.weir.applier.position.StartPlan;
import io.weir.applier.reconcile.Change;
import io.weir.applier.reconcile.Outcome;
import io.weir.applier.reconcile.Selection;
import io.weir.applier.reconcile.Tally;
import io.weir.schemas.ComponentState;
import io.weir.schemas.PathRules;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.RelPath;
import io.weir.schemas.Result;
import io.weir.schemas.ResultKind;
import io.weir.schemas.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Offsets wait for a hook that is required, and what may have been changed unseen is told. The hook is a program that runs. */
@Timeout(120)
class SourceHooksTest extends ReplicationBench {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Tally ONE = new Tally(1, 1, 0, 0, 10, 1);

    @TempDir
    Path work;

    private Supplier<Outcome> answer = () -> done("a");
    private Hooks hooks = Hooks.NONE;

    private final Replication replication = replication(4, Map.of("data", targets -> answer.get()));

    @BeforeEach
    void open() {
        // Fails as long as there is a file of that name.
        Hook hook = new Hook(
                "purge",
                new Hook.Program(List.of("/bin/sh", "-c", "test ! -e refuse && cat >> told")),
                PathRules.NONE,
                Duration.ofSeconds(30),
                0,
                true,
                100);
        hooks = Hooks.open(
                List.of(hook), new Hooks.Place("data", "backup1", work), Selection.ALL, metrics, (component, cause) -> {
                    throw new AssertionError(component, cause);
                });
        replication.calls("data", hooks);
    }

    @AfterEach
    void close() {
        hooks.close();
    }

    private static Outcome done(String... changed) {
        List<Change> changes = List.of(changed).stream()
                .map(path -> new Change(Change.Action.UPDATED, RelPath.of(path), false, null))
                .toList();
        return new Outcome(Outcome.State.DONE, "", Map.of(), Set.of(), ONE).with(changes);
    }

    private void read(String path, long offset) {
        replication.accept(new Reading(0, offset, "data", List.of(Paths.file(path, offset)), List.of()));
        replication.tick();
    }

    private void pass(Duration time) {
        move(time);
        replication.tick();
        runAll();
    }

    private List<String> told() throws IOException {
        Path file = work.resolve("told");
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    private Status status() {
        replication.report(null);
        return outbox.to(TOPICS.status().name()).stream()
                .map(sent -> RecordSerde.of(Status.class).decode(sent.bytes()))
                .reduce((earlier, later) -> later)
                .orElseThrow();
    }

    private boolean isCheckpointPassed() {
        replication.tick();
        return outbox.to(TOPICS.results().name()).stream()
                .map(sent -> RecordSerde.of(Result.class).decode(sent.bytes()))
                .anyMatch(result -> result.getKind() == ResultKind.CHECKPOINT);
    }

    @Test
    void offsetAndCheckpointWaitForTheHookAndWorkGoesOn() throws Exception {
        Path refuse = Files.createFile(work.resolve("refuse"));
        read("a", 0);
        runAll();
        // What comes before its first call would be told by that.
        await().atMost(LONG).until(() -> status().getState() == ComponentState.RETRYING);
        replication.accept(new Reading(0, 1, "data", 0, List.of(), List.of(), new Reading.Checkpoint("here", wall)));
        read("b", 2);
        runAll();

        assertThat(replication.finished()).containsEntry(0, 0L);
        assertThat(status().getMessage()).contains("hook purge failed: exit 1");
        assertThat(status().getOldestPendingAt()).isNotNull();
        assertThat(replication.held()).singleElement().asString().contains("hook purge failed");
        assertThat(isCheckpointPassed()).isFalse();
        assertThat(replication.isIdle()).isFalse();

        Files.delete(refuse);
        await().atMost(LONG).until(this::isCheckpointPassed);
        await().atMost(LONG).until(() -> replication.finished().get(0) == 3L);
        await().atMost(LONG).until(replication::isIdle);
        assertThat(status().getState()).isEqualTo(ComponentState.RUNNING);
        assertThat(told()).hasSize(2);
    }

    @Test
    void nothingIsCalledWhenNothingChanged() throws Exception {
        answer = SourceHooksTest::done;
        read("a", 0);
        runAll();
        hooks.drain(LONG);

        assertThat(replication.finished()).containsEntry(0, 1L);
        assertThat(told()).isEmpty();
    }

    @Test
    void whatAFailedTryMayHaveChangedIsToldAsUnsure() throws Exception {
        answer = () -> new Outcome(Outcome.State.TRANSPORT, "away", Map.of(), Set.of(), ONE);
        read("a", 0);
        runAll();
        answer = SourceHooksTest::done;
        pass(Duration.ofSeconds(20));
        hooks.drain(LONG);

        assertThat(told())
                .singleElement()
                .asString()
                .contains(
                        "\"reasons\":[\"changes\"]",
                        "\"fromOffset\":0,\"toOffset\":0",
                        "\"paths\":[{\"action\":\"unsure\",\"path\":\"a\"}]");
        read("a", 1);
        runAll();
        hooks.drain(LONG);
        assertThat(told()).hasSize(1);
    }

    @Test
    void whatAnApplierThatWasKilledMayHaveChangedIsToldAsUnsure() throws Exception {
        answer = SourceHooksTest::done;
        replication.startOver(
                new StartPlan(Map.of(0, 5L), Map.of("data", "the last one was not finished")), Map.of(0, 5L));
        replication.mayBeApplied(Map.of(0, 7L));
        runAll();
        read("b", 6);
        runAll();
        read("c", 7);
        runAll();
        hooks.drain(LONG);

        assertThat(String.join("", told()))
                .contains(
                        "baseline: the last one was not finished",
                        "{\"action\":\"unsure\",\"path\":\".\",\"directory\":true}",
                        "{\"action\":\"unsure\",\"path\":\"b\"}")
                .doesNotContain("\"c\"");
    }

    @Test
    void doubtEndsWithTheTopicThatItWasOf() throws Exception {
        answer = SourceHooksTest::done;
        replication.startOver(new StartPlan(Map.of(0, 5L), Map.of()), Map.of(0, 5L));
        replication.mayBeApplied(Map.of(0, 100L));
        replication.startOver(new StartPlan(Map.of(0, 0L), Map.of("data", "the topic is another one")), Map.of(0, 0L));
        replication.mayBeApplied(Map.of(0, 1L));
        runAll();
        read("b", 0);
        runAll();
        read("c", 1);
        runAll();
        hooks.drain(LONG);

        assertThat(String.join("", told()))
                .contains(
                        "{\"action\":\"unsure\",\"path\":\".\",\"directory\":true}",
                        "{\"action\":\"unsure\",\"path\":\"b\"}")
                .doesNotContain("\"c\"");
    }

    @Test
    void newReplicaIsToldOfWhatChangedOnly() throws Exception {
        replication.startOver(new StartPlan(Map.of(0, 0L), Map.of("data", StartPlan.NEW)), Map.of(0, 0L));
        runAll();
        hooks.drain(LONG);

        assertThat(told()).singleElement().asString().contains("updated").doesNotContain("unsure");
        assertThat(replication.isBaselineOpen("data")).isFalse();
    }
}
