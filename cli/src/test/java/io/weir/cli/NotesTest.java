package io.weir.cli;

import static io.weir.cli.SampleRecords.change;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.agent.SourceSettings;
import io.weir.schemas.Change;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.FileType;
import io.weir.schemas.RelPath;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NotesTest {
    private static ChangeSearch.Found found(boolean isCut, Change... changes) {
        return new ChangeSearch.Found(
                List.of(changes).stream().map(each -> new Seen(each, 0, 0)).toList(), isCut, false, 0);
    }

    private static List<String> notes(String path, boolean hasSettings, ChangeSearch.Found found) {
        return Notes.of(RelPath.of(path), hasSettings, true, found, null, null);
    }

    private static List<String> hints(String path, boolean hasSettings, ChangeSearch.Found found) {
        return Notes.hints(RelPath.of(path), hasSettings, found);
    }

    @Test
    void whatIsNeverReplicatedNamesTheRule() {
        Optional<SourceSettings> settings = Optional.of(
                new SourceSettings("data", Path.of("/export/data"), List.of("*.bak", "/cache", "!keep.bak")));

        assertThat(Notes.exclusion(RelPath.of("d/cache/x"), settings)).isEmpty();
        assertThat(Notes.exclusion(RelPath.of("cache/x"), settings))
                .get()
                .asString()
                .contains("'/cache'");
        assertThat(Notes.exclusion(RelPath.of("d/keep.bak"), settings)).isEmpty();
        assertThat(Notes.exclusion(RelPath.of("d/x.bak"), Optional.empty())).isEmpty();
        assertThat(Notes.exclusion(RelPath.of(".weir/id"), Optional.empty())).contains("it is Weir's own");
    }

    @Test
    void whatWasNotObservedSaysWhyThatCanBe() {
        assertThat(hints("d/a", true, found(false))).singleElement().asString().contains("--since TIME");
        assertThat(notes("d/a.tmp", false, found(true)))
                .anySatisfy(note -> assertThat(note).contains("no longer kept"))
                .anySatisfy(note -> assertThat(note).contains("aggregator.temp.grace"))
                .anySatisfy(note -> assertThat(note).contains("`exclude`"))
                .as("what a page shows too")
                .noneMatch(note -> note.contains("--"));
        assertThat(hints("d/a", false, found(false, change(ChangeKind.RESCAN, "d", null, FileType.DIRECTORY, 1))))
                .hasSize(2)
                .anySatisfy(hint -> assertThat(hint).contains("--config FILE"));
        ChangeSearch.Found seen = found(false, change(ChangeKind.CLOSED, "d/a", 1));
        assertThat(notes("d/a", false, seen)).isEmpty();
        assertThat(hints("d/a", false, seen)).isEmpty();
        assertThat(Notes.of(RelPath.of("d/a"), true, false, found(false), null, null))
                .first()
                .asString()
                .contains("no agent has said");
    }

    @Test
    void whatIsInNoBatchYetSaysWhatItWaitsFor() {
        Change written = change(ChangeKind.MODIFIED, "d/a", 1);
        Change closed = change(ChangeKind.CLOSED, "d/a", 1);

        assertThat(Notes.of(RelPath.of("d/a"), true, true, found(false, written), written, null))
                .singleElement()
                .asString()
                .contains("aggregator.settle");
        assertThat(Notes.of(RelPath.of("d/a"), true, true, found(false, closed), closed, null))
                .singleElement()
                .asString()
                .contains("has not sent it yet");
    }
}
