package io.weir.applier.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PauseWindowsTest {
    private static final ZoneId ZONE = ZoneId.of("Europe/Berlin");

    /** 2026-01-05 is a Monday. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "08:00-18:00 | 2026-01-05T07:59:59 | false",
                "08:00-18:00 | 2026-01-05T08:00:00 | true",
                "08:00-18:00 | 2026-01-05T17:59:59 | true",
                "08:00-18:00 | 2026-01-05T18:00:00 | false",
                "22:00-06:00 | 2026-01-05T23:00:00 | true",
                "22:00-06:00 | 2026-01-06T05:59:00 | true",
                "22:00-06:00 | 2026-01-06T06:00:00 | false",
                "Mon 22:00-06:00 | 2026-01-06T05:00:00 | true",
                "Mon 22:00-06:00 | 2026-01-05T05:00:00 | false",
                "mon-fri 00:00-24:00 | 2026-01-09T23:59:59 | true",
                "mon-fri 00:00-24:00 | 2026-01-10T00:00:00 | false",
                "Sat-Mon 12:00 - 13:00 | 2026-01-05T12:30:00 | true",
                "Sat-Mon 12:00 - 13:00 | 2026-01-06T12:30:00 | false",
                "Tue,Thu-Fri 9:00-10:00 | 2026-01-06T09:00:00 | true",
                "Tue,Thu-Fri 9:00-10:00 | 2026-01-07T09:00:00 | false",
                "Tue,Thu-Fri 9:00-10:00 | 2026-01-09T09:00:00 | true",
                "18:00-24:00 | 2026-01-05T23:59:59 | true",
                "18:00-24:00 | 2026-01-06T00:00:00 | false",
            })
    void goesByTheLocalTime(String window, LocalDateTime at, boolean isIn) {
        PauseWindows windows = PauseWindows.of(List.of("Sun 03:00-03:01", window), ZONE);

        assertThat(windows.at(at.atZone(ZONE).toInstant()).isPresent()).isEqualTo(isIn);
    }

    @Test
    void tellsTheWindowAsItWasWritten() {
        PauseWindows windows = PauseWindows.of(List.of("01:00-02:00", " Mon-Fri 08:00-18:00 "), ZONE);

        assertThat(windows.at(LocalDateTime.of(2026, 1, 5, 9, 0).atZone(ZONE).toInstant()))
                .contains("Mon-Fri 08:00-18:00");
        assertThat(PauseWindows.NONE.at(
                        LocalDateTime.of(2026, 1, 5, 9, 0).atZone(ZONE).toInstant()))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "08:00 | must be such as",
                "8-18 | must be such as",
                "Monday 08:00-18:00 | must be such as",
                "Mon,-Fri 08:00-18:00 | must be such as",
                "Mo2 08:00-18:00 | must be such as",
                "Mun 08:00-18:00 | has the day 'Mun'; days are Mon",
                "Mon-Wed-Fri 08:00-18:00 | write a first and a last one",
                "25:00-18:00 | the time 25:00",
                "08:00-24:01 | the time 24:01",
                "08:60-18:00 | the time 08:60",
                "08:00-08:00 | the whole day is 00:00-24:00",
                "24:00-08:00 | write 00:00 and the next day",
            })
    void saysWhatIsWrong(String window, String told) {
        assertThatThrownBy(() -> PauseWindows.of(List.of(window), ZONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("window '" + window + "' ")
                .hasMessageContaining(told);
    }
}
