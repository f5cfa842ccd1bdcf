package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.schemas.Batch;
import io.weir.schemas.Change;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.FileType;
import io.weir.schemas.Observed;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.RelPath;
import io.weir.schemas.Topics;
import io.weir.schemas.WireFormat;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class RecordLinesTest {
    private final Topics topics = new Topics("weir");
    private final RecordLines lines = new RecordLines(topics, WireFormat.builtIn());

    private ConsumerRecord<byte[], byte[]> change(byte[] value) {
        return new ConsumerRecord<>(topics.changes().name(), 0, 7, "data".getBytes(StandardCharsets.UTF_8), value);
    }

    @Test
    void pathsAreEscaped() {
        Change change = Change.newBuilder()
                .setSource("data")
                .setEpoch(1)
                .setSequence(1)
                .setKind(ChangeKind.MOVED)
                .setPath(ByteBuffer.wrap(new byte[] {'a', '\n', 0x1B, (byte) 0xFF}))
                .setMovedFrom(ByteBuffer.wrap(new byte[] {'b'}))
                .setObserved(Observed.newBuilder().setType(FileType.FILE).build())
                .setCapturedAt(Instant.EPOCH)
                .build();

        assertThat(lines.render(change(RecordSerde.of(Change.class).encode(change))))
                .singleElement()
                .asString()
                .contains("data  moved  a\\x0a\\x1b\\xff  from b  file");
    }

    @Test
    void gapsAndWhatTheyLedToAreTold() {
        Change gap = Change.newBuilder()
                .setSource("data")
                .setEpoch(1)
                .setSequence(1)
                .setKind(ChangeKind.GAP)
                .setPath(RelPath.ROOT.toField())
                .setObserved(Observed.newBuilder().setType(FileType.DIRECTORY).build())
                .setCapturedAt(Instant.EPOCH)
                .setReason("the kernel's event queue overflowed")
                .build();
        Batch batch = Batch.newBuilder()
                .setSource("data")
                .setSequence(4)
                .setEpoch(1)
                .setCreatedAt(Instant.EPOCH)
                .setCapturedAt(Instant.EPOCH)
                .setPaths(List.of())
                .setReason("changes are missing: epoch 1 sequence 3 came after epoch 1 sequence 1")
                .build();
        byte[] value = RecordSerde.of(Batch.class).encode(batch);

        assertThat(lines.render(change(RecordSerde.of(Change.class).encode(gap))))
                .singleElement()
                .asString()
                .contains("data  gap  .  directory  (the kernel's event queue overflowed)");
        assertThat(lines.render(new ConsumerRecord<>(topics.batches().name(), 0, 0, new byte[0], value)))
                .singleElement()
                .asString()
                .contains("#4", "(changes are missing: epoch 1 sequence 3");
    }

    @Test
    void garbageIsALineThatNamesItsPlace() {
        assertThat(lines.render(change(new byte[] {1, 2, 3})))
                .singleElement()
                .asString()
                .contains("weir.changes partition 0 offset 7 cannot be read");
    }

    @Test
    void sourcesAreToldApart() {
        assertThat(lines.isOf(null, change(new byte[0]))).isTrue();
        assertThat(lines.isOf("data", change(new byte[0]))).isTrue();
        assertThat(lines.isOf("dat", change(new byte[0]))).isFalse();
    }
}
