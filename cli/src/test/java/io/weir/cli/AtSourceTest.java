package io.weir.cli;

import static io.weir.cli.SampleRecords.NOON;
import static io.weir.cli.SampleRecords.change;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.schemas.Change;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.FileType;
import io.weir.schemas.RelPath;
import java.util.List;
import org.junit.jupiter.api.Test;

class AtSourceTest {
    private static final Change WHOLE = change(ChangeKind.RESCAN, ".", null, FileType.DIRECTORY, 0);
    private static final Change CLOSED = change(ChangeKind.CLOSED, "d/a", 10);
    private static final Change DELETED = change(ChangeKind.DELETED, "d/a", null, FileType.ABSENT, 20);

    private static AtSource of(Change... oldestFirst) {
        return AtSource.of(RelPath.of("d/a"), List.of(oldestFirst));
    }

    private static String time(int second) {
        return HistoryView.time(NOON.plusSeconds(second));
    }

    @Test
    void whatWasObservedOfThePathItselfIsTold() {
        AtSource there = of(WHOLE, DELETED, CLOSED);

        assertThat(there.state()).isEqualTo(AtSource.State.EXISTS);
        assertThat(there.at()).isEqualTo(NOON.plusSeconds(10));
        assertThat(there.text()).isEqualTo("a file of 12 B, last changed " + time(10));
        assertThat(of(WHOLE, change(ChangeKind.MOVED, "d/a", "d/b", FileType.FILE, 3))
                        .text())
                .isEqualTo("a file of 12 B, renamed from d/b " + time(3));
        assertThat(of(CLOSED, change(ChangeKind.GAP, ".", null, FileType.DIRECTORY, 15))
                        .state())
                .as("what a gap left is found by a scan, and published path by path")
                .isEqualTo(AtSource.State.EXISTS);
    }

    @Test
    void whatIsGoneIsAbsent() {
        AtSource deleted = of(WHOLE, CLOSED, DELETED);

        assertThat(deleted.state()).isEqualTo(AtSource.State.ABSENT);
        assertThat(deleted.text())
                .isEqualTo(
                        "it does not exist, deleted " + time(20) + "; a replica that is equal does not have it either");
        assertThat(of(CLOSED, change(ChangeKind.DELETED, "d", null, FileType.ABSENT, 11))
                        .text())
                .startsWith("it does not exist, deleted with d " + time(11));
        assertThat(of(CLOSED, change(ChangeKind.MOVED, "x", "d/a", FileType.FILE, 11))
                        .text())
                .startsWith("it does not exist, moved to x " + time(11));
        assertThat(of(CLOSED, change(ChangeKind.MOVED, "y", "d", FileType.DIRECTORY, 11))
                        .text())
                .startsWith("it does not exist, moved with d to y " + time(11));
    }

    @Test
    void whatNeverWasObservedIsNotKnown() {
        AtSource unknown = of(WHOLE);

        assertThat(unknown.state()).isEqualTo(AtSource.State.UNKNOWN);
        assertThat(unknown.at()).isNull();
        assertThat(unknown.text())
                .isEqualTo("nothing was observed of this name itself in the time looked at, only of the source as a"
                        + " whole (rescan " + time(0) + "): whether it exists is not known; check the spelling, or look"
                        + " further back");
        assertThat(of().text()).contains("in the time looked at: whether it exists is not known");
    }

    @Test
    void aDirectoryAboveThatCameAsAWholeSinceMakesItUnknown() {
        Change again = change(ChangeKind.CREATED, "d", null, FileType.DIRECTORY, 30);

        assertThat(of(CLOSED, DELETED, again))
                .satisfies(known -> assertThat(known.state()).isEqualTo(AtSource.State.UNKNOWN))
                .satisfies(known -> assertThat(known.text())
                        .contains("deleted " + time(20), "since then only of d with all below (created " + time(30)));
        assertThat(of(CLOSED, again).text()).startsWith("a file of 12 B, last changed " + time(10) + "; since then");
    }

    @Test
    void aRenameOfADirectoryAboveLeadsToTheNameBefore() {
        Change before = change(ChangeKind.CLOSED, "e/a", 1);
        Change moved = change(ChangeKind.MOVED, "d", "e", FileType.DIRECTORY, 2);

        assertThat(of(before, moved).text()).isEqualTo("a file of 12 B, as e/a, last changed " + time(1));
        assertThat(of(moved).text()).contains("only of d with all below (moved " + time(2));
    }
}
