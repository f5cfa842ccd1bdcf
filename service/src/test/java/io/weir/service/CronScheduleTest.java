package io.weir.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Schedules as in crontab(5). */
class CronScheduleTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private static Instant next(String text, String after) {
        return CronSchedule.parse(text).next(Instant.parse(after), BERLIN).orElseThrow();
    }

    @Test
    void nextTimeIsAfterTheMomentAndByLocalTime() {
        assertThat(next("30 2 * * *", "2026-01-10T01:29:00Z")).isEqualTo("2026-01-10T01:30:00Z");
        assertThat(next("30 2 * * *", "2026-01-10T01:30:00Z")).isEqualTo("2026-01-11T01:30:00Z");
        assertThat(next("*/15 * * * *", "2026-07-01T00:16:00Z")).isEqualTo("2026-07-01T00:30:00Z");
        assertThat(next("0 3 * * 0", "2026-01-10T12:00:00Z")).as("Sunday").isEqualTo("2026-01-11T02:00:00Z");
        assertThat(next("0 3 * * 7", "2026-01-10T12:00:00Z")).as("Sunday too").isEqualTo("2026-01-11T02:00:00Z");
    }

    @Test
    void dayOfMonthAndDayOfWeekAreEitherOfThem() {
        assertThat(next("0 0 13 * 5", "2026-01-10T12:00:00Z")).isEqualTo("2026-01-12T23:00:00Z");
        assertThat(next("0 0 13 * 5", "2026-01-13T12:00:00Z")).as("a Friday").isEqualTo("2026-01-15T23:00:00Z");
    }

    @Test
    void hourThatSummerTimeTakesAwayDoesNotStopIt() {
        assertThat(next("30 2 * * *", "2026-03-28T12:00:00Z"))
                .isBetween(Instant.parse("2026-03-29T01:00:00Z"), Instant.parse("2026-03-30T00:30:00Z"));
    }

    @Test
    void whatIsNoScheduleIsRefused() {
        for (String text : List.of("", "daily", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "@reboot x")) {
            assertThatIllegalArgumentException().as(text).isThrownBy(() -> CronSchedule.parse(text));
        }
    }
}
