package io.weir.aggregator;

import io.weir.schemas.Batch;
import io.weir.schemas.BatchPath;
import io.weir.schemas.Micros;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.RelPath;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * How pending paths lie in the store, and so in its changelog topic.
 *
 * <p>Key of an entry: source, NUL, path. Value: one byte for the state, one for "new", then a {@link Batch} of that one
 * path, whose epoch and sequence say where the source's changes are. Key of a position: source. Value: epoch, next sequence,
 * batch sequence as three longs. A batch record is used because it may evolve, and an upgrade must read what it finds.
 */
final class Entries {
    private static final String ANY_TOPIC = "";

    private final Serde<Batch> serde = RecordSerde.of(Batch.class);

    /** A stored entry. */
    record Entry(Pending pending, EpochGate gate) {}

    /** A stored position. */
    record Position(EpochGate gate, long batchSequence) {}

    static Bytes positionKey(String source) {
        return Bytes.wrap(source.getBytes(StandardCharsets.UTF_8));
    }

    static Bytes entryKey(String source, RelPath path) {
        byte[] name = source.getBytes(StandardCharsets.UTF_8);
        byte[] bytes = path.bytes();
        byte[] key = Arrays.copyOf(name, name.length + 1 + bytes.length);
        System.arraycopy(bytes, 0, key, name.length + 1, bytes.length);
        return Bytes.wrap(key);
    }

    static String source(Bytes key) {
        int end = separator(key.get());
        return new String(key.get(), 0, end < 0 ? key.get().length : end, StandardCharsets.UTF_8);
    }

    /** The path of an entry's key; null for the key of a position. */
    static @Nullable RelPath path(Bytes key) {
        int separator = separator(key.get());
        return separator < 0 ? null : RelPath.of(Arrays.copyOfRange(key.get(), separator + 1, key.get().length));
    }

    private static int separator(byte[] key) {
        for (int i = 0; i < key.length; i++) {
            if (key[i] == 0) {
                return i;
            }
        }
        return -1;
    }

    byte[] encode(String source, RelPath path, Pending pending, EpochGate gate) {
        Batch.Builder batch = Batch.newBuilder()
                .setSource(source)
                .setEpoch(gate.epoch())
                .setSequence(gate.next())
                .setChanges(pending.changes())
                .setCreatedAt(Instant.EPOCH)
                .setCapturedAt(Micros.toInstant(pending.capturedAtMicros()))
                .setPaths(List.of(toBatchPath(path, pending)));
        String reason = pending.reason();
        if (reason != null) {
            batch.setReason(reason);
        }
        byte[] record = serde.serializer().serialize(ANY_TOPIC, batch.build());
        byte[] value = new byte[record.length + 2];
        value[0] = (byte) code(pending.state());
        value[1] = (byte) (pending.isNew() ? 1 : 0);
        System.arraycopy(record, 0, value, 2, record.length);
        return value;
    }

    /** Reads an entry back as if its change had arrived now. */
    Entry decode(byte[] value, long nowMillis) {
        Batch batch = serde.deserializer().deserialize(ANY_TOPIC, Arrays.copyOfRange(value, 2, value.length));
        BatchPath path = batch.getPaths().get(0);
        ByteBuffer from = path.getMovedFrom();
        Pending pending = new Pending(
                state(value[0]),
                value[1] == 1,
                path.getObserved(),
                from == null ? null : RelPath.of(from),
                Micros.of(path.getCapturedAt()),
                nowMillis,
                nowMillis,
                batch.getChanges(),
                batch.getReason());
        return new Entry(pending, new EpochGate(batch.getEpoch(), batch.getSequence()));
    }

    static byte[] encode(EpochGate gate, long batchSequence) {
        return ByteBuffer.allocate(3 * Long.BYTES)
                .putLong(gate.epoch())
                .putLong(gate.next())
                .putLong(batchSequence)
                .array();
    }

    static Position decodePosition(byte[] value) {
        ByteBuffer buffer = ByteBuffer.wrap(value);
        return new Position(new EpochGate(buffer.getLong(), buffer.getLong()), buffer.getLong());
    }

    static BatchPath toBatchPath(RelPath path, Pending pending) {
        RelPath from = pending.movedFrom();
        BatchPath.Builder entry = BatchPath.newBuilder()
                .setPath(path.toField())
                .setRecursive(pending.isRecursive())
                .setObserved(pending.observed())
                .setCapturedAt(Micros.toInstant(pending.capturedAtMicros()));
        if (from != null) {
            entry.setMovedFrom(from.toField());
        }
        return entry.build();
    }

    private static int code(ChangeFold.State state) {
        return switch (state) {
            case NONE -> 0;
            case ABSENT -> 1;
            case WRITING -> 2;
            case READY -> 3;
            case DIRECTORY -> 4;
            case TREE -> 5;
        };
    }

    private static ChangeFold.State state(int code) {
        return switch (code) {
            case 1 -> ChangeFold.State.ABSENT;
            case 2 -> ChangeFold.State.WRITING;
            case 3 -> ChangeFold.State.READY;
            case 4 -> ChangeFold.State.DIRECTORY;
            // A state of a newer version is a doubt.
            default -> ChangeFold.State.TREE;
        };
    }
}
