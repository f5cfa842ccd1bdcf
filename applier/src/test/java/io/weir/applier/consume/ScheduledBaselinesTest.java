package io.weir.applier.consume;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.applier.reconcile.Outcome;
import io.weir.applier.reconcile.Tally;
import io.weir.schemas.Desired;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.Result;
import io.weir.schemas.ResultKind;
import io.weir.schemas.Topics;
import io.weir.service.CronSchedule;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Baselines by the clock, which the test moves. */
class ScheduledBaselinesTest {
    private static final Topics TOPICS = new Topics("weir");
    private static final Duration HOUR = Duration.ofHours(1);

    private final Deque<Runnable> lanes = new ArrayDeque<>();
    private final RecordingOutbox outbox = new RecordingOutbox();
    private Instant wall = Instant.parse("2026-01-01T00:30:00Z");
    private long nanos;
    private int baselines;

    private final Replication replication = replication();

    private Replication replication() {
        Replication made = new Replication(
                new Surroundings(
                        "backup1",
                        TOPICS,
                        lanes::add,
                        outbox,
                        new Clocks(() -> wall, () -> nanos),
                        (component, cause) -> {
                            throw new AssertionError(component, cause);
                        },
                        new SimpleMeterRegistry()),
                new Replication.Limits(4, 5000, 1000, 100),
                Duration.ofSeconds(10),
                new DeadLetterSchedule(Duration.ofMinutes(10), Duration.ofHours(10)),
                Map.of("data", targets -> {
                    baselines += targets.get(0).path().isRoot() ? 1 : 0;
                    return new Outcome(Outcome.State.DONE, "", Map.of(), Set.of(), Tally.NONE);
                }));
        made.baselines("data", CronSchedule.parse("0 * * * *"));
        made.tick();
        return made;
    }

    private void pass(Duration time) {
        wall = wall.plus(time);
        nanos += time.toNanos();
        replication.tick();
    }

    private void runAll() {
        while (!lanes.isEmpty()) {
            lanes.pop().run();
        }
    }

    private List<String> told() {
        return outbox.to(TOPICS.results().name()).stream()
                .map(sent -> RecordSerde.of(Result.class).decode(sent.bytes()))
                .filter(result -> result.getKind() == ResultKind.COMMAND)
                .map(Result::getMessage)
                .toList();
    }

    @Test
    void oneIsMadeAtEachTimeOfTheSchedule() {
        runAll();
        assertThat(baselines).isZero();
        pass(HOUR);
        assertThat(replication.isBaselineOpen("data")).isTrue();
        runAll();
        assertThat(baselines).isEqualTo(1);
        assertThat(replication.isBaselineOpen("data")).isFalse();
        pass(Duration.ofMinutes(10));
        runAll();
        assertThat(baselines).isEqualTo(1);
        pass(HOUR);
        runAll();
        assertThat(baselines).isEqualTo(2);
        assertThat(told()).isEmpty();
    }

    @Test
    void oneThatIsDueWhileAnotherIsNotDoneIsSkippedAndTold() {
        pass(HOUR);
        pass(HOUR);
        pass(HOUR);
        runAll();

        assertThat(baselines).isEqualTo(1);
        assertThat(told())
                .hasSize(2)
                .allMatch(message -> message.contains("the scheduled baseline was skipped: one is not done"));
    }

    @Test
    void oneThatIsDueInAPauseIsSkippedAndTold() {
        replication.want(
                "data",
                Desired.newBuilder()
                        .setSource("data")
                        .setReplica("backup1")
                        .setPaused(true)
                        .setReason("")
                        .setAt(wall)
                        .setBy("ops")
                        .build());
        pass(HOUR);
        replication.want("data", null);
        pass(Duration.ofMinutes(1));
        runAll();

        assertThat(baselines).isZero();
        assertThat(told()).singleElement().asString().contains("was skipped: the replica is paused by ops");
        pass(HOUR);
        runAll();
        assertThat(baselines).isEqualTo(1);
    }
}
