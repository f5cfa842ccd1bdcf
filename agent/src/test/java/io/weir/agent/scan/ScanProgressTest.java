package io.weir.agent.scan;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ScanProgressTest {
    @Test
    void saysHowFarAndHowLongWhenTheInventoryKnows() {
        assertThat(ScanProgress.describe("catching up", 50_000, 200_000, Duration.ofSeconds(5)))
                .isEqualTo("catching up, 50000 of about 200000 (25 %) entries looked at, 10000/s, about 15 s left");
    }

    @Test
    void saysHowFastWhenNobodyKnows() {
        assertThat(ScanProgress.describe("sweeping", 300, 0, Duration.ofMillis(1500)))
                .isEqualTo("sweeping, 300 entries looked at, 200/s");
        assertThat(ScanProgress.describe("sweeping", 300, 200, Duration.ofMillis(1500)))
                .isEqualTo("sweeping, 300 entries looked at, 200/s");
    }

    @Test
    void saysNothingOfASpeedAtOnce() {
        assertThat(ScanProgress.describe("sweeping", 0, 10, Duration.ZERO))
                .isEqualTo("sweeping, 0 of about 10 (0 %) entries looked at");
    }
}
