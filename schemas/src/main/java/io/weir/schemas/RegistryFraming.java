package io.weir.schemas;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import java.util.function.ToIntFunction;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Confluent's wire format: {@code 00}, then the id that a schema registry gave the writer's schema, in four bytes, big-endian.
 * Whatever the functions throw comes out as it is.
 */
final class RegistryFraming implements Framing {
    private static final int HEADER_LENGTH = 5;

    private final Schema current;
    private final ToIntFunction<String> idIn;
    private final IntFunction<@Nullable Schema> schemas;
    /** What was answered once, by topic: an id never changes. */
    private final Map<String, Integer> ids = new ConcurrentHashMap<>();

    /**
     * Of records with a current schema.
     *
     * @param idIn the id of that schema in a topic
     * @param schemas the schema with an id; null when the registry has none
     */
    RegistryFraming(Schema current, ToIntFunction<String> idIn, IntFunction<@Nullable Schema> schemas) {
        this.current = current;
        this.idIn = idIn;
        this.schemas = schemas;
    }

    @Override
    public void writeHeader(String topic, ByteArrayOutputStream out) {
        Integer id = ids.get(topic);
        if (id == null) {
            // Outside of the map, as the registry may be waited for.
            id = idIn.applyAsInt(topic);
            ids.put(topic, id);
        }
        writeHeader(id, out);
    }

    static void writeHeader(int id, ByteArrayOutputStream out) {
        out.writeBytes(
                ByteBuffer.allocate(HEADER_LENGTH).put(REGISTRY).putInt(id).array());
    }

    @Override
    public Body open(byte[] data) {
        if (data.length < HEADER_LENGTH) {
            throw new UndecodableRecordException(
                    "cannot decode " + current.getName() + ": " + data.length + " bytes are too few for a record");
        }
        int id = ByteBuffer.wrap(data).getInt(1);
        // Registries number from 1; anything else need not be asked for.
        Schema writer = id < 1 ? null : schemas.apply(id);
        if (writer == null) {
            throw new UndecodableRecordException(
                    "cannot decode " + current.getName() + ": the schema registry has no schema " + id
                            + "; was the record written with another registry, or is it none of Weir's?");
        }
        return new Body(writer, HEADER_LENGTH);
    }
}
