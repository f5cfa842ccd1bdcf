package io.weir.cli.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.agent.Agent;
import io.weir.agent.AgentSettings;
import io.weir.agent.SourceSettings;
import io.weir.agent.root.StateFile;
import io.weir.cli.TopicReader;
import io.weir.schemas.ComponentState;
import io.weir.schemas.Desired;
import io.weir.schemas.Lineage;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.Status;
import io.weir.schemas.StatusKey;
import io.weir.schemas.Topics;
import io.weir.schemas.UndecodableRecordException;
import io.weir.service.ExitCode;
import io.weir.service.FaultLatch;
import io.weir.service.HealthRegistry;
import io.weir.service.KafkaSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an agent says last of a source that it serves no more: no alarm is to stay behind. */
class LastWordsTest {
    private static final Duration DEADLINE = Duration.ofMinutes(2);

    private final Path directory;
    private final Path source;

    LastWordsTest(@TempDir Path directory) throws Exception {
        this.directory = directory;
        this.source = Files.createDirectory(directory.resolve("source"));
    }

    @Test
    void theFormerSourceIsStopped() throws Exception {
        try (LocalKafka kafka = kafka()) {
            kafka.start();
            try (AgentUnderTest agent = new AgentUnderTest(directory.resolve("one"), source, kafka.settings())) {
                agent.start();
                await().atMost(DEADLINE).until(agent::isReady);

                promote(kafka.settings());

                await().atMost(DEADLINE).until(() -> agent.faults.fault() != null);
                assertThat(Objects.requireNonNull(agent.faults.fault()).exitCode())
                        .isEqualTo(ExitCode.CONFLICT);
            }
            assertThat(statuses(kafka.settings())).anySatisfy((component, status) -> {
                assertThat(component).startsWith("agent/data@");
                assertThat(status.getState()).isEqualTo(ComponentState.STOPPED);
                assertThat(status.getMessage()).contains("was promoted to replica backup1");
            });
        }
    }

    @Test
    void aSourceThatIsTakenAwayWhileItsDiskIsAwayIsStopped() throws Exception {
        Path more = Files.createDirectory(directory.resolve("more"));
        SourceSettings kept = new SourceSettings("data", source, List.of());
        SourceSettings gone = new SourceSettings("more", more, List.of());
        HealthRegistry health = new HealthRegistry();
        try (LocalKafka kafka = kafka()) {
            kafka.start();
            try (Agent agent = new Agent(
                    settings(kept, gone), kafka.settings(), health, new FaultLatch(), new SimpleMeterRegistry())) {
                agent.start();
                await().atMost(DEADLINE).until(() -> health.notReady().isEmpty());
                Files.move(more, directory.resolve("unmounted"));
                await().atMost(DEADLINE).until(() -> state(kafka, "agent/more") == ComponentState.UNAVAILABLE);

                agent.reload(settings(kept));

                assertThat(state(kafka, "agent/more")).isEqualTo(ComponentState.STOPPED);
                assertThat(state(kafka, "agent/data")).isEqualTo(ComponentState.RUNNING);
            }
        }
    }

    private LocalKafka kafka() {
        return new LocalKafka(new EmbeddedBroker(directory.resolve("kafka"), 0), directory.resolve("weir.yaml"));
    }

    private AgentSettings settings(SourceSettings... sources) {
        return AgentSettings.of(directory.resolve("one"), List.of(sources));
    }

    private void promote(KafkaSettings kafka) throws Exception {
        String id = String.valueOf(
                StateFile.open(directory.resolve("one"), "data").state().uuid());
        Desired promotion = Desired.newBuilder()
                .setSource("data")
                .setReplica("backup1")
                .setBy("ann@desk")
                .setAt(Instant.EPOCH)
                .setPromotion(Lineage.next(null, id, "another"))
                .build();
        try (KafkaProducer<String, Desired> producer = new KafkaProducer<>(
                kafka.producer(Map.of()),
                new StringSerializer(),
                RecordSerde.of(Desired.class).serializer())) {
            producer.send(new ProducerRecord<>(
                            new Topics(kafka.topicPrefix()).desired().name(), "data", promotion))
                    .get(60, TimeUnit.SECONDS);
        }
    }

    private static ComponentState state(LocalKafka kafka, String component) {
        Status status = statuses(kafka.settings()).get(component);
        return status == null ? ComponentState.UNKNOWN : status.getState();
    }

    /** What each component said last. */
    private static Map<String, Status> statuses(KafkaSettings kafka) {
        RecordSerde<Status> serde = RecordSerde.of(Status.class);
        Map<String, Status> last = new TreeMap<>();
        try (TopicReader reader = new TopicReader(kafka)) {
            reader.readAll(List.of(new Topics(kafka.topicPrefix()).status().name()), each -> {
                String key = new String(each.key(), StandardCharsets.UTF_8);
                if (StatusKey.isClaim(key)) {
                    return;
                }
                try {
                    last.put(key, serde.decode(each.value()));
                } catch (UndecodableRecordException e) {
                    throw new AssertionError(e);
                }
            });
        }
        return last;
    }
}
