package io.weir.agent.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.posix.Fd;
import io.weir.posix.Fs;
import io.weir.posix.Stat;
import io.weir.schemas.RelPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinkIndexTest {
    private final AtomicLong clock = new AtomicLong();
    private final AtomicInteger doubts = new AtomicInteger();
    private Path directory;
    private Path outside;
    private SourceRoot root;
    private LinkIndex links;

    @BeforeEach
    void open(@TempDir Path temporary) throws IOException {
        directory = Files.createDirectories(temporary.resolve("source"));
        outside = Files.createDirectories(temporary.resolve("outside"));
        root = new SourceRoot("data", directory.toString().getBytes(StandardCharsets.UTF_8));
        // Each look at the clock is a millisecond, so a search takes one and the rest after it nine.
        links = new LinkIndex(root, () -> clock.addAndGet(1_000_000), doubts::incrementAndGet);
    }

    private Set<RelPath> observe(String path) throws IOException {
        return links.observe(RelPath.of(path), stat(path));
    }

    private Stat stat(String path) throws IOException {
        RelPath rel = RelPath.of(path);
        List<byte[]> components = rel.components();
        try (Fd top = root.open();
                Fd parent = Fs.openBeneath(top, components.subList(0, components.size() - 1))) {
            return Objects.requireNonNull(Fs.lstat(parent, rel.name()));
        }
    }

    private void link(String name, String target) throws IOException {
        Files.createDirectories(directory.resolve(name).getParent());
        Files.createLink(directory.resolve(name), directory.resolve(target));
    }

    private void file(String name) throws IOException {
        Files.createDirectories(directory.resolve(name).getParent());
        Files.writeString(directory.resolve(name), name);
    }

    @Test
    void aFileWithOneNameHasNoOthers() throws IOException {
        file("a");

        assertThat(observe("a")).isEmpty();
    }

    @Test
    void namesFromBeforeAreSearchedFor() throws IOException {
        file("a");
        link("d/e/b", "a");
        link("c", "a");

        assertThat(observe("a")).containsExactlyInAnyOrder(RelPath.of("d/e/b"), RelPath.of("c"));
    }

    @Test
    void aLinkMadeLaterFindsTheNameThatWasAlone() throws IOException {
        file("a");
        assertThat(observe("a")).isEmpty();

        link("b", "a");

        assertThat(observe("b")).containsExactly(RelPath.of("a"));
    }

    @Test
    void aNameThatIsAnotherFileNowIsNotGivenOut() throws IOException {
        file("a");
        link("b", "a");
        link("c", "a");
        observe("a");

        Files.delete(directory.resolve("b"));
        file("b");

        assertThat(observe("a")).containsExactly(RelPath.of("c"));
    }

    @Test
    void namesMoveAlongAndAreForgotten() throws IOException {
        file("a");
        link("d/b", "a");
        observe("a");

        Files.move(directory.resolve("d"), directory.resolve("e"));
        links.renamed(RelPath.of("d"), RelPath.of("e"));
        assertThat(observe("a")).containsExactly(RelPath.of("e/b"));

        Files.delete(directory.resolve("e/b"));
        links.forget(RelPath.of("e"));
        assertThat(observe("a")).isEmpty();
    }

    @Test
    void aMovedInDirectoryTellsItsFilesWithPartnersOutsideOfIt() throws IOException {
        file("a");
        file("z");
        file("d/inside");
        link("d/too", "d/inside");
        link("d/b", "a");
        link("d/c", "d/b");
        link("e/f", "z");

        assertThat(links.observeBelow(RelPath.of("d")))
                .containsExactlyInAnyOrder(RelPath.of("a"), RelPath.of("d/b"), RelPath.of("d/c"));
    }

    @Test
    void searchesRestAndWhatTheyOweComesLater() throws IOException {
        file("a");
        link("b", "a");
        file("x");
        link("y", "x");
        observe("a");
        Files.createLink(directory.resolve("later"), directory.resolve("single-" + single()));

        assertThat(observe("later")).isEmpty();
        assertThat(links.overdue()).isEmpty();

        clock.addAndGet(60_000_000_000L);
        assertThat(links.overdue()).contains(RelPath.of("single-1"));
        assertThat(links.overdue()).isEmpty();
    }

    private String single() throws IOException {
        file("single-1");
        return "1";
    }

    @Test
    void namesOutsideOfTheSourceAreSearchedForOnlyOnce() throws IOException {
        file("a");
        Files.createLink(outside.resolve("b"), directory.resolve("a"));
        assertThat(observe("a")).isEmpty();
        assertThat(links.overdue())
                .as("looked at once more: the name that was not found may have been deleted meanwhile")
                .containsExactly(RelPath.of("a"));
        clock.addAndGet(60_000_000_000L);

        assertThat(observe("a")).isEmpty();
        assertThat(links.overdue()).isEmpty();

        links.disturbed();
        Files.move(outside.resolve("b"), directory.resolve("b"));
        assertThat(observe("a")).containsExactly(RelPath.of("b"));
    }

    @Test
    void aNameThatIsWrittenToAndDeletedBeforeItIsObservedTellsOfTheOthers() throws IOException {
        file("a");
        link("b", "a");
        observe("b");

        assertThat(links.touched(RelPath.of("a"))).containsExactly(RelPath.of("b"));

        Files.delete(directory.resolve("a"));
        links.forget(RelPath.of("a"));

        assertThat(links.touched(RelPath.of("a")))
                .as("a writer that still has it open")
                .containsExactly(RelPath.of("b"));
    }

    @Test
    void aNameWhosePartnerVanishedBeforeTheSearchIsLookedAtAgain() throws IOException {
        file("a");
        link("b", "a");
        Stat before = stat("b");
        Files.writeString(directory.resolve("a"), "longer than before");
        Files.delete(directory.resolve("a"));

        links.observe(RelPath.of("b"), before);

        assertThat(links.overdue()).containsExactly(RelPath.of("b"));
        assertThat(links.overdue()).isEmpty();
    }

    @Test
    void aFileWhoseOtherNameVanishedBeforeTheSearchIsFoundThoughItHasOneNameLeft() throws IOException {
        file("x");
        link("y", "x");
        observe("x");
        file("a");
        link("b", "a");
        assertThat(observe("b")).as("the search of x is too young").isEmpty();
        Files.writeString(directory.resolve("b"), "longer than before");
        Files.delete(directory.resolve("b"));
        links.forget(RelPath.of("b"));

        clock.addAndGet(60_000_000_000L);
        assertThat(links.overdue()).contains(RelPath.of("a"));
    }

    @Test
    void whatIsOwedIsSettledHoweverYoungTheLastSearchIs() throws IOException {
        file("x");
        link("y", "x");
        observe("x");
        file("a");
        link("b", "a");
        assertThat(observe("b")).as("the search of x is too young").isEmpty();

        assertThat(links.settle()).contains(RelPath.of("a"));
        assertThat(links.settle()).isEmpty();
    }

    @Test
    void aNewNameThatIsWrittenToAndGoneUnseenIsADoubt() throws IOException {
        for (String name : List.of("written", "seen", "unwritten", "d/below", "replaced", "other")) {
            links.came(RelPath.of(name));
        }
        for (String name : List.of("written", "seen", "d/below", "replaced")) {
            links.touched(RelPath.of(name));
        }
        file("seen");
        observe("seen");

        links.forget(RelPath.of("seen"));
        links.forget(RelPath.of("unwritten"));
        assertThat(doubts).hasValue(0);

        links.forget(RelPath.of("written"));
        assertThat(doubts).hasValue(1);
        links.forget(RelPath.of("written"));
        assertThat(doubts).as("told once").hasValue(1);

        links.renamed(RelPath.of("d"), RelPath.of("e"));
        assertThat(doubts).hasValue(1);
        links.forget(RelPath.of("e"));
        assertThat(doubts).as("it moved with its directory").hasValue(2);

        links.renamed(RelPath.of("other"), RelPath.of("replaced"));
        assertThat(doubts).hasValue(3);
    }

    @Test
    void aNewNameThatIsWrittenToAndReplacedUnseenIsADoubt() {
        links.came(RelPath.of("x"));
        links.touched(RelPath.of("x"));

        // By a file that comes from an excluded name: no rename is seen, only a name that comes.
        links.came(RelPath.of("x"));

        assertThat(doubts).hasValue(1);
        links.came(RelPath.of("x"));
        assertThat(doubts).as("told once").hasValue(1);
    }

    @Test
    void aNewDirectoryThatIsGoneUnseenIsADoubt() throws IOException {
        links.directoryCame(RelPath.of("gone"));
        links.directoryCame(RelPath.of("moved"));
        links.directoryCame(RelPath.of("seen"));
        links.renamed(RelPath.of("moved"), RelPath.of("elsewhere"));
        file("seen/f");
        links.observeBelow(RelPath.of("seen"));

        links.forget(RelPath.of("seen"));
        assertThat(doubts).hasValue(0);
        links.forget(RelPath.of("gone"));
        assertThat(doubts).hasValue(1);
        links.forget(RelPath.of("elsewhere"));
        assertThat(doubts).hasValue(2);
    }

    @Test
    void moreUnseenNamesThanAreKeptAreADoubt() {
        for (int i = 0; i <= 65_536; i++) {
            links.came(RelPath.of("f" + i));
        }

        assertThat(doubts).hasValue(1);
    }
}
