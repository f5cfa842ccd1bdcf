package io.weir.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class FailureBudgetTest {
    private final SetClock clock = new SetClock();
    private final FailureBudget budget = new FailureBudget(2, Duration.ofMinutes(10), clock);

    @Test
    void oneTooManyInThePeriodIsRefused() {
        assertThat(budget.spend()).isTrue();
        assertThat(budget.spend()).isTrue();
        assertThat(budget.spend()).isFalse();
    }

    @Test
    void oldFailuresAreForgotten() {
        budget.spend();
        budget.spend();
        clock.now = clock.now.plus(Duration.ofMinutes(11));

        assertThat(budget.spend()).isTrue();
    }

    private static final class SetClock extends Clock {
        private Instant now = Instant.EPOCH;

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
