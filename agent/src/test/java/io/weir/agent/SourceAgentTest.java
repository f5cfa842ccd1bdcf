package io.weir.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.agent.publish.KafkaStatusLog;
import io.weir.agent.root.StateFile;
import io.weir.schemas.ComponentState;
import io.weir.schemas.Desired;
import io.weir.schemas.Lineage;
import io.weir.schemas.Status;
import io.weir.schemas.Topics;
import io.weir.schemas.WireFormat;
import io.weir.service.ClockWatch;
import io.weir.service.FaultLatch;
import io.weir.service.HealthRegistry;
import io.weir.service.KafkaSettings;
import io.weir.service.WeirException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One source, while Kafka is away, that is told of promotions. */
@Timeout(120)
class SourceAgentTest {
    /** Of no other test, as threads are named by it. */
    private static final String NAME = "former-source";

    private static final Duration DEADLINE = Duration.ofSeconds(60);

    // Nothing listens on the port of "discard".
    private final KafkaSettings kafka = KafkaSettings.of("127.0.0.1:9", "weir");
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final WireFormat format = WireFormat.builtIn();
    private final KafkaStatusLog statusLog =
            new KafkaStatusLog(kafka, new Topics(kafka.topicPrefix()), format, metrics);
    private final BlockingQueue<WeirException> givenUp = new LinkedBlockingQueue<>();
    private final FaultLatch faults = new FaultLatch();
    private final Path work;
    private final Path source;
    private final Path state;

    SourceAgentTest(@TempDir Path work) throws IOException {
        this.work = work;
        this.source = Files.createDirectory(work.resolve("source"));
        this.state = Files.createDirectory(work.resolve("state"));
    }

    @BeforeEach
    void openLog() {
        statusLog.start();
    }

    @AfterEach
    void closeLog() {
        statusLog.close();
        assertThat(faults.fault()).isNull();
    }

    @Test
    void aPromotionIsNoNewsForADiskThatIsNotMounted() throws Exception {
        String former = UUID.randomUUID().toString();
        String now = UUID.randomUUID().toString();
        StateFile.open(state, NAME)
                .update(before -> before.begun(UUID.fromString(former), "life", "boot", OptionalLong.empty()));
        try (SourceAgent agent = agent()) {
            agent.start();

            agent.promoted(promotion(former, now));
            assertThat(agent.isGivenUp()).isFalse();
            assertThat(agent.status().getState()).isEqualTo(ComponentState.UNAVAILABLE);

            // As on a host whose tree was the source, came back as a replica, and was promoted again.
            Path disk = Files.createDirectory(work.resolve("disk"));
            Path own = Files.createDirectory(disk.resolve(".weir"));
            Files.createFile(own.resolve("id-" + now));
            Files.writeString(
                    own.resolve("promoted"), "version=1\nfrom=" + former + "\nto=" + now + "\nformer=\nend\n");
            Files.delete(source);
            Files.move(disk, source);
            await("it is the source now").atMost(DEADLINE).until(() -> agent.session() != null);
            agent.promoted(promotion(former, now));
            assertThat(agent.isGivenUp()).isFalse();
            assertThat(givenUp).isEmpty();
        }
    }

    @Test
    void theFormerSourceIsGivenUpOnceAndTheWaitForTheEndIsAtRest() throws Exception {
        try (SourceAgent agent = agent()) {
            agent.start();
            String former = String.valueOf(StateFile.open(state, NAME).state().uuid());

            agent.promoted(promotion(former, "another"));

            await().atMost(DEADLINE).until(() -> !givenUp.isEmpty());
            assertThat(agent.isGivenUp()).isTrue();
            Status status = agent.status();
            assertThat(status.getState()).isEqualTo(ComponentState.FAILED);
            assertThat(status.getMessage()).contains("was promoted to replica backup1");
            assertThat(status.getComponent()).startsWith("agent/" + NAME + "@");
            agent.promoted(promotion(former, "another"));
            await().atMost(DEADLINE).until(() -> supervisor().getState() == Thread.State.TIMED_WAITING);
            assertThat(givenUp).hasSize(1);
        }
    }

    private static Thread supervisor() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(each -> each.getName().equals("supervisor-" + NAME))
                .findFirst()
                .orElseThrow();
    }

    private static Desired promotion(String from, String to) {
        return Desired.newBuilder()
                .setSource(NAME)
                .setReplica("backup1")
                .setBy("ann@desk")
                .setAt(Instant.EPOCH)
                .setPromotion(Lineage.next(null, from, to))
                .build();
    }

    private SourceAgent agent() {
        SourceSettings data = new SourceSettings(NAME, source, List.of());
        return new SourceAgent(
                data,
                new Shared(
                        AgentSettings.of(state, List.of(data)),
                        kafka,
                        format,
                        new ClockWatch(),
                        statusLog,
                        () -> {},
                        UUID.randomUUID().toString(),
                        new HealthRegistry(),
                        faults,
                        givenUp::add,
                        () -> "",
                        metrics));
    }
}
