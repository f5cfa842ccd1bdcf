package io.weir.applier.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.schemas.FileType;
import io.weir.schemas.Observed;
import io.weir.schemas.RelPath;
import java.util.List;
import org.junit.jupiter.api.Test;

class SelectionTest {
    private static final Selection SOME =
            Selection.of(List.of("/projects/alpha/", "www", "projects/alpha/inner", "a\\xff"), List.of("*.iso"));

    private static boolean takes(String path) {
        return SOME.takes(RelPath.of(path));
    }

    @Test
    void chosenPathsAreTakenWithWhatIsBelowThem() {
        assertThat(takes("projects/alpha")).isTrue();
        assertThat(takes("projects/alpha/x/y")).isTrue();
        assertThat(takes("www")).isTrue();
        assertThat(SOME.takes(RelPath.of(new byte[] {'a', (byte) 0xFF}))).isTrue();
        assertThat(takes("projects/alpha/film.iso")).as("filtered").isFalse();
        assertThat(takes("projects")).isFalse();
        assertThat(takes("projects/alphabet")).isFalse();
        assertThat(takes("projects/alpha-2")).isFalse();
        assertThat(takes("www2")).isFalse();
        assertThat(SOME.takes(RelPath.ROOT)).isFalse();
    }

    @Test
    void directoriesAboveLeadToWhatIsTaken() {
        assertThat(SOME.isAbove(RelPath.of("projects"))).isTrue();
        assertThat(SOME.isAbove(RelPath.ROOT)).isTrue();
        assertThat(SOME.isAbove(RelPath.of("www"))).isFalse();
        assertThat(SOME.isAbove(RelPath.of("project"))).isFalse();
        assertThat(SOME.within(RelPath.of("projects"))).containsExactly(RelPath.of("projects/alpha"));
        assertThat(SOME.within(RelPath.of("projects/alpha/x"))).containsExactly(RelPath.of("projects/alpha/x"));
        assertThat(SOME.within(RelPath.of("other"))).isEmpty();
        assertThat(SOME.within(RelPath.ROOT)).hasSize(3);
        assertThat(Selection.ALL.within(RelPath.ROOT)).containsExactly(RelPath.ROOT);
    }

    @Test
    void whatIsAboveIsNeverItselfToBeDeletedOrReplaced() {
        Target gone = new Target(
                RelPath.of("projects"),
                Observed.newBuilder().setType(FileType.ABSENT).build(),
                false);
        Target changed = new Target(
                RelPath.of("projects"),
                Observed.newBuilder().setType(FileType.DIRECTORY).build(),
                false);

        Plan plan = Plan.of(List.of(gone), 10, SOME, path -> Plan.Local.DIRECTORY);
        Plan other = Plan.of(List.of(changed), 10, SOME, path -> Plan.Local.DIRECTORY);

        assertThat(plan.ask()).containsExactly(RelPath.of("projects/alpha"));
        assertThat(plan.todo()).isEmpty();
        assertThat(other.refresh()).containsExactly(RelPath.of("projects"));
        assertThat(other.targets()).isEmpty();
    }

    @Test
    void anotherChoiceHasAnotherNote() {
        assertThat(Selection.ALL.note()).isEmpty();
        assertThat(Selection.of(List.of("www", "/a"), List.of()).note())
                .isEqualTo(
                        Selection.of(List.of("a/", "www", "www/x"), List.of()).note())
                .isNotEqualTo(Selection.of(List.of("www"), List.of()).note())
                .isNotEqualTo(Selection.of(List.of(), List.of("www", "a")).note());
    }

    @Test
    void wrongPathsAreRefusedWithAdvice() {
        for (String[] wrong : new String[][] {
            {"projects/*", "no patterns"},
            {"/", "leave `paths` out"},
            {"../x", "'..' component"},
            {".weir/trash", "Weir's own"},
            {"a\\b", "must be \\x5c"},
            {"film.iso", "`filters` leave it out"}
        }) {
            assertThatThrownBy(() -> Selection.of(List.of(wrong[0]), List.of("*.iso")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(wrong[0])
                    .hasMessageContaining(wrong[1]);
        }
    }
}
