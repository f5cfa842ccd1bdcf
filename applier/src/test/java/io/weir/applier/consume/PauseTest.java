package io.weir.applier.consume;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.applier.reconcile.Outcome;
import io.weir.applier.reconcile.Reconciler;
import io.weir.applier.reconcile.Tally;
import io.weir.applier.reconcile.Target;
import io.weir.schemas.Command;
import io.weir.schemas.CommandKind;
import io.weir.schemas.ComponentState;
import io.weir.schemas.Desired;
import io.weir.schemas.FileType;
import io.weir.schemas.Observed;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.RelPath;
import io.weir.schemas.Result;
import io.weir.schemas.Status;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A replica that rests: what goes on, what waits, and what it says. */
class PauseTest extends ReplicationBench {
    private static final Instant WANTED_AT = Instant.parse("2025-12-31T23:00:00Z");

    private final List<String> asked = new ArrayList<>();
    private Outcome outcome = DONE;
    private int news;

    private final Replication replication = replication();

    private Replication replication() {
        Map<String, Reconciler> reconcilers = new LinkedHashMap<>();
        for (String source : List.of("data", "home")) {
            reconcilers.put(source, targets -> {
                targets.forEach(target -> asked.add(source + ":" + target.path()));
                return outcome;
            });
        }
        Replication made = replication(new Replication.Limits(1, 5000, 1000, 2), reconcilers);
        made.onNews(() -> news++);
        return made;
    }

    private void read(String source, String path, int partition, long offset, long bytes) {
        Observed seen =
                Observed.newBuilder().setType(FileType.FILE).setSize(bytes).build();
        Entry entry = new Entry(
                new Target(RelPath.of(path), seen, false),
                Span.of(partition, offset),
                Clocks.micros(wall),
                Entry.AT_ONCE);
        replication.accept(new Reading(partition, offset, source, List.of(entry), List.of()));
        replication.tick();
    }

    private void pass(Duration time) {
        move(time);
        replication.tick();
    }

    private static Desired pause(String reason) {
        return Desired.newBuilder()
                .setSource("data")
                .setReplica("backup1")
                .setPaused(true)
                .setReason(reason)
                .setAt(WANTED_AT)
                .setBy("ops@files1")
                .build();
    }

    private Status status(String source) {
        replication.report(null);
        return outbox.to(TOPICS.status().name()).stream()
                .map(sent -> RecordSerde.of(Status.class).decode(sent.bytes()))
                .filter(each -> source.equals(each.getSource()))
                .reduce((earlier, later) -> later)
                .orElseThrow();
    }

    @Test
    void readsOnAndAppliesNothingWhileOtherSourcesGoOn() {
        replication.want("data", pause("its disk is copied"));
        read("data", "a", 0, 0, 100);
        read("data", "b", 0, 1, 11);
        read("data", "b", 0, 2, 23);
        read("home", "c", 1, 0, 5);
        replication.unread(Map.of(0, 7L, 1, 0L));
        runAll();

        assertThat(asked).containsExactly("home:c");
        assertThat(replication.finished()).containsEntry(0, 0L).containsEntry(1, 1L);
        assertThat(replication.isFull(false))
                .as("what rests does not keep others waiting")
                .isFalse();
        Status resting = status("data");
        assertThat(resting.getState()).isEqualTo(ComponentState.PAUSED);
        assertThat(resting.getMessage())
                .isEqualTo("paused by ops@files1 since 2025-12-31T23:00:00Z: its disk is copied; `weir resume backup1"
                        + " --source data` lets it go on");
        assertThat(resting.getPendingPaths()).isEqualTo(2);
        assertThat(resting.getPendingBytes()).isEqualTo(123);
        assertThat(resting.getUnread()).isEqualTo(7);
        assertThat(status("home").getState()).isEqualTo(ComponentState.RUNNING);
        assertThat(metrics.get("weir.applier.state")
                        .tags("source", "data", "state", "paused")
                        .gauge()
                        .value())
                .isEqualTo(1);

        replication.want("data", null);
        runAll();

        assertThat(asked).containsExactly("home:c", "data:a", "data:b");
        assertThat(replication.finished()).containsEntry(0, 3L);
        Status after = status("data");
        assertThat(after.getState()).isEqualTo(ComponentState.RUNNING);
        assertThat(after.getMessage()).isNull();
        assertThat(after.getPendingBytes()).isZero();
    }

    @Test
    void isPausedOnceTheWorkUnderWayHasEnded() {
        read("data", "a", 0, 0, 1);
        replication.want("data", pause(""));

        assertThat(status("data").getState()).isEqualTo(ComponentState.RUNNING);
        assertThat(status("data").getMessage()).contains("paused by ops@files1", "1 pulls under way end first");
        int before = news;
        runAll();
        assertThat(news).isGreaterThan(before);
        assertThat(status("data").getState()).isEqualTo(ComponentState.PAUSED);
        assertThat(replication.finished()).containsEntry(0, 1L);
    }

    @Test
    void whatIsWantedIsAnsweredAlsoWhenNothingChanges() {
        replication.want("data", null);
        int before = news;
        replication.want("data", null);

        assertThat(news).isGreaterThan(before);
    }

    @Test
    void aSourceThatCouldNotBeReachedIsNotTriedAndNoTrouble() {
        outcome = Outcome.held(Outcome.State.TRANSPORT, "connection refused", Tally.NONE);
        read("data", "a", 0, 0, 1);
        runAll();
        replication.want("data", pause(""));
        pass(Duration.ofMinutes(5));

        assertThat(asked).hasSize(1);
        assertThat(status("data").getState()).isEqualTo(ComponentState.PAUSED);
        assertThat(status("data").getMessage()).contains("paused by", "connection refused");
    }

    @Test
    void commandsWaitForTheEndOfThePauseAndSaySo() {
        replication.want("data", pause(""));
        replication.accept(
                Command.newBuilder()
                        .setId("1")
                        .setKind(CommandKind.BASELINE)
                        .setReplica("backup1")
                        .setSource("data")
                        .setPaths(List.of(RelPath.ROOT.toField()))
                        .setIssuedAt(wall)
                        .setExpiresAt(wall.plusSeconds(60))
                        .build(),
                0);
        runAll();

        Result answer = RecordSerde.of(Result.class)
                .decode(outbox.to(TOPICS.results().name()).get(0).bytes());
        assertThat(answer.getMessage()).contains("that is done after the pause: paused by ops@files1");
        assertThat(asked).isEmpty();
        assertThat(replication.finishedCommands())
                .as("a restart does not lose it")
                .isZero();
        replication.want("data", null);
        runAll();
        replication.tick();
        assertThat(replication.finishedCommands()).isEqualTo(1);
    }

    @Test
    void windowsBeginAndEndByTheClock() {
        replication.pauseIn(PauseWindows.of(List.of("00:00-06:00"), ZoneOffset.UTC));
        read("data", "a", 0, 0, 1);

        assertThat(lanes).isEmpty();
        assertThat(status("data").getState()).isEqualTo(ComponentState.PAUSED);
        assertThat(status("data").getMessage())
                .isEqualTo("paused by the clock, in the window 00:00-06:00 of pause.windows")
                .satisfies(message -> assertThat(Pause.isWanted(message)).isFalse());
        pass(Duration.ofHours(6));
        runAll();
        assertThat(asked).containsExactly("data:a");
        replication.want("data", pause("by hand"));
        assertThat(Pause.isWanted(status("data").getMessage())).isTrue();
        pass(Duration.ofHours(18));
        assertThat(Pause.isWanted(status("data").getMessage()))
                .as("who asked for it is told, also in a window")
                .isTrue();
    }
}
