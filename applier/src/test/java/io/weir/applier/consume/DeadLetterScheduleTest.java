package io.weir.applier.consume;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Twice soon, then ten minutes, doubled with every failure, up to ten hours. */
class DeadLetterScheduleTest {
    private final DeadLetterSchedule schedule = new DeadLetterSchedule(Duration.ofMinutes(10), Duration.ofHours(10));

    @ParameterizedTest
    @CsvSource({"0, 2", "1, 2", "2, 20", "3, 600", "4, 1200", "5, 2400", "8, 19200", "9, 36000", "1000000, 36000"})
    void waitsLongerWithEveryFailure(int attempts, long seconds) {
        assertThat(schedule.after(attempts)).isEqualTo(Duration.ofSeconds(seconds));
    }

    @Test
    void shorterSettingsHoldFromTheFirstTry() {
        DeadLetterSchedule quick = new DeadLetterSchedule(Duration.ofSeconds(1), Duration.ofSeconds(10));
        assertThat(quick.after(1)).isEqualTo(Duration.ofSeconds(1));
        assertThat(quick.after(2)).isEqualTo(Duration.ofSeconds(1));
        assertThat(quick.after(9)).isEqualTo(Duration.ofSeconds(10));
    }
}
