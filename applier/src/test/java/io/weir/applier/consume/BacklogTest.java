package io.weir.applier.consume;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.applier.reconcile.Target;
import io.weir.schemas.FileType;
import io.weir.schemas.RelPath;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The merge table, and which entries may run side by side. */
class BacklogTest {
    private final OffsetTracker tracker = new OffsetTracker();
    private final Backlog backlog = new Backlog(1000, tracker);

    private Job take() {
        return backlog.next(100, 0).orElseThrow();
    }

    @Test
    void mergesChangesOfOnePathAndHoldsTheOldestOffset() {
        backlog.add(Paths.file("a", 3));
        backlog.add(Paths.absent("a", 7));
        tracker.read(0, 8);

        assertThat(backlog.size()).isEqualTo(1);
        assertThat(tracker.finished()).containsEntry(0, 3L);
        Job job = take();
        assertThat(job.entries().get(0).target().observed().getType()).isEqualTo(FileType.ABSENT);
        assertThat(job.spans()).containsExactly(new Span(0, 3, 7));
        backlog.settled(job, List.of());
        assertThat(tracker.finished()).containsEntry(0, 8L);
    }

    @Test
    void makesADirectoryInThePlaceOfSomethingElseRecursive() {
        backlog.add(Paths.absent("d", 1));
        backlog.add(Paths.entry("d", FileType.DIRECTORY, false, 2));

        assertThat(take().entries().get(0).isRecursive()).isTrue();
    }

    @Test
    void swallowsWhatIsBelowARecursiveEntry() {
        backlog.add(Paths.file("d/x", 1));
        backlog.add(Paths.file("d-x", 2));
        backlog.add(Paths.tree("d", 3));
        backlog.add(Paths.file("d/y", 4));

        Job job = take();
        assertThat(Paths.of(job)).containsExactlyInAnyOrder("d-x", "d");
        assertThat(job.spans()).containsExactly(new Span(0, 1, 4));
    }

    @Test
    void tellsWhetherSomethingComesNearToAPath() {
        backlog.add(Paths.file("d/x", 1));
        backlog.add(Paths.tree("whole", 2));
        for (String near : List.of("d/x", "d", "whole", "whole/deep/y")) {
            assertThat(backlog.touches(RelPath.of(near))).as(near).isTrue();
        }
        for (String apart : List.of("d/y", "d/x/y", "e")) {
            assertThat(backlog.touches(RelPath.of(apart))).as(apart).isFalse();
        }
        Job job = take();
        assertThat(backlog.touches(RelPath.of("d/x"))).as("under way").isTrue();
        backlog.settled(job, List.of());
        assertThat(backlog.touches(RelPath.of("d/x"))).isFalse();
    }

    @Test
    void whatIsToBeBuiltAnewStaysBesideAWholeDirectory() {
        Target content = new Target(RelPath.of("d/x"), Backlog.seen(FileType.UNKNOWN), false, null, true);
        backlog.add(new Entry(content, Span.of(0, 1), 1, Entry.AT_ONCE));
        backlog.add(Paths.tree("d", 2));
        backlog.add(Paths.file("d/x", 3));

        assertThat(take().targets())
                .filteredOn(target -> target.path().equals(RelPath.of("d/x")))
                .singleElement()
                .matches(Target::anew);
    }

    @Test
    void keepsWhatTouchesAJobUnderWayWaiting() {
        backlog.add(Paths.file("d/x", 1));
        Job first = take();
        backlog.add(Paths.file("d/x", 2));
        backlog.add(Paths.file("d/x/below", 3));
        backlog.add(Paths.entry("d", FileType.DIRECTORY, false, 4));
        backlog.add(Paths.file("e", 5));

        assertThat(Paths.of(take())).containsExactly("e");
        assertThat(backlog.next(100, 0)).isEmpty();
        backlog.settled(first, List.of());
        assertThat(Paths.of(take())).containsExactly("d/x", "d/x/below", "d");
    }

    @Test
    void letsNothingOvertakeADirectoryThatWaits() {
        backlog.add(Paths.file("d/x", 1));
        take();
        backlog.add(Paths.entry("d", FileType.DIRECTORY, false, 2));
        backlog.add(Paths.file("d/y", 3));

        assertThat(backlog.next(100, 0)).isEmpty();
    }

    @Test
    void givesOutBothEndsOfARenameTogether() {
        backlog.add(Paths.moved("new", "old", 1));
        for (int i = 0; i < 50; i++) {
            backlog.add(Paths.file("f" + i, 2));
        }
        backlog.add(Paths.absent("old", 3));

        Job job = backlog.next(2, 0).orElseThrow();
        assertThat(Paths.of(job)).contains("new", "old");
        backlog.add(Paths.file("old/again", 4));
        assertThat(Paths.of(take())).doesNotContain("old/again");
    }

    @Test
    void givesOutAllNamesOfAnInodeTogether() {
        backlog.add(Paths.linked("a", 5, 1));
        backlog.add(Paths.file("m", 2));
        backlog.add(Paths.linked("z", 5, 3));

        Job job = backlog.next(1, 0).orElseThrow();
        assertThat(Paths.of(job)).containsExactlyInAnyOrder("a", "z");
        backlog.add(Paths.linked("other", 5, 4));
        assertThat(Paths.of(take())).containsExactly("m");
    }

    @Test
    void givesAFailedJobBackBehindWhatCameMeanwhile() {
        backlog.add(Paths.file("a", 1));
        Job job = take();
        backlog.add(Paths.absent("a", 2));
        tracker.read(0, 3);
        backlog.failed(job);

        assertThat(tracker.finished()).containsEntry(0, 1L);
        assertThat(take().entries().get(0).target().observed().getType()).isEqualTo(FileType.ABSENT);
    }

    @Test
    void collapsesIntoDirectoriesAtTheBound() {
        for (int i = 0; i < 1001; i++) {
            backlog.add(Paths.file("d" + i % 5 + "/f" + i, i));
        }

        assertThat(backlog.size()).isLessThanOrEqualTo(5);
        Job job = take();
        assertThat(job.entries()).allMatch(Entry::isRecursive);
        assertThat(job.spans()).containsExactly(new Span(0, 0, 1000));
    }

    @Test
    void collapsesToTheRootWhenNothingElseHelps() {
        for (int i = 0; i < 1001; i++) {
            backlog.add(Paths.file("f" + i, i));
        }

        assertThat(Paths.of(take())).containsExactly(RelPath.ROOT.toString());
    }

    @Test
    void whatIsDueDoesNotStarveBehindWhatIsNot() {
        Backlog large = new Backlog(100_000, tracker);
        for (int i = 0; i < 30_000; i++) {
            large.add(new Entry(Paths.file("later" + i, 0).target(), Span.of(0, 0), 0, 1_000));
        }
        large.add(Paths.file("now", 1));

        assertThat(Paths.of(large.next(100, 0).orElseThrow())).containsExactly("now");
        assertThat(large.next(100, 999)).isEmpty();
        assertThat(large.next(40_000, 1_000).orElseThrow().entries()).hasSize(30_000);
    }

    @Test
    void whatIsMergedWithADueChangeIsDue() {
        backlog.add(new Entry(Paths.file("a", 0).target(), Span.of(0, 0), 0, 1_000));
        backlog.add(Paths.file("a", 1));

        assertThat(Paths.of(take())).containsExactly("a");
        assertThat(backlog.next(100, 2_000)).isEmpty();
    }
}
