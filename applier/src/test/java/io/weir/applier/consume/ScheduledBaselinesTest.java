package io.weir.applier.consume;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.schemas.Desired;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.Result;
import io.weir.schemas.ResultKind;
import io.weir.service.CronSchedule;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Baselines by the clock, which the test moves. */
class ScheduledBaselinesTest extends ReplicationBench {
    private static final Duration HOUR = Duration.ofHours(1);

    private int baselines;

    private final Replication replication = replication();

    private Replication replication() {
        wall = START.plus(HOUR.dividedBy(2));
        Replication made = replication(4, Map.of("data", targets -> {
            baselines += targets.get(0).path().isRoot() ? 1 : 0;
            return DONE;
        }));
        made.baselines("data", CronSchedule.parse("0 * * * *"));
        made.tick();
        return made;
    }

    private void pass(Duration time) {
        move(time);
        replication.tick();
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
