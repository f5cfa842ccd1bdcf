package io.weir.service.registry;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The little JSON that a registry speaks: objects whose fields are texts, numbers and flags. Pure. */
final class RegistryJson {
    private static final JsonFactory JSON = new JsonFactory();

    private RegistryJson() {}

    /** An object with one text. */
    static String object(String field, String text) {
        StringWriter out = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField(field, text);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("write JSON into memory", e);
        }
        return out.toString();
    }

    /** The fields of an object as texts, without those that are objects or lists themselves; null when it is no object. */
    static @Nullable Map<String, String> fields(String text) {
        Map<String, String> fields = new HashMap<>();
        try (JsonParser json = JSON.createParser(text)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                if (json.nextToken().isScalarValue()) {
                    fields.put(name, json.getText());
                } else {
                    json.skipChildren();
                }
            }
            return fields;
        } catch (IOException e) {
            return null;
        }
    }
}
