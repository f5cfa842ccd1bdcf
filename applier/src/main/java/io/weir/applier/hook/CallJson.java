package io.weir.applier.hook;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.weir.applier.reconcile.Change;
import io.weir.schemas.RelPath;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/** What a hook is given: one JSON object, in one line. docs/hooks.md has an example. Pure. */
final class CallJson {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int VERSION = 1;

    private CallJson() {}

    /**
     * Which part of a call.
     *
     * @param id of the call, the same in every try
     * @param number from 1
     * @param of how many
     * @param changes that it tells
     */
    record Part(String id, int number, int of, List<Change> changes) {}

    static byte[] of(Hooks.Place place, String hook, Applied applied, Part part) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeNumberField("version", VERSION);
            json.writeStringField("id", part.id());
            json.writeStringField("hook", hook);
            json.writeStringField("source", place.source());
            json.writeStringField("replica", place.replica());
            json.writeStringField("root", place.root().toString());
            if (applied.partition() >= 0) {
                json.writeNumberField("partition", applied.partition());
                json.writeNumberField("fromOffset", applied.fromOffset());
                json.writeNumberField("toOffset", applied.toOffset());
            }
            json.writeStringField("capturedAt", applied.capturedAt().toString());
            json.writeStringField("finishedAt", applied.finishedAt().toString());
            json.writeArrayFieldStart("reasons");
            for (String reason : applied.reasons()) {
                json.writeString(reason);
            }
            json.writeEndArray();
            json.writeNumberField("part", part.number());
            json.writeNumberField("parts", part.of());
            json.writeArrayFieldStart("paths");
            for (Change change : part.changes()) {
                write(json, change);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("write JSON into memory", e);
        }
        out.write('\n');
        return out.toByteArray();
    }

    private static void write(JsonGenerator json, Change change) throws IOException {
        json.writeStartObject();
        json.writeStringField("action", change.action().name().toLowerCase(Locale.ROOT));
        path(json, "path", "bytes", change.path());
        RelPath from = change.from();
        if (from != null) {
            path(json, "from", "fromBytes", from);
        }
        if (change.directory()) {
            json.writeBooleanField("directory", true);
        }
        json.writeEndObject();
    }

    /** The bytes too, when the text does not have them as they are. */
    private static void path(JsonGenerator json, String text, String exact, RelPath path) throws IOException {
        String shown = path.toString();
        json.writeStringField(text, shown);
        if (!Arrays.equals(shown.getBytes(StandardCharsets.UTF_8), path.bytes())) {
            json.writeStringField(exact, Base64.getEncoder().encodeToString(path.bytes()));
        }
    }
}
