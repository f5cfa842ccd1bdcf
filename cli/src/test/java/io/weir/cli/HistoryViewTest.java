package io.weir.cli;

import static io.weir.cli.SampleRecords.change;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.schemas.Change;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.FileType;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class HistoryViewTest {
    @Test
    void showsWhatWasObservedWithEscapedPaths() {
        Change moved = Change.newBuilder(change(ChangeKind.MOVED, "new", "old", FileType.FILE, 1))
                .setPath(ByteBuffer.wrap(new byte[] {'a', '\n', (byte) 0xFF}))
                .build();
        Change gap = Change.newBuilder(change(ChangeKind.GAP, ".", null, FileType.DIRECTORY, 2))
                .setReason("the agent was not running")
                .build();
        List<Seen> changes = List.of(
                new Seen(moved, 2, 8),
                new Seen(change(ChangeKind.DELETED, "gone", null, FileType.ABSENT, 1), 2, 9),
                new Seen(gap, 2, 10));

        assertThat(HistoryView.table(changes).lines())
                .hasSize(4)
                .anySatisfy(line ->
                        assertThat(line).containsPattern("data +7 +moved +file +12 +0640 +a\\\\x0a\\\\xff +from old$"))
                .anySatisfy(line -> assertThat(line).containsPattern("deleted +absent +- +- +gone$"))
                .anySatisfy(line -> assertThat(line)
                        .endsWith("with all below; changes may be missing before this; the agent was not running"));
        assertThat(HistoryView.json(changes))
                .contains(
                        "\"path\" : \"a\\\\x0a\\\\xff\"",
                        "\"from\" : \"old\"",
                        "\"offset\" : 9",
                        "\"mode\" : \"0640\"");
        assertThat(HistoryView.table(List.of())).isEmpty();
    }
}
