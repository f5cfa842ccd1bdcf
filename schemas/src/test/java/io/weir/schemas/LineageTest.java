package io.weir.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Who was the source before whom. */
class LineageTest {
    @Test
    void everyOneBeforeTheNewestIsFormer() {
        Promotion first = Lineage.next(null, "one", "two");
        Promotion second = Lineage.next(first, "", "three");
        Promotion third = Lineage.next(second, "", "four");

        assertThat(third.getFrom()).isEqualTo("three");
        assertThat(third.getFormer()).containsExactly("one", "two");
        assertThat(Lineage.isFormer(third, "one")).isTrue();
        assertThat(Lineage.isFormer(third, "three")).isTrue();
        assertThat(Lineage.isFormer(third, "four")).isFalse();
        assertThat(Lineage.isFormer(third, "another")).isFalse();
    }

    @Test
    void whatIsWantedIsDueUntilTheSourceIsAnotherOne() {
        Promotion wanted = Lineage.next(null, "", "two");
        assertThat(Lineage.isDue(wanted, null)).isTrue();
        Promotion done = Lineage.next(null, "one", "two");
        assertThat(Lineage.isDue(wanted, done)).as("it was done").isFalse();
        Promotion another = Lineage.next(null, "one", "three");
        assertThat(Lineage.isDue(wanted, another))
                .as("another replica was quicker")
                .isFalse();

        Promotion back = Lineage.next(done, "", "four");
        assertThat(Lineage.isDue(back, done)).isTrue();
        assertThat(Lineage.isDue(back, null)).isFalse();
        assertThat(Lineage.isDue(back, back)).isFalse();
    }
}
