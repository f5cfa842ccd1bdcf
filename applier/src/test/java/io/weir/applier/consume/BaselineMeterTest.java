package io.weir.applier.consume;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BaselineMeterTest {
    private final BaselineMeter meter = new BaselineMeter();

    private static long at(long seconds) {
        return Duration.ofSeconds(seconds).toNanos();
    }

    @Test
    void tellsShareRateAndTimeLeft() {
        assertThat(meter.text(at(0))).isEmpty();
        meter.begin(at(1));
        meter.listed(123_456);
        assertThat(meter.text(at(2))).hasValue("lists, 123,456 entries so far");

        meter.toDo(250_000);
        assertThat(meter.text(at(3))).hasValue("0 %");
        meter.done(107_500, 5_000_000);
        assertThat(meter.text(at(93))).hasValue("43 % 1,194/s, 2 min left");
        assertThat(meter.left()).isEqualTo(142_500);
        assertThat(meter.counters())
                .containsEntry("weir.applier.baseline.listed", 123_456L)
                .containsEntry("weir.applier.baseline.paths", 250_000L)
                .containsEntry("weir.applier.baseline.done", 107_500L)
                .containsEntry("weir.applier.baseline.bytes", 5_000_000L);
    }

    @Test
    void rateIsThatOfLately() {
        meter.begin(at(0));
        meter.toDo(100_000);
        meter.text(at(0));
        meter.done(50_000, 0);
        meter.text(at(10));
        for (int seconds = 20; seconds <= 60; seconds += 10) {
            meter.done(100, 0);
            meter.text(at(seconds));
        }

        assertThat(meter.text(at(60)).orElseThrow()).startsWith("50 % 10/s, ");
    }

    @Test
    void standstillPromisesNoEndAndMoreThanAllIsAll() {
        meter.begin(at(0));
        meter.toDo(100);
        meter.done(50, 0);
        meter.text(at(0));
        assertThat(meter.text(at(60))).hasValue("50 % 0/s");
        meter.done(60, 0);
        assertThat(meter.text(at(70)).orElseThrow()).startsWith("100 % ");
    }

    @Test
    void endedOneIsNotToldAndTheNextBeginsAnew() {
        meter.begin(at(0));
        meter.begin(at(0));
        meter.toDo(10);
        meter.end();
        assertThat(meter.text(at(1))).isPresent();
        meter.end();
        assertThat(meter.text(at(2))).isEmpty();
        assertThat(meter.counters()).isEmpty();

        meter.begin(at(3));
        assertThat(meter.text(at(3))).hasValue("lists, 0 entries so far");
    }

    @Test
    void logHasALineEveryFewSeconds() {
        assertThat(meter.isLogDue(at(9))).isFalse();
        meter.begin(at(10));
        assertThat(meter.isLogDue(at(12))).isFalse();
        assertThat(meter.isLogDue(at(16))).isTrue();
        assertThat(meter.isLogDue(at(17))).isFalse();
    }
}
