package io.weir.schemas;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DatumWriter;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.avro.util.ClassSecurityValidator;
import org.apache.avro.util.ClassSecurityValidator.ClassSecurityPredicate;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Turns one kind of Avro record into the bytes of a Kafka value and back. Thread-safe; {@link #close} does nothing.
 *
 * <p>A tombstone (null) stays null both ways. Bytes are never trusted: whatever is not a whole record of this kind, written with
 * the current or a past schema, is an {@link UndecodableRecordException}, at a cost bounded by its length.
 *
 * @param <T> the generated record class
 */
public final class RecordSerde<T extends SpecificRecord> implements Serde<T> {
    static {
        // Avro makes only instances of classes that the process trusts. The set is Avro's own and global, so this adds
        // to it.
        ClassSecurityPredicate before = ClassSecurityValidator.getGlobal();
        String records = RecordSerde.class.getPackageName();
        ClassSecurityValidator.setGlobal(type -> type.getPackageName().equals(records) || before.isTrusted(type));
    }

    private final Schema current;
    private final SpecificData model;
    private final Framing builtIn;
    private final @Nullable Framing registry;
    private final DatumWriter<T> writer;
    private final Map<Schema, DatumReader<T>> readers = new ConcurrentHashMap<>();

    private RecordSerde(Class<T> type, WireFormat format) {
        this.model = SpecificData.getForClass(type);
        this.current = model.getSchema(type);
        // Not before it is needed: all versions take long to parse.
        this.builtIn = new SingleObjectFraming(current, fingerprint -> SchemaHistory.BUILT_IN.find(fingerprint));
        this.registry = format.framing(current);
        this.writer = writerOf(model, current);
    }

    /** The serde of a generated record class, without a schema registry. */
    public static <T extends SpecificRecord> RecordSerde<T> of(Class<T> type) {
        return of(type, WireFormat.builtIn());
    }

    /** See {@link WireFormat#serde}. */
    static <T extends SpecificRecord> RecordSerde<T> of(Class<T> type, WireFormat format) {
        return new RecordSerde<>(type, format);
    }

    @SuppressWarnings("unchecked") // Avro's model makes writers without a type.
    private static <T> DatumWriter<T> writerOf(SpecificData model, Schema schema) {
        return (DatumWriter<T>) model.createDatumWriter(schema);
    }

    @SuppressWarnings("unchecked") // Avro's model makes readers without a type.
    private DatumReader<T> readerOf(Schema written) {
        if (!written.getFullName().equals(current.getFullName())) {
            throw new UndecodableRecordException(
                    "cannot decode " + current.getName() + ": the record is a " + written.getName());
        }
        return (DatumReader<T>) model.createDatumReader(written, current);
    }

    /**
     * The bytes of a record that is of no topic yet, in the built-in encoding; {@link WireFormat#framer} puts them into that of a
     * registry. Needs no registry, and so never fails for one.
     */
    public byte[] encode(T value) {
        return encode("", builtIn, value);
    }

    private byte[] encode(String topic, Framing framing, T value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(256);
        framing.writeHeader(topic, out);
        try {
            BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
            writer.write(value, encoder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot encode " + current.getName(), e);
        }
        return out.toByteArray();
    }

    /**
     * The record in these bytes.
     *
     * @throws UndecodableRecordException when they are not a whole record of this kind; what a registry throws comes out as it is
     */
    public T decode(byte[] data) {
        Framing.Body body = framingOf(data).open(data);
        DatumReader<T> reader = readers.computeIfAbsent(body.writer(), this::readerOf);
        BoundedDecoder decoder = new BoundedDecoder(data, body.offset());
        T value;
        try {
            value = reader.read(null, decoder);
        } catch (IOException | RuntimeException e) {
            // Garbage in a well-framed record can fail anywhere inside the reader.
            throw new UndecodableRecordException(
                    "cannot decode " + current.getName() + ": its body is cut short or garbage", e);
        }
        if (decoder.remaining() > 0) {
            throw new UndecodableRecordException(
                    "cannot decode " + current.getName() + ": " + decoder.remaining() + " bytes follow the record");
        }
        return value;
    }

    private Framing framingOf(byte[] data) {
        if (data.length == 0) {
            throw new UndecodableRecordException("cannot decode " + current.getName() + ": the value is empty");
        }
        return switch (data[0]) {
            case Framing.SINGLE_OBJECT -> builtIn;
            case Framing.REGISTRY -> registry();
            default ->
                throw new UndecodableRecordException(String.format(
                        "cannot decode %s: no record of Weir starts with byte 0x%02x", current.getName(), data[0]));
        };
    }

    private Framing registry() {
        Framing known = registry;
        if (known == null) {
            throw new UndecodableRecordException("cannot decode " + current.getName()
                    + ": it was written with a schema registry; set schema.registry.url to read it");
        }
        return known;
    }

    @Override
    public Serializer<T> serializer() {
        Framing writing = registry == null ? builtIn : registry;
        return WireFormat.isTelling(current)
                ? (topic, value) -> value == null ? null : encodeAnyway(topic, writing, value)
                : (topic, value) -> value == null ? null : encode(topic, writing, value);
    }

    private byte[] encodeAnyway(String topic, Framing writing, T value) {
        try {
            return encode(topic, writing, value);
        } catch (RetriableException e) {
            return encode(value);
        }
    }

    /**
     * Has the registry asked, if there is one, for what records of this kind need to be written to a topic; what it throws comes out
     * as it is.
     */
    public void prepare(String topic) {
        Framing known = registry;
        if (known != null) {
            known.writeHeader(topic, new ByteArrayOutputStream());
        }
    }

    @Override
    public Deserializer<T> deserializer() {
        return (topic, data) -> data == null ? null : decode(data);
    }
}
