package io.weir.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class OutageTest {
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1);
    private final Outage outage = new Outage(nanos::get);

    private boolean failsAfter(Duration wait, String cause) {
        nanos.addAndGet(wait.toNanos());
        return outage.isNews(cause);
    }

    @Test
    void aCauseThatStaysIsToldAtOnceAndThenAtGrowingIntervals() {
        List<Long> told = new ArrayList<>();
        for (int second = 0; second <= 3600; second += 10) {
            if (failsAfter(second == 0 ? Duration.ZERO : Duration.ofSeconds(10), "away")) {
                told.add(second / 60L);
            }
        }

        assertThat(told).containsExactly(0L, 1L, 3L, 7L, 15L, 25L, 35L, 45L, 55L);
    }

    @Test
    void anotherCauseIsToldAtOnceButEachOnlyOnce() {
        assertThat(failsAfter(Duration.ZERO, "refused")).isTrue();
        assertThat(failsAfter(Duration.ofSeconds(8), "no answer within 10006 ms"))
                .isTrue();
        assertThat(failsAfter(Duration.ofSeconds(8), "refused")).isFalse();
        assertThat(failsAfter(Duration.ofSeconds(8), "no answer within 9998 ms"))
                .as("times make no other cause")
                .isFalse();
        assertThat(failsAfter(Duration.ofSeconds(8), "exit 1")).isTrue();
        assertThat(failsAfter(Duration.ofSeconds(8), "exit 127")).as("codes do").isTrue();
    }

    @Test
    void causesWithoutEndAreToldRarely() {
        int told = 0;
        for (int i = 0; i < 1000; i++) {
            if (failsAfter(Duration.ofMillis(10), "cause " + "x".repeat(i))) {
                told++;
            }
        }

        assertThat(told).isLessThan(20);
    }

    @Test
    void theEndIsToldOnceWithHowLongItLasted() {
        assertThat(outage.end()).isEmpty();
        outage.isNews("away");
        failsAfter(Duration.ofMinutes(90), "away");

        nanos.addAndGet(Duration.ofMinutes(5).toNanos());

        assertThat(outage.end()).contains(Duration.ofMinutes(95));
        assertThat(outage.end()).isEmpty();
        assertThat(outage.isNews("away")).as("the next time it is news again").isTrue();
    }
}
