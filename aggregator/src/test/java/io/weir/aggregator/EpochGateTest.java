package io.weir.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.aggregator.EpochGate.Verdict;
import org.junit.jupiter.api.Test;

class EpochGateTest {
    private final EpochGate fifth = EpochGate.START.after(3, 4);

    @Test
    void nextIsExpected() {
        assertThat(fifth.judge(3, 5)).isEqualTo(Verdict.NEXT);
        assertThat(fifth.judge(4, 1)).isEqualTo(Verdict.NEXT);
        assertThat(EpochGate.START.judge(9, 1)).isEqualTo(Verdict.NEXT);
    }

    @Test
    void seenOnesAreDuplicatesAndDoNotMoveIt() {
        assertThat(fifth.judge(3, 2)).isEqualTo(Verdict.DUPLICATE);
        assertThat(fifth.after(3, 2)).isEqualTo(fifth);
    }

    @Test
    void lowerEpochIsStale() {
        assertThat(fifth.judge(2, 5)).isEqualTo(Verdict.STALE);
    }

    @Test
    void skippedSequenceAndLateStartOfAnEpochAreHoles() {
        assertThat(fifth.judge(3, 6)).isEqualTo(Verdict.HOLE);
        assertThat(fifth.judge(4, 2)).isEqualTo(Verdict.HOLE);
        assertThat(EpochGate.START.judge(1, 2)).isEqualTo(Verdict.HOLE);
        assertThat(fifth.after(3, 6)).isEqualTo(new EpochGate(3, 7));
    }

    @Test
    void maximumPrefersTheEpoch() {
        assertThat(fifth.max(new EpochGate(4, 1))).isEqualTo(new EpochGate(4, 1));
        assertThat(new EpochGate(3, 9).max(fifth)).isEqualTo(new EpochGate(3, 9));
    }
}
