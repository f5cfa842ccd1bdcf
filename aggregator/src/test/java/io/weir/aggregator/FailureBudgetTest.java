package io.weir.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class FailureBudgetTest {
    private long nanos = Long.MAX_VALUE;
    private final FailureBudget budget = new FailureBudget(2, Duration.ofMinutes(10), () -> nanos);

    @Test
    void oneTooManyInThePeriodIsRefused() {
        assertThat(budget.spend()).isTrue();
        assertThat(budget.spend()).isTrue();
        nanos += Duration.ofMinutes(9).toNanos();
        assertThat(budget.spend()).isFalse();
    }

    @Test
    void oldFailuresAreForgotten() {
        budget.spend();
        budget.spend();
        nanos += Duration.ofMinutes(11).toNanos();

        assertThat(budget.spend()).isTrue();
    }
}
