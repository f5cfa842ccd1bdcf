package io.weir.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.avro.AvroRuntimeException;
import org.junit.jupiter.api.Test;

class RecordSerdeTest {
    private final RecordSerde<Change> changes = RecordSerde.of(Change.class);
    private final RecordSerde<Batch> batches = RecordSerde.of(Batch.class);

    @Test
    void recordsComeBackEqual() {
        assertThat(changes.decode(changes.encode(Samples.change()))).isEqualTo(Samples.change());
        assertThat(batches.decode(batches.encode(Samples.batch()))).isEqualTo(Samples.batch());
    }

    @Test
    void singleObjectEncodingIsFramedByItsMagicBytes() {
        assertThat(changes.encode(Samples.change())).startsWith(0xC3, 0x01);
    }

    @Test
    void tombstoneStaysNull() {
        assertThat(changes.serializer().serialize("t", null)).isNull();
        assertThat(changes.deserializer().deserialize("t", null)).isNull();
    }

    @Test
    void everyTruncationIsRefused() {
        byte[] whole = batches.encode(Samples.batch());
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> batches.decode(cut))
                    .as("cut to %d bytes", length)
                    .isInstanceOf(UndecodableRecordException.class);
        }
    }

    @Test
    void truncatedBodyNamesItsCause() {
        byte[] whole = batches.encode(Samples.batch());
        assertThatThrownBy(() -> batches.decode(Arrays.copyOf(whole, whole.length - 1)))
                .isInstanceOf(UndecodableRecordException.class)
                .hasMessageContaining("cannot decode Batch")
                .hasCauseInstanceOf(Exception.class);
    }

    @Test
    void trailingBytesAreRefused() {
        byte[] whole = changes.encode(Samples.change());
        assertThatThrownBy(() -> changes.decode(Arrays.copyOf(whole, whole.length + 1)))
                .isInstanceOf(UndecodableRecordException.class)
                .hasMessageContaining("1 bytes follow");
    }

    @Test
    void registryFramingNamesTheSettingToSet() {
        assertThatThrownBy(() -> changes.decode(new byte[] {0, 0, 0, 0, 1, 2, 3}))
                .isInstanceOf(UndecodableRecordException.class)
                .hasMessageContaining("schema.registry.url");
    }

    @Test
    void unknownFingerprintIsRefused() {
        byte[] data = changes.encode(Samples.change());
        data[5] ^= 0x55;
        assertThatThrownBy(() -> changes.decode(data))
                .isInstanceOf(UndecodableRecordException.class)
                .hasMessageContaining("no schema with fingerprint");
    }

    @Test
    void recordOfAnotherKindIsNamed() {
        byte[] data = batches.encode(Samples.batch());
        assertThatThrownBy(() -> changes.decode(data))
                .isInstanceOf(UndecodableRecordException.class)
                .hasMessageContaining("the record is a Batch");
    }

    @Test
    void hugeLengthsAreRefusedBeforeAnythingIsAllocated() {
        byte[] header = Arrays.copyOf(changes.encode(Samples.change()), 10);
        byte[] data = Arrays.copyOf(header, 15);
        Arrays.fill(data, 10, 14, (byte) 0xFE);
        data[14] = 0x07;
        assertThatThrownBy(() -> changes.decode(data))
                .isInstanceOf(UndecodableRecordException.class)
                .hasRootCauseInstanceOf(AvroRuntimeException.class);
    }

    @Test
    void garbageNeverEscapesAsAnythingElseAndLeavesTheSerdeUsable() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] whole = batches.encode(Samples.batch());
        for (int round = 0; round < 20_000; round++) {
            byte[] data = whole.clone();
            for (int flips = random.nextInt(4); flips >= 0; flips--) {
                data[random.nextInt(data.length)] = (byte) random.nextInt();
            }
            try {
                batches.decode(data);
            } catch (UndecodableRecordException expected) {
                assertThat(expected).as("seed %d", seed).hasMessageContaining("cannot decode Batch");
            }
        }
        assertThat(batches.decode(whole)).isEqualTo(Samples.batch());
    }

    @Test
    void pathsOfAnyBytesSurvive() {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        DeadLetter letter = DeadLetter.newBuilder(Samples.deadLetter())
                .setPath(java.nio.ByteBuffer.wrap(all))
                .build();
        RecordSerde<DeadLetter> serde = RecordSerde.of(DeadLetter.class);
        assertThat(serde.decode(serde.encode(letter)).getPath().array()).isEqualTo(all);
    }

    @Test
    void deadLetterKeyKeepsNamesAndAnyPath() {
        for (byte[] path : List.of(new byte[0], Samples.HOSTILE, new byte[] {0, 0, 'x'})) {
            DeadLetterKey key = DeadLetterKey.decode(DeadLetterKey.encode("dätä", "backup1", path));
            assertThat(key.source()).isEqualTo("dätä");
            assertThat(key.replica()).isEqualTo("backup1");
            assertThat(key.path()).isEqualTo(path);
        }
    }

    @Test
    void brokenDeadLetterKeysAreRefused() {
        assertThatThrownBy(() -> DeadLetterKey.encode("a\0b", "r", new byte[0]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> DeadLetterKey.decode(new byte[] {'a', 0, 'b'}))
                .isInstanceOf(UndecodableRecordException.class);
    }
}
