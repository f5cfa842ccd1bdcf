package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.schemas.Batch;
import io.weir.schemas.BatchPath;
import io.weir.schemas.Change;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.FileType;
import io.weir.schemas.Observed;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.RelPath;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a replica lacks, by batches and changes. */
class NotArrivedTest {
    private static final Instant START = Instant.parse("2026-01-31T12:00:00Z");

    private final NotArrived lost = new NotArrived(START.minusSeconds(60));

    @BeforeAll
    static void avroTrustsTheRecords() {
        assertThat(RecordSerde.of(Change.class)).isNotNull();
    }

    private static Observed seen(FileType type) {
        return Observed.newBuilder().setType(type).build();
    }

    private static BatchPath path(String path, FileType type, boolean recursive) {
        return BatchPath.newBuilder()
                .setPath(RelPath.of(path).toField())
                .setRecursive(recursive)
                .setObserved(seen(type))
                .setCapturedAt(START)
                .build();
    }

    private static Batch batch(long second, BatchPath... paths) {
        return Batch.newBuilder()
                .setSource("data")
                .setSequence(1)
                .setEpoch(1)
                .setCreatedAt(START.plusSeconds(second))
                .setCapturedAt(START)
                .setPaths(List.of(paths))
                .build();
    }

    private void batch(long second, boolean isBehind, BatchPath... paths) {
        lost.batch(batch(second, paths), isBehind);
    }

    private void change(long second, ChangeKind kind, String path, FileType type) {
        lost.change(Change.newBuilder()
                .setSource("data")
                .setEpoch(1)
                .setSequence(1)
                .setKind(kind)
                .setPath(RelPath.of(path).toField())
                .setObserved(seen(type))
                .setCapturedAt(START.plusSeconds(second))
                .build());
    }

    private Stream<String> paths() {
        return lost.paths().stream().map(each -> each.path() + (each.isBatched() ? " in a batch" : ""));
    }

    @Test
    void namesWhatBatchesBehindThePositionName() {
        batch(1, false, path("arrived", FileType.FILE, false));
        batch(2, true, path("late", FileType.FILE, false), path("gone", FileType.ABSENT, false));
        batch(3, true, path("late", FileType.FILE, false));

        assertThat(paths()).containsExactly("gone in a batch", "late in a batch");
        assertThat(lost.oldest()).contains(START);
        assertThat(lost.forgotten()).isZero();
    }

    @Test
    void aChangeCountsThatNoLaterBatchNames() {
        batch(5, false, path("arrived", FileType.FILE, false), path("whole", FileType.DIRECTORY, true));
        batch(5, false, path("plain", FileType.DIRECTORY, false), path("away", FileType.ABSENT, false));

        change(4, ChangeKind.CLOSED, "arrived", FileType.FILE);
        change(6, ChangeKind.CLOSED, "arrived later", FileType.FILE);
        change(4, ChangeKind.CLOSED, "whole/a/b", FileType.FILE);
        change(6, ChangeKind.CLOSED, "whole/new", FileType.FILE);
        change(4, ChangeKind.CLOSED, "plain/file", FileType.FILE);
        change(4, ChangeKind.DELETED, "away/file", FileType.ABSENT);
        change(9, ChangeKind.GAP, ".", FileType.DIRECTORY);
        change(9, ChangeKind.CHECKPOINT, ".", FileType.DIRECTORY);

        assertThat(paths()).containsExactly("arrived later", "plain/file", "whole/new");
        assertThat(lost.oldest()).contains(START.plusSeconds(4));
    }

    @Test
    void aTemporaryNameThatWentAgainIsNothing() {
        change(1, ChangeKind.CREATED, "dir/.file.swp", FileType.FILE);
        assertThat(paths()).containsExactly("dir/.file.swp");
        change(2, ChangeKind.DELETED, "dir/.file.swp", FileType.ABSENT);
        assertThat(paths()).isEmpty();
    }

    @Test
    void asksForAllChangesThatAnAggregatorHadNotComeTo() {
        // It was away for two hours, and has made one batch since, of what was captured first.
        Batch late = batch(7_200);

        assertThat(NotArrived.begin(START.plusSeconds(7_000), late)).isEqualTo(START.minusSeconds(900));
        assertThat(NotArrived.begin(START.minusSeconds(5), late)).isEqualTo(START.minusSeconds(905));
        assertThat(NotArrived.begin(null, late)).isEqualTo(START.minusSeconds(900));
        assertThat(NotArrived.begin(START, null)).isEqualTo(Instant.EPOCH);
    }

    @Test
    void listsABatchOfBeforeThatChangesAreNotAskedFor() {
        batch(-61, true, path("old", FileType.FILE, false));
        // Not possible in the order of time: shows that it is not remembered.
        change(-62, ChangeKind.CLOSED, "old", FileType.FILE);

        assertThat(paths()).containsExactly("old in a batch");
        assertThat(lost.oldest()).contains(START.minusSeconds(62));
    }
}
