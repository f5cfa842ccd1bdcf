package io.weir.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.SchemaFormatter;
import org.apache.avro.SchemaNormalization;
import org.junit.jupiter.api.Test;

/** The built-in schema versions. {@code -Dweir.history.write=true} adds the current schemas that are missing. */
class SchemaHistoryTest {
    private static final List<Schema> CURRENT = List.of(
            Change.getClassSchema(),
            Batch.getClassSchema(),
            Result.getClassSchema(),
            Status.getClassSchema(),
            DeadLetter.getClassSchema(),
            Command.getClassSchema(),
            Desired.getClassSchema());

    private static final Path FOLDER = Path.of("src/main/resources/io/weir/schemas/history");

    @Test
    void everyCurrentSchemaIsInTheHistory() throws IOException {
        if (Boolean.getBoolean("weir.history.write")) {
            addMissing();
            return;
        }
        for (Schema schema : CURRENT) {
            assertThat(SchemaHistory.BUILT_IN.find(SchemaNormalization.parsingFingerprint64(schema)))
                    .as(
                            "%s has changed: run this test with -Dweir.history.write=true to add it to the history",
                            schema.getName())
                    .isNotNull();
        }
    }

    @Test
    void everyVersionReadsAndIsReadByEveryOther() {
        for (Schema reader : SchemaHistory.BUILT_IN.all()) {
            for (Schema writer : SchemaHistory.BUILT_IN.all()) {
                if (reader.getFullName().equals(writer.getFullName())) {
                    assertThat(SchemaCompatibility.checkReaderWriterCompatibility(reader, writer)
                                    .getType())
                            .as("%s read as %s", writer, reader)
                            .isEqualTo(SchemaCompatibilityType.COMPATIBLE);
                }
            }
        }
    }

    @Test
    void everyEnumHasAnUnknownDefault() {
        for (Schema schema : CURRENT) {
            for (Schema.Field field : schema.getFields()) {
                if (field.schema().getType() == Schema.Type.ENUM) {
                    assertThat(field.schema().getEnumDefault())
                            .as("%s.%s", schema.getName(), field.name())
                            .isEqualTo("UNKNOWN");
                }
            }
        }
    }

    private static void addMissing() throws IOException {
        Files.createDirectories(FOLDER);
        Path index = FOLDER.resolve("index");
        StringBuilder names = new StringBuilder(Files.exists(index) ? Files.readString(index) : "");
        for (Schema schema : CURRENT) {
            if (SchemaHistory.BUILT_IN.find(SchemaNormalization.parsingFingerprint64(schema)) == null) {
                long version = names.toString()
                                .lines()
                                .filter(line -> line.startsWith(schema.getName() + "-"))
                                .count()
                        + 1;
                String file = schema.getName() + "-" + version + ".avsc";
                Files.writeString(FOLDER.resolve(file), SchemaFormatter.format("json/pretty", schema) + "\n");
                names.append(file).append('\n');
            }
        }
        Files.writeString(index, names.toString());
    }
}
