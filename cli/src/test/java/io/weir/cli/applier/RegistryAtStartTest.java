package io.weir.cli.applier;

import static io.weir.cli.applier.ApplierBench.awaitFile;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.agent.Agent;
import io.weir.agent.AgentSettings;
import io.weir.agent.SourceSettings;
import io.weir.aggregator.Aggregator;
import io.weir.aggregator.AggregatorSettings;
import io.weir.cli.FakeRegistry;
import io.weir.cli.Main;
import io.weir.cli.TopicReader;
import io.weir.cli.embedded.EmbeddedBroker;
import io.weir.schemas.DeadLetterKey;
import io.weir.schemas.StatusKey;
import io.weir.schemas.Topics;
import io.weir.service.FaultLatch;
import io.weir.service.HealthRegistry;
import io.weir.service.KafkaSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stages whose schema registry knows nothing, or says nothing, when they start. */
class RegistryAtStartTest {
    private static final Topics TOPICS = new Topics("weir");

    /** Each has a registry of its own here, which is wrong in a way of its own. */
    @Test
    void everyStageSaysInTheTopicOfStatesThatItsRegistryIsOfNoUse(@TempDir Path directory) throws Exception {
        try (EmbeddedBroker broker = new EmbeddedBroker(directory.resolve("kafka"), 0);
                FakeRegistry agents = new FakeRegistry().answer("POST /", 409, "{\"error_code\":409}");
                FakeRegistry aggregators = new FakeRegistry().answer("POST /", 422, "{\"error_code\":42201}");
                FakeRegistry appliers =
                        new FakeRegistry().answer("POST /", 200, "<html><title>It works!</title></html>")) {
            broker.start();
            KafkaSettings kafka = KafkaSettings.of(broker.bootstrapServers(), "weir");
            HealthRegistry health = new HealthRegistry();
            FaultLatch faults = new FaultLatch();
            try (ApplierBench bench = new ApplierBench(appliers.with(kafka), directory, 0);
                    Agent agent = agent(agents.with(kafka), directory, health, faults);
                    Aggregator aggregator = new Aggregator(
                            AggregatorSettings.defaults(directory.resolve("aggregator")),
                            aggregators.with(kafka),
                            faults,
                            new SimpleMeterRegistry(),
                            health);
                    ApplierBench.Running applier = bench.run()) {
                agent.start();
                aggregator.start();

                await().atMost(ApplierBench.DEADLINE)
                        .untilAsserted(() -> assertThat(status(kafka))
                                .containsPattern("agent/data +retrying .*weir.changes-value.*refused with 409")
                                .containsPattern("aggregator/.* +retrying .*refused with 422")
                                .containsPattern("applier/backup1/data +retrying .*It works!"));

                List.of(agents, aggregators, appliers).forEach(each -> each.know(TOPICS));
                await().atMost(ApplierBench.DEADLINE).untilAsserted(() -> {
                    assertThat(health.notReady()).isEmpty();
                    assertThat(applier.health.notReady()).isEmpty();
                    assertThat(lastStates(kafka))
                            .hasSize(3)
                            .allSatisfy((component, state) ->
                                    assertThat(state).as(component).startsWith(0, 0, 0, 0, 5));
                });
                assertThat(faults.fault()).isNull();
                assertThat(applier.faults.fault()).isNull();
            }
        }
    }

    private static Agent agent(KafkaSettings kafka, Path directory, HealthRegistry health, FaultLatch faults)
            throws IOException {
        SourceSettings source =
                new SourceSettings("data", Files.createDirectory(directory.resolve("watched")), List.of());
        return new Agent(
                AgentSettings.of(directory.resolve("agent"), List.of(source)),
                kafka,
                health,
                faults,
                new SimpleMeterRegistry());
    }

    /** As somebody without any registry sees it. */
    private static String status(KafkaSettings kafka) {
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said);
        Main.run(out, out, "status", "--bootstrap", kafka.bootstrapServers());
        return said.toString();
    }

    private static Map<String, byte[]> lastStates(KafkaSettings kafka) {
        Map<String, byte[]> last = new HashMap<>();
        try (TopicReader reader = new TopicReader(kafka)) {
            reader.readAll(List.of(TOPICS.status().name()), each -> {
                String key = new String(each.key(), StandardCharsets.UTF_8);
                if (!StatusKey.isClaim(key)) {
                    last.put(key, each.value());
                }
            });
        }
        return last;
    }

    /** As one of its dead letters. */
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
