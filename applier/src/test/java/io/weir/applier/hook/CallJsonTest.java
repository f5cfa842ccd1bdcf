package io.weir.applier.hook;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.applier.reconcile.Change;
import io.weir.applier.reconcile.Change.Action;
import io.weir.schemas.RelPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a hook is given is what its page shows. */
class CallJsonTest {
    private static final Path PAGE = Path.of("../docs/hooks.md");

    private static Change change(Action action, String path, boolean directory) {
        return new Change(action, RelPath.of(path), directory, null);
    }

    @Test
    void pageShowsWhatIsGiven() throws IOException {
        List<Change> changes = List.of(
                change(Action.UPDATED, "news/index.html", false),
                change(Action.UPDATED, "img/new", true),
                change(Action.DELETED, "news/2019", true),
                new Change(Action.RENAMED, RelPath.of("img/b"), true, RelPath.of("img/a")),
                change(Action.UPDATED, "odd\nname", false));
        Applied applied = new Applied(
                changes,
                List.of("changes"),
                3,
                1041,
                1043,
                Instant.parse("2026-03-01T10:15:30.120Z"),
                Instant.parse("2026-03-01T10:15:30.190Z"));
        byte[] given = CallJson.of(
                new Hooks.Place("data", "backup1", Path.of("/srv/replica/data")),
                "purge",
                applied,
                new CallJson.Part("4f0c2d0e-7c1f-4f0e-9f57-0d7c2a5f3f0b", 1, 1, changes));

        String page = Files.readString(PAGE);
        String shown = page.substring(page.indexOf("```json") + "```json".length());
        shown = shown.substring(0, shown.indexOf("```"));
        assertThat(new String(given, StandardCharsets.UTF_8)).endsWith("}\n").isEqualToIgnoringWhitespace(shown);
    }

    @Test
    void whatIsNoBatchHasNoOffsets() {
        Change change = change(Action.UNSURE, ".", true);
        Applied applied = new Applied(List.of(change), List.of("retry"), -1, -1, -1, Instant.EPOCH, Instant.EPOCH);
        byte[] given = CallJson.of(
                new Hooks.Place("data", "backup1", Path.of("/r")),
                "h",
                applied,
                new CallJson.Part("id", 1, 1, List.of(change)));

        assertThat(new String(given, StandardCharsets.UTF_8))
                .contains("{\"action\":\"unsure\",\"path\":\".\",\"directory\":true}")
                .doesNotContain("partition", "Offset");
    }
}
