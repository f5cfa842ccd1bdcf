package io.weir.schemas;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.jspecify.annotations.Nullable;

/**
 * Every version of every record schema that a release of Weir ever wrote, by fingerprint, so that a topic's oldest record
 * stays readable without a registry. Immutable, thread-safe.
 *
 * <p>The versions are resources in {@code history/}, one self-contained schema a file, named in {@code history/index}. A file
 * is never changed nor removed; a changed schema is added as the next version.
 */
final class SchemaHistory {
    /** The versions built into this release. */
    static final SchemaHistory BUILT_IN = load();

    private final Map<Long, Schema> byFingerprint;

    private SchemaHistory(Map<Long, Schema> byFingerprint) {
        this.byFingerprint = byFingerprint;
    }

    /** The schema with this CRC-64-AVRO fingerprint, or null. */
    @Nullable
    Schema find(long fingerprint) {
        return byFingerprint.get(fingerprint);
    }

    /**
     * The text that a schema has in a registry: that of its version here, which stays the same in all releases that write it,
     * whatever becomes of its documentation.
     */
    static String text(Schema schema) {
        Schema kept = BUILT_IN.find(SchemaNormalization.parsingFingerprint64(schema));
        return (kept == null ? schema : kept).toString();
    }

    /** All versions, oldest first. */
    Collection<Schema> all() {
        return byFingerprint.values();
    }

    private static SchemaHistory load() {
        Map<Long, Schema> schemas = new LinkedHashMap<>();
        for (String file : resource("index").lines().toList()) {
            if (!file.isBlank()) {
                Schema schema = new Schema.Parser().parse(resource(file.strip()));
                schemas.put(SchemaNormalization.parsingFingerprint64(schema), schema);
            }
        }
        return new SchemaHistory(schemas);
    }

    private static String resource(String file) {
        String name = "history/" + file;
        try (InputStream in = SchemaHistory.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the schema resource " + name + " is missing: this build is broken");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the schema resource " + name, e);
        }
    }
}
