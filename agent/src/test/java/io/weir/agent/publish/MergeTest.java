package io.weir.agent.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.agent.watch.Captured;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.Origin;
import io.weir.schemas.RelPath;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MergeTest {
    private static final RelPath PATH = RelPath.of("a/b");

    @ParameterizedTest
    @CsvSource({
        // Being written stays being written until the file is closed, replaced or gone.
        "CREATED, MODIFIED, CREATED",
        "CREATED, ATTRIBUTES, CREATED",
        "CREATED, LINKED, CREATED",
        "CREATED, CLOSED, CLOSED",
        "CREATED, DELETED, DELETED",
        "MODIFIED, ATTRIBUTES, MODIFIED",
        "MODIFIED, LINKED, MODIFIED",
        "MODIFIED, CLOSED, CLOSED",
        "MODIFIED, MOVED, MOVED",
        "MODIFIED, CREATED, CREATED",
        "CLOSED, MODIFIED, MODIFIED",
        "CLOSED, ATTRIBUTES, CLOSED",
        "ATTRIBUTES, MODIFIED, MODIFIED",
        "ATTRIBUTES, CLOSED, CLOSED",
        "ATTRIBUTES, LINKED, ATTRIBUTES",
        "LINKED, MODIFIED, MODIFIED",
        "LINKED, ATTRIBUTES, ATTRIBUTES",
        "MOVED, MODIFIED, MODIFIED",
        "MOVED, CLOSED, MOVED",
        "MOVED, ATTRIBUTES, MOVED",
        "MOVED, DELETED, DELETED",
        "DELETED, CREATED, CREATED",
        "DELETED, MOVED, MOVED",
        "RESCAN, CREATED, RESCAN",
        "RESCAN, MODIFIED, RESCAN",
        "RESCAN, ATTRIBUTES, RESCAN",
        "RESCAN, DELETED, DELETED",
        "DELETED, RESCAN, RESCAN",
        "GAP, RESCAN, RESCAN",
        "GAP, MODIFIED, MODIFIED",
        "MODIFIED, GAP, MODIFIED",
        "RESCAN, GAP, RESCAN",
    })
    void kindOfTwoIsAsInTheTable(ChangeKind older, ChangeKind newer, ChangeKind expected) {
        assertThat(Merge.merge(dirty(older, 1, false), dirty(newer, 2, false)).kind())
                .isEqualTo(expected);
    }

    @Test
    void everyPairKeepsRecursiveGapAndOldestTime() {
        for (ChangeKind older : ChangeKind.values()) {
            for (ChangeKind newer : ChangeKind.values()) {
                Dirty merged = Merge.merge(dirty(older, 1, true), dirty(newer, 2, false));

                assertThat(merged.recursive()).as("%s then %s", older, newer).isTrue();
                assertThat(merged.capturedAtMicros()).isEqualTo(1);
                assertThat(merged.gap() != null).isEqualTo(older == ChangeKind.GAP || newer == ChangeKind.GAP);
            }
        }
    }

    @Test
    void deletedThenThereAgainIsRecursive() {
        for (ChangeKind newer : new ChangeKind[] {ChangeKind.CREATED, ChangeKind.MOVED, ChangeKind.ATTRIBUTES}) {
            assertThat(Merge.merge(dirty(ChangeKind.DELETED, 1, false), dirty(newer, 2, false))
                            .recursive())
                    .isTrue();
        }
        assertThat(Merge.merge(dirty(ChangeKind.DELETED, 1, false), dirty(ChangeKind.DELETED, 2, false))
                        .recursive())
                .isFalse();
    }

    @Test
    void oldNameOfARenameIsKeptUntilSomethingElseIsThere() {
        Dirty moved = moved("x");

        assertThat(Merge.merge(moved, dirty(ChangeKind.MODIFIED, 2, false)).movedFrom())
                .isEqualTo(RelPath.of("x"));
        assertThat(Merge.merge(moved, moved("y")).movedFrom()).isEqualTo(RelPath.of("y"));
        assertThat(Merge.merge(moved, dirty(ChangeKind.DELETED, 2, false)).movedFrom())
                .isNull();
        assertThat(Merge.merge(moved, dirty(ChangeKind.CREATED, 2, false)).movedFrom())
                .isNull();
    }

    static Dirty dirty(ChangeKind kind, long at, boolean recursive) {
        return Dirty.of(captured(kind, PATH, null, at, recursive));
    }

    private static Dirty moved(String from) {
        return Dirty.of(captured(ChangeKind.MOVED, PATH, RelPath.of(from), 1, false));
    }

    static Captured captured(ChangeKind kind, RelPath path, @Nullable RelPath from, long at, boolean recursive) {
        return new Captured(kind, path, from, recursive, Origin.EVENT, at, kind == ChangeKind.GAP ? "why" : null);
    }
}
