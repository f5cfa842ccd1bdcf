package io.weir.applier.consume;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.schemas.Batch;
import io.weir.schemas.BatchPath;
import io.weir.schemas.DeadLetterKind;
import io.weir.schemas.FileType;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.WireFormat;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a record, good or bad. */
class BatchReaderTest {
    private final BatchReader reader = new BatchReader(Set.of("data"), WireFormat.builtIn());

    static ConsumerRecord<byte[], byte[]> record(String key, byte[] value, long offset) {
        return new ConsumerRecord<>("weir.batches", 3, offset, key.getBytes(StandardCharsets.UTF_8), value);
    }

    static byte[] batch(String source, String... paths) {
        List<BatchPath> all = new ArrayList<>();
        for (String path : paths) {
            all.add(BatchPath.newBuilder()
                    .setPath(ByteBuffer.wrap(path.getBytes(StandardCharsets.UTF_8)))
                    .setMovedFrom(ByteBuffer.wrap("../../etc".getBytes(StandardCharsets.UTF_8)))
                    .setObserved(Backlog.seen(FileType.FILE))
                    .setCapturedAt(Instant.EPOCH)
                    .build());
        }
        return RecordSerde.of(Batch.class)
                .encode(Batch.newBuilder()
                        .setSource(source)
                        .setSequence(1)
                        .setEpoch(1)
                        .setCreatedAt(Instant.EPOCH)
                        .setCapturedAt(Instant.EPOCH)
                        .setPaths(all)
                        .build());
    }

    @Test
    void readsPathsAndDropsForgedHints() {
        Reading reading = reader.read(record("data", batch("data", "a", "d/b"), 7));

        assertThat(reading.entries()).hasSize(2);
        assertThat(reading.entries().get(1).target().movedFrom()).isNull();
        assertThat(reading.entries().get(1).spans()).containsExactly(new Span(3, 7, 7));
        assertThat(reading.refusals()).isEmpty();
    }

    @Test
    void onlyWholeDirectoriesOfABatchWithAReasonAreABaseline() {
        Batch batch = RecordSerde.of(Batch.class).decode(batch("data", ".", "d", "renamed-away", "alone", "file"));
        List<BatchPath> paths = new ArrayList<>(batch.getPaths());
        see(paths, 0, FileType.UNKNOWN, true);
        see(paths, 1, FileType.DIRECTORY, true);
        see(paths, 2, FileType.UNKNOWN, true);
        see(paths, 3, FileType.DIRECTORY, false);
        byte[] gap = RecordSerde.of(Batch.class)
                .encode(Batch.newBuilder(batch)
                        .setPaths(paths)
                        .setReason("a gap")
                        .build());

        Reading reading = reader.read(record("data", gap, 7));

        assertThat(reading.entries())
                .filteredOn(entry -> entry.reason() != null)
                .extracting(entry -> entry.path().toString())
                .containsExactly(".", "d");
        assertThat(reading.entries().get(2).isRecursive()).isTrue();
    }

    @Test
    void readsACheckpointWithItsNumber() {
        Batch batch = RecordSerde.of(Batch.class).decode(batch("data"));
        byte[] checkpoint = RecordSerde.of(Batch.class)
                .encode(Batch.newBuilder(batch)
                        .setSequence(12)
                        .setCheckpoint("c1")
                        .build());

        Reading reading = reader.read(record("data", checkpoint, 7));

        assertThat(reading.entries()).isEmpty();
        assertThat(reading.sequence()).isEqualTo(12);
        assertThat(reading.checkpoint()).isEqualTo(new Reading.Checkpoint("c1", batch.getCapturedAt()));
        assertThat(reader.read(record("data", batch("data", "a"), 8)).checkpoint())
                .isNull();
    }

    private static void see(List<BatchPath> paths, int at, FileType type, boolean recursive) {
        paths.set(
                at,
                BatchPath.newBuilder(paths.get(at))
                        .setObserved(Backlog.seen(type))
                        .setRecursive(recursive)
                        .build());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/etc/passwd", "../x", "a/../../x", "a//b", "a\0b", ".weir/position", "./a"})
    void refusesWhatMustNotBeJoinedToARoot(String path) {
        Reading reading = reader.read(record("data", batch("data", path, "good"), 7));

        assertThat(reading.entries()).hasSize(1);
        assertThat(reading.refusals()).hasSize(1);
        assertThat(reading.refusals().get(0).kind()).isEqualTo(DeadLetterKind.REFUSED);
        assertThat(StandardCharsets.UTF_8
                        .decode(reading.refusals().get(0).path().duplicate())
                        .toString())
                .isEqualTo(path);
    }

    @Test
    void leavesAPathThatLinuxCannotTakeToTheReconciler() {
        // It may be that it is gone at the source, which settles it.
        Reading reading = reader.read(record("data", batch("data", "x".repeat(255) + "/y".repeat(2000)), 7));

        assertThat(reading.refusals()).isEmpty();
        assertThat(reading.entries()).hasSize(1);
    }

    @Test
    void namesWhereAnUnreadableRecordWas() {
        Reading reading = reader.read(record("data", new byte[] {1, 2, 3}, 7));

        assertThat(reading.refusals()).singleElement().satisfies(refusal -> {
            assertThat(refusal.kind()).isEqualTo(DeadLetterKind.UNDECODABLE);
            assertThat(refusal.reason()).contains("topic=weir.batches partition=3 offset=7");
        });
    }

    @Test
    void passesOverSourcesOfOthers() {
        assertThat(reader.read(record("other", batch("other", "../x"), 7)).refusals())
                .isEmpty();
        assertThat(reader.read(record("other", new byte[] {1}, 8)).refusals()).isEmpty();
    }
}
