package io.weir.cli;

import static io.weir.cli.SampleRecords.change;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.schemas.Change;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.FileType;
import io.weir.schemas.RelPath;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrailTest {
    private static final Trail.Reach ALL = new Trail.Reach(true, true);

    /** Those of these changes, oldest first, that concern a path. */
    private static List<String> trail(String path, Trail.Reach reach, Change... oldestFirst) {
        Trail trail = new Trail(RelPath.of(path), reach);
        List<Change> newestFirst = new ArrayList<>(List.of(oldestFirst));
        Collections.reverse(newestFirst);
        List<String> found = new ArrayList<>();
        for (Change each : newestFirst) {
            if (trail.concerns(each)) {
                found.add(0, each.getKind() + " " + HistoryView.path(each.getPath()));
            }
        }
        return found;
    }

    @Test
    void renamesOfThePathAndOfDirectoriesAboveAreFollowed() {
        Change[] all = {
            change(ChangeKind.CLOSED, "d/a", 0),
            change(ChangeKind.CLOSED, "e/b", 1),
            change(ChangeKind.MOVED, "d/b", "d/a", FileType.FILE, 2),
            change(ChangeKind.MOVED, "e", "d", FileType.DIRECTORY, 3),
            change(ChangeKind.CLOSED, "d/a", 4),
            change(ChangeKind.CLOSED, "e/b", 5),
        };

        assertThat(trail("e/b", ALL, all)).containsExactly("CLOSED d/a", "MOVED d/b", "MOVED e", "CLOSED e/b");
        assertThat(trail("e/b", new Trail.Reach(true, false), all))
                .as("by its name, and what is done to it with a directory above")
                .containsExactly("CLOSED e/b", "MOVED e", "CLOSED e/b");
    }

    @Test
    void whatIsRenamedAwayIsTold() {
        assertThat(trail(
                        "d/a",
                        ALL,
                        change(ChangeKind.CLOSED, "d/a", 0),
                        change(ChangeKind.MOVED, "x", "d/a", FileType.FILE, 1),
                        change(ChangeKind.MOVED, "y", "d", FileType.DIRECTORY, 2)))
                .containsExactly("CLOSED d/a", "MOVED x", "MOVED y");
    }

    @Test
    void whatIsBelowIsAskedForAndWhatIsAboveTellsWhenItIsOfAllBelow() {
        Change[] all = {
            change(ChangeKind.ATTRIBUTES, "d", null, FileType.OTHER, 0),
            change(ChangeKind.RESCAN, ".", null, FileType.DIRECTORY, 1),
            change(ChangeKind.GAP, "d", null, FileType.DIRECTORY, 2),
            change(ChangeKind.CLOSED, "d/a/below", 3),
            change(ChangeKind.CLOSED, "d/ab", 4),
            change(ChangeKind.DELETED, "d", null, FileType.ABSENT, 5),
            change(ChangeKind.CHECKPOINT, ".", null, FileType.DIRECTORY, 6),
        };

        assertThat(trail("d/a", ALL, all)).containsExactly("RESCAN .", "GAP d", "CLOSED d/a/below", "DELETED d");
        assertThat(trail("d/a", new Trail.Reach(false, true), all)).containsExactly("RESCAN .", "GAP d", "DELETED d");
    }
}
