package io.weir.schemas;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.LongFunction;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.jspecify.annotations.Nullable;

/**
 * Avro's single-object encoding: {@code C3 01}, then the CRC-64-AVRO fingerprint of the writer's canonical schema in eight
 * bytes, little-endian. It needs no registry: all schemas that ever wrote are built in ({@link SchemaHistory}).
 */
final class SingleObjectFraming implements Framing {
    private static final byte VERSION = 0x01;
    static final int HEADER_LENGTH = 10;

    private final Schema current;
    private final long fingerprint;
    private final LongFunction<@Nullable Schema> history;
    private final byte[] header;

    /**
     * The framing of records of a schema.
     *
     * @param history the schema of a fingerprint, or null; asked for what the current one did not write
     */
    SingleObjectFraming(Schema current, LongFunction<@Nullable Schema> history) {
        this.current = current;
        this.fingerprint = SchemaNormalization.parsingFingerprint64(current);
        this.history = history;
        this.header = ByteBuffer.allocate(HEADER_LENGTH)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(SINGLE_OBJECT)
                .put(VERSION)
                .putLong(fingerprint)
                .array();
    }

    @Override
    public void writeHeader(String topic, ByteArrayOutputStream out) {
        out.writeBytes(header);
    }

    /** The fingerprint in a record of this encoding. */
    static long fingerprint(byte[] record) {
        if (record.length < HEADER_LENGTH || record[0] != SINGLE_OBJECT || record[1] != VERSION) {
            throw new IllegalArgumentException("a record is not in the single-object encoding");
        }
        return named(record);
    }

    private static long named(byte[] record) {
        return ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN).getLong(2);
    }

    @Override
    public Body open(byte[] data) {
        if (data.length < HEADER_LENGTH) {
            throw new UndecodableRecordException(
                    "cannot decode " + current.getName() + ": " + data.length + " bytes are too few for a record");
        }
        if (data[1] != VERSION) {
            throw new UndecodableRecordException(String.format(
                    "cannot decode %s: version 0x%02x of the single-object encoding is not known",
                    current.getName(), data[1]));
        }
        long named = named(data);
        // The current schema first: the history may lag behind while a schema is being worked on.
        return new Body(named == fingerprint ? current : past(named), HEADER_LENGTH);
    }

    private Schema past(long named) {
        @Nullable Schema writer = history.apply(named);
        if (writer == null) {
            throw new UndecodableRecordException(String.format(
                    "cannot decode %s: no schema with fingerprint %016x is known; a newer Weir may have written it: "
                            + "upgrade readers before writers",
                    current.getName(), named));
        }
        return writer;
    }
}
