package io.weir.applier.consume;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ten minutes, doubled with every failure, up to ten hours. */
class DeadLetterScheduleTest {
    private final DeadLetterSchedule schedule = new DeadLetterSchedule(Duration.ofMinutes(10), Duration.ofHours(10));

    @ParameterizedTest
    @CsvSource({"0, 10", "1, 10", "2, 20", "3, 40", "6, 320", "7, 600", "8, 600", "1000000, 600"})
    void waitsLongerWithEveryFailure(int attempts, long minutes) {
        assertThat(schedule.after(attempts)).isEqualTo(Duration.ofMinutes(minutes));
    }
}
