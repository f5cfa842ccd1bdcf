package io.weir.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClockWatchTest {
    private static final Duration STEP = Duration.ofHours(2);

    private long wallMillis = 1_800_000_000_000L;
    private long nanos = -5_000_000_000L;
    /** How long each reading of the wall clock takes. */
    private Duration reading = Duration.ZERO;

    private final List<String> told = new ArrayList<>();
    private final ClockWatch clock = new ClockWatch(
            () -> {
                pass(reading);
                return wallMillis;
            },
            () -> nanos,
            Runnable::run);

    private void pass(Duration time) {
        wallMillis += time.toMillis();
        nanos += time.toNanos();
    }

    @Test
    void eachStepBackIsToldOnce() {
        clock.onSetBack(() -> told.add("one"));
        clock.onSetBack(() -> told.add("two"));
        pass(STEP);
        clock.look();
        assertThat(told).isEmpty();

        wallMillis -= STEP.toMillis();
        pass(Duration.ofSeconds(1));
        clock.look();
        clock.look();
        assertThat(told).containsExactly("one", "two");

        wallMillis -= STEP.toMillis();
        clock.look();
        assertThat(told).hasSize(4);
    }

    @Test
    void aStepForthIsNotToldButTheOneBackIs() {
        clock.onSetBack(() -> told.add("back"));
        wallMillis += STEP.toMillis();
        clock.look();
        assertThat(told).isEmpty();
        wallMillis -= STEP.toMillis();
        clock.look();
        assertThat(told).containsExactly("back");
    }

    @Test
    void aCorrectedClockIsNoneThatWasSetBack() {
        clock.onSetBack(() -> told.add("back"));
        for (int i = 0; i < 100; i++) {
            pass(Duration.ofSeconds(1));
            wallMillis -= ClockWatch.TOLERANCE.toMillis();
            clock.look();
        }
        assertThat(told).isEmpty();
    }

    @Test
    void aProcessThatStandsBetweenTwoReadingsTakesItForNoStep() {
        clock.onSetBack(() -> told.add("back"));
        reading = STEP;
        clock.look();
        reading = Duration.ZERO;
        clock.look();
        assertThat(told).isEmpty();
    }

    @Test
    void whatOneThrowsIsNoTroubleOfTheOthers() {
        clock.onSetBack(() -> {
            throw new IllegalStateException("closed before");
        });
        clock.onSetBack(() -> told.add("back"));
        wallMillis -= STEP.toMillis();
        clock.look();
        assertThat(told).containsExactly("back");
    }

    @Test
    void whoDoesNotAskAnyMoreIsNotTold() {
        ClockWatch.Registration first = clock.onSetBack(() -> told.add("first"));
        clock.onSetBack(() -> told.add("second"));
        first.close();
        wallMillis -= STEP.toMillis();
        clock.look();
        assertThat(told).containsExactly("second");
    }
}
