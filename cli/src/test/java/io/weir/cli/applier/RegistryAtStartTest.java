package io.weir.cli.applier;

import static io.weir.cli.applier.ApplierBench.awaitFile;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.cli.FakeRegistry;
import io.weir.cli.embedded.EmbeddedBroker;
import io.weir.schemas.DeadLetterKey;
import io.weir.service.KafkaSettings;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An applier whose dead letters hold a record of which the schema registry knows nothing, or says nothing. */
class RegistryAtStartTest {
    @Test
    void aDeadLetterWithAnUnknownIdHoldsAReplicaOnlyWhileTheRegistryIsAway(@TempDir Path directory) throws Exception {
        try (EmbeddedBroker broker = new EmbeddedBroker(directory.resolve("kafka"), 0);
                FakeRegistry registry = new FakeRegistry()) {
            broker.start();
            registry.answer("POST /subjects/weir.results-value", 200, "{\"id\":1}")
                    .answer("POST /subjects/weir.deadletters-value", 200, "{\"id\":2}")
                    .answer("POST /subjects/weir.status-value", 200, "{\"id\":3}");
            KafkaSettings kafka = registry.with(KafkaSettings.of(broker.bootstrapServers(), "weir"));
            try (ApplierBench bench = new ApplierBench(kafka, directory, 0)) {
                bench.write("first", "x");
                write(bench, withId(7));

                try (ApplierBench.Running running = bench.run()) {
                    assertThat(running.health.notReady())
                            .anyMatch(each -> each.contains("/disk: read schema 7 ") && each.contains("503 away"));
                    assertThat(bench.replica().resolve("first")).doesNotExist();

                    registry.answer(
                            "GET /schemas/ids/7", 404, "{\"error_code\":40403,\"message\":\"Schema not found\"}");

                    awaitFile(bench.replica(), "first");
                    await().atMost(ApplierBench.DEADLINE)
                            .until(() -> running.health.notReady().isEmpty());
                    assertThat(running.faults.fault()).isNull();
                }
            }
        }
    }

    private static void write(ApplierBench bench, byte[] value) throws Exception {
        byte[] key = DeadLetterKey.encode("data", ApplierBench.REPLICA, "gone".getBytes(StandardCharsets.UTF_8));
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                bench.kafka.producer(Map.of()), new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(bench.topics.deadLetters().name(), key, value))
                    .get(60, TimeUnit.SECONDS);
        }
    }

    private static byte[] withId(int id) {
        return ByteBuffer.allocate(6).put((byte) 0).putInt(id).array();
    }
}
