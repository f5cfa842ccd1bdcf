package io.weir.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.aggregator.ChangeFold.Sight;
import io.weir.aggregator.ChangeFold.State;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.FileType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChangeFoldTest {
    @ParameterizedTest
    @CsvSource(textBlock = """
            # state,    ABSENT, WRITING, TOUCHED, READY, DIRECTORY, TREE
            NONE,       ABSENT, WRITING, READY,   READY, DIRECTORY, TREE
            ABSENT,     ABSENT, WRITING, READY,   READY, TREE,      TREE
            WRITING,    ABSENT, WRITING, WRITING, READY, TREE,      TREE
            READY,      ABSENT, WRITING, READY,   READY, TREE,      TREE
            DIRECTORY,  ABSENT, WRITING, READY,   READY, DIRECTORY, TREE
            TREE,       ABSENT, WRITING, READY,   READY, TREE,      TREE
            """)
    void foldsByTheTable(
            State state, State absent, State writing, State touched, State ready, State directory, State tree) {
        assertThat(ChangeFold.fold(state, Sight.ABSENT)).isEqualTo(absent);
        assertThat(ChangeFold.fold(state, Sight.WRITING)).isEqualTo(writing);
        assertThat(ChangeFold.fold(state, Sight.TOUCHED)).isEqualTo(touched);
        assertThat(ChangeFold.fold(state, Sight.READY)).isEqualTo(ready);
        assertThat(ChangeFold.fold(state, Sight.DIRECTORY)).isEqualTo(directory);
        assertThat(ChangeFold.fold(state, Sight.TREE)).isEqualTo(tree);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            CREATED,    FILE,      WRITING
            MODIFIED,   FILE,      WRITING
            CLOSED,     FILE,      READY
            ATTRIBUTES, FILE,      TOUCHED
            MOVED,      FILE,      READY
            LINKED,     FILE,      READY
            DELETED,    FILE,      WRITING
            UNKNOWN,    FILE,      READY
            CREATED,    SYMLINK,   READY
            CREATED,    OTHER,     READY
            CREATED,    DIRECTORY, DIRECTORY
            ATTRIBUTES, DIRECTORY, DIRECTORY
            MOVED,      DIRECTORY, TREE
            RESCAN,     DIRECTORY, TREE
            DELETED,    DIRECTORY, TREE
            UNKNOWN,    DIRECTORY, TREE
            CLOSED,     ABSENT,    ABSENT
            RESCAN,     ABSENT,    ABSENT
            DELETED,    UNKNOWN,   ABSENT
            CLOSED,     UNKNOWN,   TREE
            """)
    void classifiesByWhatWasSeenFirst(ChangeKind kind, FileType type, Sight sight) {
        assertThat(ChangeFold.classify(new ChangeBuilder().change(kind, "a", type)))
                .isEqualTo(sight);
    }

    @Test
    void noStateLeadsBackToNone() {
        for (State state : State.values()) {
            for (Sight sight : Sight.values()) {
                assertThat(ChangeFold.fold(state, sight)).isNotEqualTo(State.NONE);
            }
        }
    }
}
