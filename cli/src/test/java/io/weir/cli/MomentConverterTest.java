package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.TypeConversionException;

class MomentConverterTest {
    private final MomentConverter converter =
            new MomentConverter(Clock.fixed(Instant.parse("2026-01-31T12:00:00Z"), ZoneId.of("Europe/Berlin")));

    @ParameterizedTest
    @CsvSource({
        "2026-01-31T03:00:00Z, 2026-01-31T03:00:00Z",
        "2026-01-31T03:00:00+01:00, 2026-01-31T02:00:00Z",
        "2026-01-31T03:00, 2026-01-31T02:00:00Z",
        "2026-07-01, 2026-06-30T22:00:00Z",
        "30s, 2026-01-31T11:59:30Z",
        "10m, 2026-01-31T11:50:00Z",
        "10 min, 2026-01-31T11:50:00Z",
        "2h, 2026-01-31T10:00:00Z",
        "7d, 2026-01-24T12:00:00Z",
    })
    void takesMomentsAndHowLongAgo(String typed, Instant moment) {
        assertThat(converter.convert(typed)).isEqualTo(moment);
    }

    @Test
    void saysWhatItTakes() {
        assertThatThrownBy(() -> converter.convert("soon"))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("'soon' is no time")
                .hasMessageContaining("2h");
    }
}
