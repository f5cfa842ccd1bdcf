package io.weir.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;

/** JSON for scripts. */
final class Json {
    private Json() {}

    /** Writes the fields of one thing. */
    @FunctionalInterface
    interface Fields<T> {
        void write(JsonGenerator json, T each) throws IOException;
    }

    /** The fields of one thing among others of other kinds. */
    @FunctionalInterface
    interface Item {
        void write(JsonGenerator json) throws IOException;
    }

    /** What a document holds. */
    @FunctionalInterface
    private interface Content {
        void write(JsonGenerator json) throws IOException;
    }

    /** An array of objects, indented. */
    static <T> String array(List<T> all, Fields<T> fields) {
        return document(json -> {
            json.writeStartArray();
            for (T each : all) {
                object(json, each, fields);
            }
            json.writeEndArray();
        });
    }

    /** One object, indented. */
    static <T> String object(T one, Fields<T> fields) {
        return document(json -> object(json, one, fields));
    }

    /** A field that is an array of objects. */
    static <T> void field(JsonGenerator json, String name, List<T> all, Fields<T> fields) throws IOException {
        json.writeArrayFieldStart(name);
        for (T each : all) {
            object(json, each, fields);
        }
        json.writeEndArray();
    }

    private static <T> void object(JsonGenerator json, T one, Fields<T> fields) throws IOException {
        json.writeStartObject();
        fields.write(json, one);
        json.writeEndObject();
    }

    private static String document(Content content) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text).useDefaultPrettyPrinter()) {
            content.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write JSON", e);
        }
        return text + "\n";
    }
}
