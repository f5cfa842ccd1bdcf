package io.weir.cli.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.cli.TopicReader;
import io.weir.schemas.Topics;
import io.weir.service.KafkaSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a command reads of a long topic. */
class TopicRangesTest {
    private static final String TOPIC = new Topics("weir").changes().name();

    /** Within the time that records are kept. */
    private final Instant begin = Instant.now().minusSeconds(1000);

    /** A record a second, of two sources in turn. */
    private void write(KafkaSettings kafka) throws Exception {
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(kafka.producer(Map.of()), new StringSerializer(), new StringSerializer())) {
            for (int i = 0; i < 40; i++) {
                producer.send(new ProducerRecord<>(
                                TOPIC, null, begin.plusSeconds(i).toEpochMilli(), i % 2 == 0 ? "even" : "odd", "" + i))
                        .get();
            }
        }
    }

    private static List<String> read(TopicReader reader, TopicReader.Range range, int slice, int enough) {
        List<String> values = new ArrayList<>();
        reader.readBackwards(
                range,
                slice,
                each -> values.add(new String(each.value(), StandardCharsets.UTF_8)),
                () -> values.size() >= enough);
        return values;
    }

    @Test
    void aTimeOfOneSourceIsReadFromItsEndInSlices(@TempDir Path directory) throws Exception {
        try (LocalKafka kafka =
                new LocalKafka(new EmbeddedBroker(directory.resolve("kafka"), 0), directory.resolve("weir.yaml"))) {
            kafka.start();
            write(kafka.settings());
            try (TopicReader reader = new TopicReader(kafka.settings())) {
                List<TopicReader.Range> ranges =
                        reader.ranges(TOPIC, begin.plusSeconds(10), begin.plusSeconds(20), "even");

                assertThat(ranges).singleElement().satisfies(range -> {
                    assertThat(range.isCut()).isFalse();
                    assertThat(read(reader, range, 2, 99)).containsExactly("16", "18", "12", "14", "10");
                    assertThat(read(reader, range, 2, 3)).containsExactly("16", "18", "12", "14");
                });
                assertThat(reader.ranges(TOPIC, Instant.EPOCH, Instant.now(), null))
                        .hasSize(Topics.SOURCE_PARTITIONS)
                        .satisfies(all -> assertThat(all.stream()
                                        .mapToLong(range -> range.end() - range.first())
                                        .sum())
                                .isEqualTo(40));
                assertThat(reader.ranges(TOPIC, Instant.now(), Instant.now(), "even"))
                        .allSatisfy(
                                range -> assertThat(read(reader, range, 2, 99)).isEmpty());
            }
        }
    }
}
