package io.weir.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.errors.RetriableException;
import org.junit.jupiter.api.Test;

/** Records with ids of a registry; here that is two maps, which may be away. */
class WireFormatTest {
    private static final String TOPIC = "weir.status";

    private final Map<String, Integer> ids = new HashMap<>();
    private final Map<Integer, String> texts = new HashMap<>();
    private boolean isAway;
    private int asked;

    private final WireFormat format = WireFormat.registry(this::idOf, this::schemaOf);
    private final RecordSerde<Status> serde = format.serde(Status.class);
    private final Status sample = (Status) Samples.all().get("status-3");

    private static final class Away extends RetriableException {
        private static final long serialVersionUID = 1L;
    }

    private int idOf(String subject, String schema) {
        answer();
        return ids.computeIfAbsent(subject + schema, key -> {
            int id = 0x01020300 + texts.size() + 1;
            texts.put(id, schema);
            return id;
        });
    }

    private Optional<String> schemaOf(int id) {
        answer();
        return Optional.ofNullable(texts.get(id));
    }

    private void answer() {
        asked++;
        if (isAway) {
            throw new Away();
        }
    }

    private byte[] framed(int id, byte[] body) {
        return ByteBuffer.allocate(5 + body.length)
                .put((byte) 0)
                .putInt(id)
                .put(body)
                .array();
    }

    @Test
    void recordsBeginWithZeroAndTheIdAndComeBackEqual() {
        byte[] data = serde.serializer().serialize(TOPIC, sample);

        assertThat(data).startsWith(0, 1, 2, 3, 1);
        assertThat(serde.decode(data)).isEqualTo(sample);
        assertThat(ids.keySet()).singleElement().asString().startsWith("weir.status-value{");
    }

    @Test
    void aTopicMayHoldBothFramings() {
        byte[] builtIn = RecordSerde.of(Status.class).serializer().serialize(TOPIC, sample);
        byte[] registry = serde.serializer().serialize(TOPIC, sample);

        assertThat(builtIn).startsWith(0xC3, 0x01);
        assertThat(serde.decode(builtIn)).isEqualTo(serde.decode(registry));
        assertThat(serde.deserializer().deserialize(TOPIC, null)).isNull();
        assertThat(serde.serializer().serialize(TOPIC, null)).isNull();
    }

    @Test
    void whatWasEncodedWithoutARegistryIsFramedAtTheEdge() {
        byte[] encoded = serde.encode(sample);

        assertThat(encoded).startsWith(0xC3, 0x01);
        assertThat(format.framer().serialize(TOPIC, encoded))
                .isEqualTo(serde.serializer().serialize(TOPIC, sample));
        assertThat(format.framer().serialize(TOPIC, null)).isNull();
        assertThat(WireFormat.builtIn().framer().serialize(TOPIC, encoded)).isEqualTo(encoded);
    }

    @Test
    void theIdOfATopicIsAskedForOnce() {
        byte[] encoded = serde.encode(sample);
        for (String topic : List.of(TOPIC, "other.status")) {
            serde.serializer().serialize(topic, sample);
            format.framer().serialize(topic, encoded);
        }
        int before = asked;

        for (String topic : List.of(TOPIC, "other.status")) {
            assertThat(serde.serializer().serialize(topic, sample))
                    .isEqualTo(format.framer().serialize(topic, encoded));
        }

        assertThat(asked).isEqualTo(before);
        assertThat(ids).hasSize(2);
    }

    @Test
    void aRegistryIsUsedIfThereIsOne() {
        assertThat(WireFormat.of(Optional.of(this), each -> each::idOf, each -> each::schemaOf)
                        .serde(Status.class)
                        .serializer()
                        .serialize(TOPIC, sample))
                .isEqualTo(serde.serializer().serialize(TOPIC, sample));
        assertThat(WireFormat.of(Optional.<WireFormatTest>empty(), each -> each::idOf, each -> each::schemaOf))
                .isSameAs(WireFormat.builtIn());
    }

    @Test
    void anOlderWriterIsResolved() {
        RecordSerde<Status> reader = format.serde(Status.class);
        Schema first = SchemaHistory.BUILT_IN.all().stream()
                .filter(each -> each.getName().equals("Status"))
                .findFirst()
                .orElseThrow();
        texts.put(7, first.toString());
        Status old = (Status) Samples.all().get("status-1");

        assertThat(reader.decode(framed(7, body(first, old)))).isEqualTo(old);
    }

    @Test
    void aNewerWriterIsResolved() {
        Schema newer = new Schema.Parser()
                .parse(
                        Command.getClassSchema()
                                .toString()
                                .replaceFirst(
                                        "\"fields\":\\[",
                                        "\"fields\":[{\"name\":\"fromTheFuture\",\"type\":[\"null\",\"string\"],\"default\":null},"));
        texts.put(9, newer.toString());
        Command command = (Command) Samples.all().get("command-2");

        Command read = format.serde(Command.class).decode(framed(9, body(newer, command)));

        assertThat(read).isEqualTo(command);
    }

    /** A record of ours as another program writes it with another version of its schema. */
    private static byte[] body(Schema writer, org.apache.avro.specific.SpecificRecord value) {
        GenericRecordBuilder record = new GenericRecordBuilder(writer);
        for (Schema.Field field : writer.getFields()) {
            Schema.Field ours = value.getSchema().getField(field.name());
            if (ours == null) {
                record.set(field, "news");
            } else {
                record.set(field, plain(value.get(ours.pos())));
            }
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        try {
            new GenericDatumWriter<GenericRecord>(
                            writer, org.apache.avro.specific.SpecificData.getForSchema(value.getSchema()))
                    .write(record.build(), encoder);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return out.toByteArray();
    }

    private static Object plain(Object value) {
        if (value instanceof java.time.Instant instant) {
            return Micros.of(instant);
        }
        return value;
    }

    @Test
    void aRegistryThatIsAwayIsNoFaultOfTheRecord() {
        String topic = "weir.commands";
        Command command = (Command) Samples.all().get("command-2");
        RecordSerde<Command> known = format.serde(Command.class);
        byte[] data = known.serializer().serialize(topic, command);
        WireFormat restarted = WireFormat.registry(this::idOf, this::schemaOf);
        RecordSerde<Command> fresh = restarted.serde(Command.class);
        isAway = true;

        assertThatThrownBy(() -> fresh.decode(data)).isInstanceOf(Away.class);
        assertThatThrownBy(() -> fresh.prepare(topic)).isInstanceOf(Away.class);
        assertThatThrownBy(() -> fresh.serializer().serialize(topic, command)).isInstanceOf(Away.class);
        assertThatThrownBy(() -> restarted.framer().serialize(topic, fresh.encode(command)))
                .isInstanceOf(Away.class);
        assertThat(known.decode(data)).as("what is known needs no registry").isEqualTo(command);
        isAway = false;
        fresh.prepare(topic);
        assertThat(fresh.decode(data)).isEqualTo(command);
    }

    @Test
    void aStateIsToldWithoutARegistryThatIsAway() {
        isAway = true;

        byte[] told = serde.serializer().serialize(TOPIC, sample);
        byte[] framed = format.framer().serialize(TOPIC, serde.encode(sample));

        assertThat(told).startsWith(0xC3, 0x01).isEqualTo(framed);
        assertThat(serde.decode(told)).isEqualTo(sample);
        assertThatThrownBy(() -> serde.prepare(TOPIC)).isInstanceOf(Away.class);
        isAway = false;
        assertThat(serde.serializer().serialize(TOPIC, sample))
                .as("only for so long")
                .startsWith(0, 1, 2, 3, 1)
                .isEqualTo(format.framer().serialize(TOPIC, serde.encode(sample)));
    }

    @Test
    void whatTheRegistryDoesNotKnowCannotBeDecoded() {
        assertThatThrownBy(() -> serde.decode(framed(99, new byte[] {1})))
                .isInstanceOf(UndecodableRecordException.class)
                .hasMessageContaining("the schema registry has no schema 99");
        isAway = true;
        assertThatThrownBy(() -> serde.decode(framed(-1, new byte[] {1})))
                .as("registries number from 1, so nobody is asked")
                .isInstanceOf(UndecodableRecordException.class);
    }

    @Test
    void foreignSchemasCannotBeDecoded() {
        texts.put(5, "{\"type\":\"object\"}");
        texts.put(6, Change.getClassSchema().toString());

        texts.put(
                7,
                "{\"type\":\"record\",\"name\":\"A\",\"fields\":[{\"name\":\"b\",\"type\":\"int\",\"default\":\"text\"}]}");
        texts.put(8, "[\"null\",[\"string\",\"int\"]]");
        texts.put(10, "[1");

        for (int foreign : new int[] {5, 7, 8, 10}) {
            assertThatThrownBy(() -> serde.decode(framed(foreign, new byte[] {1})))
                    .isInstanceOf(UndecodableRecordException.class)
                    .hasMessageContaining("schema " + foreign + " of the registry is none of Avro");
        }
        assertThatThrownBy(() -> serde.decode(framed(6, new byte[] {1})))
                .isInstanceOf(UndecodableRecordException.class)
                .hasMessageContaining("the record is a Change");
    }

    @Test
    void everyTruncationIsRefused() {
        byte[] whole = serde.serializer().serialize(TOPIC, sample);
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> serde.decode(cut))
                    .as("cut to %d bytes", length)
                    .isInstanceOf(UndecodableRecordException.class);
        }
    }

    @Test
    void everyTopicOfRecordsHasASubject() {
        Map<String, String> subjects = Subjects.of(new Topics("mine"));

        assertThat(subjects)
                .containsOnlyKeys(
                        "mine.changes-value",
                        "mine.batches-value",
                        "mine.results-value",
                        "mine.deadletters-value",
                        "mine.status-value",
                        "mine.desired-value",
                        "mine.commands-value");
        byte[] data = serde.serializer().serialize("mine.status", sample);
        assertThat(texts.get(ByteBuffer.wrap(data).getInt(1))).isEqualTo(subjects.get("mine.status-value"));
    }
}
