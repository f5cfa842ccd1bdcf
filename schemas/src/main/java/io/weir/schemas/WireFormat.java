package io.weir.schemas;

import java.io.ByteArrayOutputStream;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.ToIntBiFunction;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * How the records of one deployment lie in its topics: with the fingerprints of schemas that are built in, or in Confluent's wire
 * format with ids of a schema registry ({@code 00}, the id in four bytes big-endian, the body). What is read may be either, whatever
 * is written. Thread-safe.
 *
 * <p>What a registry's functions throw comes out of the serdes as it is: the record is not at fault then, and is to be read or written
 * again. Only a {@link Status} is written without the registry while that throws a {@link RetriableException}: it is what tells
 * people of the registry's trouble.
 */
public final class WireFormat {
    private static final WireFormat BUILT_IN = new WireFormat(null);

    private final @Nullable Registry registry;

    private WireFormat(@Nullable Registry registry) {
        this.registry = registry;
    }

    /** Without a registry. */
    public static WireFormat builtIn() {
        return BUILT_IN;
    }

    /**
     * With a registry.
     *
     * @param ids the id of a schema's text below a subject; keeps what it knows
     * @param schemas the text of the schema with an id; empty when the registry has none
     */
    public static WireFormat registry(ToIntBiFunction<String, String> ids, IntFunction<Optional<String>> schemas) {
        return new WireFormat(new Registry(ids, schemas));
    }

    /**
     * With a registry, if there is one.
     *
     * @param ids see {@link #registry}
     * @param schemas see {@link #registry}
     */
    public static <R> WireFormat of(
            Optional<R> registry,
            Function<R, ToIntBiFunction<String, String>> ids,
            Function<R, IntFunction<Optional<String>>> schemas) {
        return registry.map(known -> registry(ids.apply(known), schemas.apply(known)))
                .orElse(BUILT_IN);
    }

    /** The serde of a generated record class in this format. */
    public <T extends SpecificRecord> RecordSerde<T> serde(Class<T> type) {
        return RecordSerde.of(type, this);
    }

    /**
     * Puts records that {@link RecordSerde#encode} made into this format, at the edge to Kafka: what waits in between needs no
     * registry. Null stays null.
     */
    public Serializer<byte[]> framer() {
        Registry known = registry;
        return known == null
                ? (topic, record) -> record
                : (topic, record) -> record == null ? null : known.framed(topic, record);
    }

    /** The registry's framing for records of this schema; null without a registry. */
    @Nullable
    Framing framing(Schema current) {
        return registry == null ? null : registry.framing(current);
    }

    /** Whether a record of this schema tells of trouble, that with a registry too, and so does not wait for one. */
    static boolean isTelling(Schema schema) {
        return schema.getFullName().equals(Status.getClassSchema().getFullName());
    }

    /** The subject of a topic's values, as Confluent's clients name it by default. */
    static String subject(String topic) {
        return topic + "-value";
    }

    private static final class Registry {
        private final ToIntBiFunction<String, String> ids;
        private final IntFunction<Optional<String>> texts;
        private final Map<Integer, Schema> parsed = new ConcurrentHashMap<>();
        private final Map<Written, Integer> written = new ConcurrentHashMap<>();

        /** What an id stands for at the edge to Kafka, without the text of a schema, which takes long to make. */
        private record Written(String topic, long fingerprint) {}

        Registry(ToIntBiFunction<String, String> ids, IntFunction<Optional<String>> texts) {
            this.ids = ids;
            this.texts = texts;
        }

        RegistryFraming framing(Schema current) {
            return new RegistryFraming(current, topic -> id(topic, current), this::schema);
        }

        private int id(String topic, Schema schema) {
            int id = ids.applyAsInt(subject(topic), SchemaHistory.text(schema));
            // What is written can be read without another question.
            parsed.putIfAbsent(id, schema);
            return id;
        }

        private @Nullable Schema schema(int id) {
            Schema known = parsed.get(id);
            if (known == null) {
                Optional<String> text = texts.apply(id);
                if (text.isEmpty()) {
                    return null;
                }
                known = parse(id, text.get());
                parsed.put(id, known);
            }
            return known;
        }

        private static Schema parse(int id, String text) {
            try {
                return new Schema.Parser().parse(text);
            } catch (AvroRuntimeException | IllegalArgumentException e) {
                // Of somebody else's schema: Avro has several names for what it does not take.
                throw new UndecodableRecordException(
                        "cannot decode a record: schema " + id + " of the registry is none of Avro", e);
            }
        }

        byte[] framed(String topic, byte[] record) {
            Written key = new Written(topic, SingleObjectFraming.fingerprint(record));
            Integer id = written.get(key);
            if (id == null) {
                Schema schema = builtIn(key);
                try {
                    id = id(topic, schema);
                } catch (RetriableException e) {
                    if (isTelling(schema)) {
                        return record;
                    }
                    throw e;
                }
                written.put(key, id);
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream(record.length);
            RegistryFraming.writeHeader(id, out);
            int body = SingleObjectFraming.HEADER_LENGTH;
            out.write(record, body, record.length - body);
            return out.toByteArray();
        }

        private static Schema builtIn(Written record) {
            Schema schema = SchemaHistory.BUILT_IN.find(record.fingerprint());
            if (schema == null) {
                throw new IllegalArgumentException(
                        "a record for " + record.topic() + " is in no format that was built in");
            }
            return schema;
        }
    }
}
