package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.cli.embedded.EmbeddedBroker;
import io.weir.console.Console;
import io.weir.console.ConsoleSettings;
import io.weir.schemas.ComponentState;
import io.weir.schemas.DeadLetter;
import io.weir.schemas.DeadLetterKey;
import io.weir.schemas.DeadLetterKind;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.Role;
import io.weir.schemas.Status;
import io.weir.schemas.Topics;
import io.weir.service.ExitCode;
import io.weir.service.FaultLatch;
import io.weir.service.HealthRegistry;
import io.weir.service.KafkaSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who looks while a schema registry is away: an agent told its state before, an applier waits for the registry and says so. */
class RegistryAwayTest {
    private static final Duration DEADLINE = Duration.ofMinutes(2);
    private static final Topics TOPICS = new Topics("weir");
    private static final int DEAD_LETTERS = 4;
    private static final int STATES = 5;

    private KafkaProducer<byte[], byte[]> producer;

    @Test
    void whatCanBeReadIsShownAndTheRestIsNamed(@TempDir Path directory) throws Exception {
        try (EmbeddedBroker broker = new EmbeddedBroker(directory, 0);
                FakeRegistry registry = new FakeRegistry()) {
            broker.start();
            KafkaSettings kafka = registry.with(KafkaSettings.of(broker.bootstrapServers(), "weir"));
            write(kafka);

            assertThat(status(ExitCode.ATTENTION, kafka, registry))
                    .containsPattern("applier/one/data +retrying .*it waits")
                    .containsPattern("agent/data +unreadable .*read schema 5 .*503 away.*schema.registry.url")
                    .doesNotContain("no agent says");
            assertThat(status(ExitCode.UNAVAILABLE, kafka, registry, "--forget", "agent/data"))
                    .contains("forget agent/data: ", "503 away");
            thePageShowsItToo(kafka, registry);
        } finally {
            producer.close();
        }
    }

    private void write(KafkaSettings kafka) throws Exception {
        try (TopicAdmin admin = new TopicAdmin(kafka)) {
            admin.create();
        }
        producer = new KafkaProducer<>(kafka.producer(Map.of()), new ByteArraySerializer(), new ByteArraySerializer());
        RecordSerde<Status> states = RecordSerde.of(Status.class);
        String topic = TOPICS.status().name();
        send(topic, bytes("agent/data"), framed(STATES, states.encode(state(Role.AGENT, ComponentState.RUNNING))));
        send(topic, bytes("applier/one/data"), states.encode(state(Role.APPLIER, ComponentState.RETRYING)));
        DeadLetter letter = DeadLetter.newBuilder()
                .setSource("data")
                .setReplica("one")
                .setPath(ByteBuffer.wrap(bytes("lost")))
                .setKind(DeadLetterKind.FAILED)
                .setReason("no space")
                .setAttempts(1)
                .setFirstFailedAt(now())
                .setLastFailedAt(now())
                .build();
        send(
                TOPICS.deadLetters().name(),
                DeadLetterKey.encode("data", "one", bytes("lost")),
                framed(DEAD_LETTERS, RecordSerde.of(DeadLetter.class).encode(letter)));
    }

    private static Status state(Role role, ComponentState state) {
        boolean isAgent = role == Role.AGENT;
        Status.Builder status = Status.newBuilder()
                .setComponent(isAgent ? "agent/data" : "applier/one/data")
                .setRole(role)
                .setInstance("one")
                .setSource("data")
                .setState(state)
                .setMessage("it waits")
                .setIntervalMillis(60_000)
                .setAt(now());
        if (!isAgent) {
            status.setReplica("one");
        }
        return status.build();
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MICROS);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** With the id in the place of the fingerprint. */
    private static byte[] framed(int id, byte[] builtIn) {
        int header = 10;
        return ByteBuffer.allocate(5 + builtIn.length - header)
                .put((byte) 0)
                .putInt(id)
                .put(builtIn, header, builtIn.length - header)
                .array();
    }

    private void send(String topic, byte[] key, byte[] value) throws Exception {
        producer.send(new ProducerRecord<>(topic, key, value)).get(60, TimeUnit.SECONDS);
    }

    private static String status(ExitCode exit, KafkaSettings kafka, FakeRegistry registry, String... more) {
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said);
        String[] all = {"status", "--bootstrap", kafka.bootstrapServers(), "--schema-registry", registry.url()};
        String[] words = Arrays.copyOf(all, all.length + more.length);
        System.arraycopy(more, 0, words, all.length, more.length);
        assertThat(Main.run(out, out, words)).as(said::toString).isEqualTo(exit.number());
        return said.toString();
    }

    private static void thePageShowsItToo(KafkaSettings kafka, FakeRegistry registry) throws Exception {
        HealthRegistry health = new HealthRegistry();
        FaultLatch faults = new FaultLatch();
        Console console = new Console(
                ConsoleSettings.onLoopback(0, Optional.empty()),
                kafka,
                Formats.of(kafka),
                new ConsoleAnswers(kafka, List.of()),
                health,
                faults);
        try {
            console.start();
            await().atMost(DEADLINE)
                    .untilAsserted(() -> assertThat(get(console, "status"))
                            .contains("applier/one/data", "retrying")
                            .doesNotContain("agent/data"));
            assertThat(get(console, "deadletters")).doesNotContain("lost");
            await().atMost(DEADLINE)
                    .untilAsserted(() -> assertThat(health.notReady()).anyMatch(each -> each.contains("503 away")));

            registry.know(TOPICS);

            await().atMost(DEADLINE).untilAsserted(() -> {
                assertThat(get(console, "status")).contains("agent/data", "applier/one/data");
                assertThat(get(console, "deadletters")).contains("lost");
                assertThat(health.notReady()).isEmpty();
            });
            assertThat(faults.fault()).isNull();
        } finally {
            console.close();
        }
    }

    private static String get(Console console, String what) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(console.url() + "api/" + what))
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
