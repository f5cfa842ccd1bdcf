package io.weir.cli.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.applier.ApplierSettings;
import io.weir.applier.disk.DeletePolicy;
import io.weir.applier.rsync.RsyncEndpoint;
import io.weir.service.KafkaSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UpSettingsTest {
    private final Path directory;
    private final Layout layout;

    UpSettingsTest(@TempDir Path directory) {
        this.directory = directory;
        this.layout = new Layout(
                "data", directory.resolve("s"), Map.of("one", directory.resolve("r")), directory.resolve("d"));
    }

    @Test
    void withoutAFileEverythingHasItsDefault() {
        UpSettings settings = UpSettings.read(layout, Optional.empty());

        assertThat(settings.agent().sources()).singleElement().satisfies(source -> {
            assertThat(source.name()).isEqualTo("data");
            assertThat(source.root()).isEqualTo(directory.resolve("s"));
        });
        assertThat(settings.agent().rsyncd().port()).isZero();
        assertThat(settings.agent().rsyncd().secretsFile()).isEmpty();
        assertThat(settings.aggregator().stateDirectory()).isEqualTo(directory.resolve("d/aggregator"));
    }

    @Test
    void adoptingIsOfEveryReplica() {
        UpSettings settings = UpSettings.read(layout, Optional.empty());
        RsyncEndpoint endpoint = new RsyncEndpoint("rsync://127.0.0.1:7/data/", null, "weir");
        KafkaSettings kafka = KafkaSettings.of("127.0.0.1:9", "weir");

        assertThat(settings.applier("one", directory, kafka, endpoint).sources())
                .singleElement()
                .satisfies(replica -> assertThat(replica.adopt()).isFalse());
        assertThat(settings.adopting()
                        .applier("one", directory, kafka, endpoint)
                        .sources())
                .singleElement()
                .satisfies(replica -> assertThat(replica.adopt()).isTrue());
    }

    @Test
    void fileTunesTheStagesWithTheirOwnKeys() throws IOException {
        Path file = Files.writeString(directory.resolve("up.yaml"), """
                kafka.producer.compression.type: zstd
                agent:
                  sources:
                    - exclude: ["*.log"]
                aggregator.settle: 3 s
                applier:
                  max.processes: 2
                  sources:
                    - rsync: {bwlimit: 20m}
                      delete: never
                """);
        UpSettings settings = UpSettings.read(layout, Optional.of(file));
        RsyncEndpoint endpoint = new RsyncEndpoint("rsync://127.0.0.1:7/data/", null, "weir");
        ApplierSettings applier =
                settings.applier("one", directory.resolve("r"), KafkaSettings.of("127.0.0.1:9", "weir"), endpoint);

        assertThat(settings.agent().sources().get(0).exclude()).isEqualTo(List.of("*.log"));
        assertThat(settings.aggregator().settle()).isEqualTo(Duration.ofSeconds(3));
        assertThat(settings.kafka().at("127.0.0.1:9").producer()).containsEntry("compression.type", "zstd");
        assertThat(applier.limits().lanes()).isEqualTo(2);
        assertThat(applier.sources()).singleElement().satisfies(replica -> {
            assertThat(replica.root()).isEqualTo(directory.resolve("r"));
            assertThat(replica.endpoint()).isEqualTo(endpoint);
            assertThat(replica.deletePolicy()).isEqualTo(DeletePolicy.NEVER);
            assertThat(replica.rsync().bwlimit()).isEqualTo(20 * 1024);
        });
    }
}
