package io.weir.agent.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.agent.scan.Comparison.Seen;
import io.weir.agent.scan.Entry.What;
import io.weir.agent.watch.Captured;
import io.weir.schemas.RelPath;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Inventory and listing of one directory to changes: the table. */
class ComparisonTest {
    private static final RelPath DIRECTORY = RelPath.of("d");
    private static final Since SINCE = new Since(7, 100_000_000);

    private final Known known = Known.empty();
    private final Map<RelPath, Seen> listing = new HashMap<>();

    @Test
    void whatIsAsItWasIsNotTold() {
        both("f", file(1, 1), file(1, 1));
        both("sub", directory(2, 1), directory(2, 1));

        Comparison.Result result = compare(known);

        assertThat(result.differences()).isEmpty();
        assertThat(result.below()).containsExactly(RelPath.of("sub"));
        assertThat(result.next()).isEqualTo(known);
    }

    @Test
    void eachDifferenceIsToldAndStaysKnownAsItWas() {
        both("edited", file(1, 1), file(1, 2));
        both("replaced", file(2, 1), file(3, 1));
        both("file-now", directory(4, 1), file(5, 1));
        both("directory-now", file(6, 1), directory(7, 1));
        both("other-directory", directory(8, 1), directory(9, 1));
        both("chmod", directory(10, 1), directory(10, 2));
        known.entries().put(RelPath.of("gone"), file(11, 1));
        known.entries().put(RelPath.of("gone-directory"), directory(12, 1));
        see("new", file(13, 1), 1);
        see("new-directory", directory(14, 1), 1);

        Comparison.Result result = compare(known);

        assertThat(told(result))
                .containsExactly(
                        "ATTRIBUTES d/chmod",
                        "CREATED d/directory-now *",
                        "CLOSED d/edited",
                        "CLOSED d/file-now",
                        "DELETED d/gone",
                        "DELETED d/gone-directory *",
                        "CLOSED d/new",
                        "CREATED d/new-directory *",
                        "CREATED d/other-directory *",
                        "CLOSED d/replaced");
        assertThat(result.next().entries()).isEqualTo(known.entries());
        assertThat(result.below()).containsExactly(RelPath.of("chmod"));
    }

    @Test
    void whatLeftOnePlaceAndIsAtAnotherIsRenamed() {
        known.entries().put(RelPath.of("a"), directory(1, 1));
        known.entries().put(RelPath.of("f"), file(2, 1));
        see("b", directory(1, 2), 3);
        see("g", file(2, 2), 1);
        both("x", directory(3, 1), directory(4, 1));
        both("y", directory(4, 1), directory(3, 1));

        assertThat(told(compare(known)))
                .containsExactly(
                        "DELETED d/a *",
                        "MOVED d/b < d/a *",
                        "DELETED d/f",
                        "MOVED d/g < d/f",
                        "MOVED d/x < d/y *",
                        "MOVED d/y < d/x *");
    }

    @Test
    void oneOfSeveralNamesIsNoRename() {
        known.entries().put(RelPath.of("f"), file(2, 1));
        see("g", file(2, 2), 2);

        assertThat(told(compare(known))).containsExactly("DELETED d/f", "CLOSED d/g");
    }

    @Test
    void namesThatWerePublishedAsAWholeAreLearnedUnlessTheyChangedSince() {
        Known tree = Known.unlearned(SINCE);
        tree.entries().put(RelPath.of("told"), file(1, 1));
        tree.entries().put(RelPath.of("gone"), file(2, 1));
        see("told", file(1, 1), 1);
        listing.put(RelPath.of("before"), new Seen(file(3, 1), 90_000_000_000L, 1));
        listing.put(RelPath.of("after"), new Seen(file(4, 1), 110_000_000_000L, 1));
        listing.put(RelPath.of("sub"), new Seen(directory(5, 1), 110_000_000_000L, 2));

        Comparison.Result result = compare(tree);

        assertThat(told(result)).containsExactly("CLOSED d/after", "DELETED d/gone");
        assertThat(result.next().unlearned()).isNull();
        assertThat(result.next().entries().keySet())
                .containsExactlyInAnyOrder(
                        RelPath.of("told"), RelPath.of("gone"), RelPath.of("before"), RelPath.of("sub"));
    }

    @Test
    void aMountIsNeitherEnteredNorToldToBeGone() {
        both("vol", directory(1, 1), directory(2, 1).asMount());
        both("unmounted", directory(3, 1).asMount(), directory(4, 1));
        known.entries().put(RelPath.of("removed"), directory(5, 1).asMount());

        Comparison.Result result = compare(known);

        assertThat(result.differences()).isEmpty();
        assertThat(result.below()).isEmpty();
    }

    @Test
    void theStateOfADirectoryGoesWithWhatChangedInIt() {
        Difference state = new Difference(DIRECTORY, directory(1, 1), directory(1, 2), true, false, false);
        Difference inside = new Difference(RelPath.of("d/f"), null, file(2, 1), true, false, false);
        Difference gone = new Difference(RelPath.of("d/g"), file(3, 1), null, true, false, false);

        assertThat(told(List.of(state, inside))).containsExactly("CLOSED d/f");
        assertThat(told(List.of(state, gone))).containsExactly("ATTRIBUTES d", "DELETED d/g");
    }

    private void both(String name, Entry before, Entry now) {
        known.entries().put(RelPath.of(name), before);
        see(name, now, 1);
    }

    private void see(String name, Entry entry, long links) {
        listing.put(RelPath.of(name), new Seen(entry, 0, links));
    }

    private Comparison.Result compare(Known with) {
        return Comparison.compare(DIRECTORY, with, listing);
    }

    private static List<String> told(Comparison.Result result) {
        return told(result.differences());
    }

    private static List<String> told(List<Difference> differences) {
        return Findings.changes(differences, 1).stream()
                .map(ComparisonTest::brief)
                .toList();
    }

    static String brief(Captured one) {
        RelPath from = one.movedFrom();
        return one.kind() + " " + one.path() + (from == null ? "" : " < " + from) + (one.recursive() ? " *" : "");
    }

    private static Entry file(long id, long signature) {
        return new Entry(What.FILE, id, signature);
    }

    private static Entry directory(long id, long signature) {
        return new Entry(What.DIRECTORY, id, signature);
    }
}
