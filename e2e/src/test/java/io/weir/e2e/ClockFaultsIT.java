package io.weir.e2e;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** The clock is set while everything runs: by more than Kafka allows a record to be ahead, and by more than all sessions and waits. */
@Tag("faults")
@Isolated("everything on the machine sees the clock")
class ClockFaultsIT {
    private static final Duration STEP = Duration.ofHours(2);

    @TempDir
    Path folder;

    @Test
    void replicasEqualTheSourceAfterTheClockWasSetForthAndBack() throws Exception {
        Clock.required();
        UnderChurn.run(StagesPlan.in(folder).hasty(), Seeds.next("steps of the clock by " + STEP), during -> {
            for (Duration step : List.of(STEP, STEP.negated())) {
                try (Clock clock = Clock.stepped(step)) {
                    System.out.println(clock);
                    during.churn().awaitTime(StagesPlan.LONGER_THAN_A_SESSION);
                }
                during.churn().awaitTime(StagesPlan.LONGER_THAN_A_SESSION);
            }
        });
    }
}
