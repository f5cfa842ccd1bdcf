package io.weir.schemas;

import java.io.ByteArrayOutputStream;
import org.apache.avro.Schema;

/**
 * How the bytes of a record name the schema that they were written with. The first byte tells framings apart, so one
 * topic may hold several. Implementations are thread-safe.
 */
interface Framing {
    /** First byte of Avro's single-object encoding. */
    byte SINGLE_OBJECT = (byte) 0xC3;

    /** First byte of the framing used with a schema registry: a four-byte big-endian schema id follows. */
    byte REGISTRY = 0x00;

    /** Writes what stands in front of a body that is written with the current schema, to a topic. */
    void writeHeader(String topic, ByteArrayOutputStream out);

    /**
     * Reads what stands in front of a body.
     *
     * @throws UndecodableRecordException when it is cut short or names a schema that is not known
     */
    Body open(byte[] data);

    /**
     * Where the body of a record starts and which schema wrote it.
     *
     * @param writer the schema that the body was written with
     * @param offset index of the first byte of the body
     */
    record Body(Schema writer, int offset) {}
}
