package io.weir.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MicrosTest {
    @ParameterizedTest
    @ValueSource(strings = {"1970-01-01T00:00:00Z", "2026-07-01T12:34:56.789012Z", "1969-12-31T23:59:59.999999Z"})
    void thereAndBack(String text) {
        assertThat(Micros.toInstant(Micros.of(Instant.parse(text)))).isEqualTo(text);
    }

    @Test
    void whatIsFinerIsCutOff() {
        assertThat(Micros.of(Instant.ofEpochSecond(1, 1_999))).isEqualTo(1_000_001);
    }
}
