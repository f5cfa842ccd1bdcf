package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;

class MomentTest {
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

    private static Instant parse(String text) {
        return Moment.parse(text, NOW, ZoneId.of("Europe/Berlin"));
    }

    @Test
    void momentsAreReadAsPeopleWriteThem() {
        assertThat(parse("2026-01-31T14:05")).isEqualTo("2026-01-31T13:05:00Z");
        assertThat(parse("2026-01-31 14:05:06")).isEqualTo("2026-01-31T13:05:06Z");
        assertThat(parse("2026-01-31")).isEqualTo("2026-01-30T23:00:00Z");
        assertThat(parse("2026-01-31T14:05:00Z")).isEqualTo("2026-01-31T14:05:00Z");
        assertThat(parse("2026-01-31T14:05:00+02:00")).isEqualTo("2026-01-31T12:05:00Z");
        assertThat(parse("90min")).isEqualTo("2026-01-31T10:30:00Z");
        assertThat(parse("2 d")).isEqualTo("2026-01-29T12:00:00Z");
    }

    @Test
    void anythingElseIsRefusedWithWhatCanBeWritten() {
        for (String text : List.of("", "yesterday", "2026-13-01", "14:05", "5")) {
            assertThatIllegalArgumentException()
                    .as(text)
                    .isThrownBy(() -> parse(text))
                    .withMessageContaining("2026-01-31T14:05");
        }
    }
}
