package io.weir.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class StandstillTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private boolean kafkaAnswers = true;
    private final Standstill standstill = new Standstill(Duration.ofSeconds(10), () -> kafkaAnswers);

    @Test
    void isToldAfterThePatienceAndCountedAnew() {
        assertThat(standstill.is(true, 0, 0)).isFalse();
        assertThat(standstill.is(true, 0, 10 * SECOND)).isFalse();
        assertThat(standstill.is(true, 0, 11 * SECOND)).isTrue();
        assertThat(standstill.is(true, 0, 12 * SECOND)).isFalse();
        assertThat(standstill.is(true, 0, 22 * SECOND)).isFalse();
        assertThat(standstill.is(true, 0, 23 * SECOND)).isTrue();
    }

    @Test
    void progressAndRunningAreNone() {
        for (int second = 0; second < 60; second += 5) {
            assertThat(standstill.is(true, second, second * SECOND)).isFalse();
        }
        assertThat(standstill.is(true, 55, 60 * SECOND)).isFalse();
        assertThat(standstill.is(false, 55, 69 * SECOND)).isFalse();
        assertThat(standstill.is(true, 55, 71 * SECOND)).isFalse();
    }

    @Test
    void aNewRunIsCountedAnew() {
        assertThat(standstill.is(true, 0, 0)).isFalse();
        standstill.reset();
        assertThat(standstill.is(true, 0, 11 * SECOND)).isFalse();
        assertThat(standstill.is(true, 0, 22 * SECOND)).isTrue();
    }

    @Test
    void timeWithoutKafkaDoesNotCount() {
        assertThat(standstill.is(true, 0, 0)).isFalse();
        kafkaAnswers = false;
        assertThat(standstill.is(true, 0, 60 * SECOND)).isFalse();
        kafkaAnswers = true;
        assertThat(standstill.is(true, 0, 61 * SECOND)).isFalse();
        assertThat(standstill.is(true, 0, 72 * SECOND)).isTrue();
    }
}
