package io.weir.cli.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.cli.Main;
import io.weir.cli.TopicAdmin;
import io.weir.cli.TopicReader;
import io.weir.schemas.ComponentState;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.Role;
import io.weir.schemas.Status;
import io.weir.schemas.Topics;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.WeirException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerTest {
    private final Path directory;

    EmbeddedBrokerTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void keepsItsTopicsAndRecordsOverARestartAndAnswersTheCommands() throws Exception {
        Path settings = directory.resolve("weir.yaml");
        try (LocalKafka first = new LocalKafka(new EmbeddedBroker(directory.resolve("kafka"), 0), settings)) {
            first.start();
            // From a host whose clock is ahead: refused by a topic with Kafka's defaults.
            send(first.settings(), status(), Instant.now().plus(Duration.ofDays(1)));
        }
        try (LocalKafka second = new LocalKafka(new EmbeddedBroker(directory.resolve("kafka"), 0), settings)) {
            second.start();
            try (TopicAdmin admin = new TopicAdmin(second.settings())) {
                assertThat(admin.create()).as("topics created again").isEmpty();
                assertThat(admin.check()).isEmpty();
            }
            List<String> keys = new ArrayList<>();
            try (TopicReader reader = new TopicReader(second.settings())) {
                reader.readAll(
                        List.of(topics().status().name()),
                        each -> keys.add(new String(each.key(), StandardCharsets.UTF_8)));
            }
            assertThat(keys).containsExactly("agent/data");
            commandsAnswer(settings);
            silenceIsAnAlarmUntilItIsForgotten(second.settings(), settings);
            secondUserIsRefused();
        }
    }

    private static void commandsAnswer(Path settings) {
        assertThat(answer(ExitCode.OK, "status", "--config", settings.toString()))
                .contains("agent/data", "running", "watching a\\x0ab");
        assertThat(answer(ExitCode.OK, "status", "--config", settings.toString(), "--output", "json"))
                .contains("\"component\" : \"agent/data\"", "\"lagMillis\"");
        assertThat(answer(ExitCode.OK, "topics", "check", "--config", settings.toString()))
                .contains("as they should be");
        assertThat(answer(ExitCode.OK, "topics", "create", "--config", settings.toString()))
                .contains("all topics are there");
        answer(ExitCode.FAILURE, "deadletters", "show", "--all", "--config", settings.toString());
        assertThat(answer(ExitCode.OK, "doctor", "--config", settings.toString()))
                .contains("rsync", "kafka");
    }

    private static void silenceIsAnAlarmUntilItIsForgotten(KafkaSettings kafka, Path settings) throws Exception {
        Status silent = Status.newBuilder(status())
                .setComponent("agent/gone")
                .setAt(Instant.now().minus(Duration.ofDays(2)))
                .build();
        send(kafka, silent, Instant.now());
        assertThat(answer(ExitCode.ATTENTION, "status", "--config", settings.toString()))
                .contains("agent/gone", "silent");
        answer(ExitCode.USAGE, "status", "--config", settings.toString(), "--forget", "agent/none");
        Status unavailable = Status.newBuilder(status())
                .setState(ComponentState.UNAVAILABLE)
                .setAt(Instant.now().plusSeconds(60))
                .build();
        send(kafka, unavailable, Instant.now());
        answer(ExitCode.CONFLICT, "status", "--config", settings.toString(), "--forget", "agent/data");
        assertThat(answer(ExitCode.OK, "status", "--config", settings.toString(), "--forget", "agent/gone"))
                .contains("is forgotten");
        assertThat(answer(ExitCode.ATTENTION, "status", "--config", settings.toString()))
                .contains("unavailable");
        send(kafka, status(), Instant.now());
        assertThat(answer(ExitCode.OK, "status", "--config", settings.toString()))
                .doesNotContain("agent/gone");
    }

    private void secondUserIsRefused() {
        try (EmbeddedBroker other = new EmbeddedBroker(directory.resolve("kafka"), 0)) {
            assertThatThrownBy(other::start)
                    .isInstanceOfSatisfying(
                            WeirException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.CONFLICT))
                    .hasMessageContaining("--data");
        }
    }

    @Test
    void portInUseIsRefusedByName() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                EmbeddedBroker broker = new EmbeddedBroker(directory, taken.getLocalPort())) {
            assertThatThrownBy(broker::start)
                    .isInstanceOfSatisfying(
                            WeirException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.CONFLICT))
                    .hasMessageContaining("127.0.0.1:" + taken.getLocalPort());
        }
    }

    private static String answer(ExitCode expected, String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = Main.run(new PrintWriter(out), new PrintWriter(err), args);
        assertThat(exit).as("%s%s", out, err).isEqualTo(expected.number());
        return out.toString();
    }

    private static Topics topics() {
        return new Topics(KafkaSettings.TOPIC_PREFIX.fallback());
    }

    private static Status status() {
        return Status.newBuilder()
                .setComponent("agent/data")
                .setRole(Role.AGENT)
                .setInstance("one")
                .setSource("data")
                .setState(ComponentState.RUNNING)
                .setMessage("watching a\\x0ab")
                .setAt(Instant.now())
                // Silent only after five of these: the test may take as long as it likes.
                .setIntervalMillis(3_600_000)
                .build();
    }

    private static void send(KafkaSettings kafka, Status status, Instant at) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(kafka.producer(Map.of()), new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(
                            topics().status().name(),
                            null,
                            at.toEpochMilli(),
                            status.getComponent().getBytes(StandardCharsets.UTF_8),
                            RecordSerde.of(Status.class).encode(status)))
                    .get(60, TimeUnit.SECONDS);
        }
    }
}
