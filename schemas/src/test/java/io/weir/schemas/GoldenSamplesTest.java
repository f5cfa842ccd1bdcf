package io.weir.schemas;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Bytes that a past release wrote decode for ever. A golden file is never changed: a schema that grows gets a sample of its own
 * next to the old one ({@code -Dweir.golden.write=true} writes the ones that are missing).
 */
class GoldenSamplesTest {
    private static final Path FOLDER = Path.of("src/test/resources/golden");

    static {
        // Avro copies records of classes that it trusts; the serde's class tells it which.
        RecordSerde.of(Result.class).close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "change-1",
                "batch-1",
                "result-1",
                "result-2",
                "result-3",
                "status-1",
                "status-2",
                "status-3",
                "deadletter-1",
                "command-1",
                "command-2",
                "change-2",
                "batch-2",
                "command-3",
                "command-4",
                "result-4",
                "status-4",
                "desired-1",
                "command-5",
                "result-5",
                "desired-2"
            })
    void goldenBytesDecodeToTheSample(String name) throws IOException {
        SpecificRecord sample = requireNonNull(Samples.all().get(name));
        RecordSerde<SpecificRecord> serde = serdeOf(sample);
        Path file = FOLDER.resolve(name + ".bin");
        if (Boolean.getBoolean("weir.golden.write") && !Files.exists(file)) {
            Files.createDirectories(FOLDER);
            Files.write(file, serde.encode(sample));
        }

        byte[] golden;
        try (InputStream in = Files.newInputStream(file)) {
            golden = in.readAllBytes();
        }

        assertThat(serde.decode(golden)).isEqualTo(sample);
    }

    @SuppressWarnings("unchecked") // The sample's own class.
    private static RecordSerde<SpecificRecord> serdeOf(SpecificRecord sample) {
        return RecordSerde.of((Class<SpecificRecord>) sample.getClass());
    }
}
