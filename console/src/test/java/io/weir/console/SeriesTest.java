package io.weir.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SeriesTest {
    private static final long NOW = 1_800_000_000L;

    private final Series series = new Series();

    private String text(long first, long last) {
        return Json.object(json -> series.write(json, first, last));
    }

    @Test
    void countsBySecondAndLeavesGapsWhereNothingIsKnown() {
        series.change(NOW);
        series.change(NOW);
        series.batch(NOW + 1, 5);
        series.pulled(NOW + 2, 700);
        series.lag("one/data", NOW + 1, 40);

        assertThat(text(NOW, NOW + 2))
                .isEqualTo("{\"first\":" + NOW + ",\"changes\":[2,0,0],\"paths\":[0,5,0],\"bytes\":[0,0,700],"
                        + "\"lagMillis\":{\"one/data\":[-1,40,-1]}}");
    }

    @Test
    void forgetsWhatIsOlderThanItKeepsAndWhoIsGone() {
        series.change(NOW);
        series.lag("one/data", NOW, 1);
        series.change(NOW + Series.SECONDS);
        // Late: its place is taken by a newer second.
        series.change(NOW);
        series.forget("one/data");

        assertThat(text(NOW, NOW)).contains("\"changes\":[0]").contains("\"lagMillis\":{}");
        assertThat(text(NOW + Series.SECONDS, NOW + Series.SECONDS)).contains("\"changes\":[1]");
    }
}
