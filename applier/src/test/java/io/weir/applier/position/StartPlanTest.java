package io.weir.applier.position;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a start begins, whatever was lost. */
class StartPlanTest {
    private static final Map<Integer, Long> BEGIN = Map.of(0, 10L, 1, 0L);
    private static final Map<Integer, Long> END = Map.of(0, 50L, 1, 5L);

    private static Position at(long first, boolean done) {
        return new Position("backup1", "data", "topic-1", Map.of(0, first, 1, 5L), "", done);
    }

    private static StartPlan plan(Optional<Position> position, Map<Integer, Long> committed) {
        return StartPlan.of(Map.of("data", position), Map.of(), new StartPlan.Stream("topic-1", BEGIN, END, committed));
    }

    @Test
    void takesTheOlderOfFileAndGroup() {
        assertThat(plan(Optional.of(at(30, true)), Map.of(0, 20L, 1, 5L)).offsets())
                .containsEntry(0, 20L);
        assertThat(plan(Optional.of(at(30, true)), Map.of(0, 40L, 1, 5L)).offsets())
                .containsEntry(0, 30L);
    }

    @Test
    void goesOnFromTheFileWhenTheGroupsOffsetsExpired() {
        StartPlan plan = plan(Optional.of(at(30, true)), Map.of());

        assertThat(plan.offsets()).containsEntry(0, 30L).containsEntry(1, 5L);
        assertThat(plan.baselines()).isEmpty();
    }

    @Test
    void beginsWithABaselineFromTheEndWithoutAPosition() {
        StartPlan plan = plan(Optional.empty(), Map.of(0, 40L));

        assertThat(plan.offsets()).isEqualTo(END);
        assertThat(plan.baselines()).containsKey("data");
    }

    @Test
    void beginsWithABaselineWhenBatchesAreGoneOrTheTopicIsAnotherOne() {
        assertThat(plan(Optional.of(at(9, true)), Map.of()).baselines().get("data"))
                .contains("retention");
        assertThat(plan(Optional.of(at(51, true)), Map.of()).baselines().get("data"))
                .contains("beyond the end");
        Position other = new Position("backup1", "data", "topic-0", Map.of(0, 30L, 1, 5L), "", true);
        assertThat(plan(Optional.of(other), Map.of()).baselines().get("data")).contains("made again");
        assertThat(plan(Optional.of(other), Map.of()).offsets()).isEqualTo(END);
    }

    @Test
    void repeatsABaselineThatWasNotFinishedAndKeepsItsPlaceInTheStream() {
        StartPlan plan = plan(Optional.of(at(30, false)), Map.of());

        assertThat(plan.baselines()).containsKey("data");
        assertThat(plan.offsets()).containsEntry(0, 30L);
    }

    @Test
    void anotherChoiceOfPathsIsABaselineThatKeepsItsPlaceInTheStream() {
        Position some = new Position("backup1", "data", "topic-1", Map.of(0, 30L, 1, 5L), "some", true);
        StartPlan.Stream stream = new StartPlan.Stream("topic-1", BEGIN, END, Map.of());

        StartPlan changed = StartPlan.of(Map.of("data", Optional.of(some)), Map.of("data", "others"), stream);
        StartPlan all = StartPlan.of(Map.of("data", Optional.of(some)), Map.of("data", ""), stream);
        StartPlan same = StartPlan.of(Map.of("data", Optional.of(some)), Map.of("data", "some"), stream);

        assertThat(changed.baselines()).containsEntry("data", "the replica's paths or filters are others now");
        assertThat(changed.offsets()).containsEntry(0, 30L);
        assertThat(all.baselines()).containsKey("data");
        assertThat(same.baselines()).isEmpty();
        assertThat(Position.parse(some.toText())).isEqualTo(some);
    }

    @Test
    void startsANewSourceWithABaselineAndTheOthersWhereTheyWere() {
        StartPlan plan = StartPlan.of(
                Map.of("data", Optional.of(at(30, true)), "new", Optional.empty()),
                Map.of(),
                new StartPlan.Stream("topic-1", BEGIN, END, Map.of()));

        assertThat(plan.baselines()).containsOnlyKeys("new");
        assertThat(plan.offsets()).containsEntry(0, 30L);
    }

    @Test
    void readsBackWhatItWrote(@TempDir Path own) throws IOException {
        PositionFile file = new PositionFile(own);
        assertThat(file.read()).isEmpty();
        file.write(at(30, false));
        file.write(at(31, true));

        assertThat(file.read()).contains(at(31, true));
        Files.writeString(own.resolve("position"), "version=1\nreplica=x\n");
        assertThat(file.read()).isEmpty();
        assertThatThrownBy(() -> Position.parse("version=2\nend\n")).hasMessageContaining("version");
    }
}
