package io.weir.console;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/** JSON in one line. */
final class Json {
    private static final JsonFactory FACTORY = new JsonFactory();

    private Json() {}

    /** Writes what is inside. */
    @FunctionalInterface
    interface Body {
        void write(JsonGenerator json) throws IOException;
    }

    static String object(Body fields) {
        return text(json -> {
            json.writeStartObject();
            fields.write(json);
            json.writeEndObject();
        });
    }

    static <T> String array(Iterable<T> all, Fields<T> fields) {
        return text(json -> {
            json.writeStartArray();
            for (T each : all) {
                json.writeStartObject();
                fields.write(json, each);
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    /** Writes the fields of one thing. */
    @FunctionalInterface
    interface Fields<T> {
        void write(JsonGenerator json, T each) throws IOException;
    }

    private static String text(Body body) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            body.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write JSON", e);
        }
        return text.toString();
    }
}
