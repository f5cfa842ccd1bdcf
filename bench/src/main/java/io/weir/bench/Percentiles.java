package io.weir.bench;

import java.util.Arrays;
import java.util.Locale;

/** Nearest-rank percentiles of latencies. */
final class Percentiles {
    private static final double NANOS_PER_MILLI = 1e6;

    private final long[] sorted;

    Percentiles(long[] nanos) {
        sorted = nanos.clone();
        Arrays.sort(sorted);
    }

    double millis(double percent) {
        int rank = (int) Math.ceil(percent / 100 * sorted.length);
        return sorted[Math.max(0, rank - 1)] / NANOS_PER_MILLI;
    }

    @Override
    public String toString() {
        if (sorted.length == 0) {
            return "no samples";
        }
        return String.format(
                Locale.ROOT,
                "n %d  min %.1f  p50 %.1f  p90 %.1f  p99 %.1f  max %.1f ms",
                sorted.length,
                sorted[0] / NANOS_PER_MILLI,
                millis(50),
                millis(90),
                millis(99),
                sorted[sorted.length - 1] / NANOS_PER_MILLI);
    }
}
