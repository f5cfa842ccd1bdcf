package io.weir.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.schemas.Topics;
import io.weir.service.KafkaSettings;
import io.weir.service.SettingsNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class AggregatorSettingsTest {
    @Test
    void nothingSetMeansTheDefaults() {
        AggregatorSettings read = AggregatorSettings.read(SettingsNode.of(Map.of()));

        assertThat(read).isEqualTo(AggregatorSettings.defaults(Path.of("/var/lib/weir/aggregator")));
        assertThat(read.windowQuiet()).isEqualTo(Duration.ofMillis(20));
        assertThat(read.tempGrace()).isEqualTo(Duration.ofSeconds(10));
        assertThat(read.batchMaxBytes()).isEqualTo(512 * 1024);
    }

    @Test
    void whatDoesNotFitTogetherIsAProblem() {
        SettingsNode node = SettingsNode.of(Map.of(
                "window.quiet", "300 ms", "settle", "1 min", "batch.max.bytes", "2 MiB", "batch.max.paths", "0"));

        AggregatorSettings.read(node);

        assertThat(String.join("\n", node.problems().lines()))
                .contains("window.max", "settle.max", "batch.max.bytes", "batch.max.paths");
    }

    @Test
    void whatPromisesRestOnCannotBeSetByHand() {
        KafkaSettings kafka = new KafkaSettings(
                "localhost:9",
                "weir",
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of("processing.guarantee", "exactly_once_v2", "poll.ms", "50"),
                Map.of());

        Properties config = Aggregator.config(ChangeBuilder.settings(), kafka, new Topics("weir"));

        assertThat(config)
                .containsEntry("processing.guarantee", "at_least_once")
                .containsEntry("topic.message.timestamp.after.max.ms", Topics.ANY_TIME)
                .containsEntry("application.id", "weir.aggregator")
                .containsEntry("poll.ms", "50");
    }
}
