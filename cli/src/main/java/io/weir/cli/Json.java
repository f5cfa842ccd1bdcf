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

    /** An array of objects, indented. */
    static <T> String array(List<T> all, Fields<T> fields) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text).useDefaultPrettyPrinter()) {
            json.writeStartArray();
            for (T each : all) {
                json.writeStartObject();
                fields.write(json, each);
                json.writeEndObject();
            }
            json.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write JSON", e);
        }
        return text + "\n";
    }
}
