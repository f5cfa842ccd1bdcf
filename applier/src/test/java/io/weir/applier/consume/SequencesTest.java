package io.weir.applier.consume;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Which numbers of batches prove that one is missing. */
class SequencesTest {
    private final Sequences sequences = new Sequences();

    @Test
    void numberBeyondTheNextIsAHole() {
        assertThat(sequences.judge("data", 7))
                .as("nothing is known before the first")
                .isNull();
        assertThat(sequences.judge("data", 8)).isNull();
        assertThat(sequences.judge("data", 10)).isEqualTo("batches are missing: sequence 10 came after 8");
        assertThat(sequences.judge("data", 11)).as("told once").isNull();
        assertThat(sequences.judge("other", 1)).isNull();
    }

    @Test
    void numbersRepeatAfterACrashAndAreStillCounted() {
        sequences.judge("data", 8);
        assertThat(sequences.judge("data", 6)).isNull();
        assertThat(sequences.judge("data", 6)).isNull();
        assertThat(sequences.judge("data", 8))
                .as("7 came before, but not this time")
                .isNotNull();
    }

    @Test
    void recordWithoutANumberProvesNothing() {
        sequences.judge("data", 8);
        assertThat(sequences.judge("data", 0)).isNull();
        sequences.forget("other");
        assertThat(sequences.judge("data", 10)).isNotNull();
        sequences.forget("");
        assertThat(sequences.judge("data", 20)).isNull();
        sequences.clear();
        assertThat(sequences.judge("data", 30)).isNull();
    }
}
