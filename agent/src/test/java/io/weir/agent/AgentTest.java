package io.weir.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.service.FaultHandler;
import io.weir.service.HealthRegistry;
import io.weir.service.KafkaSettings;
import io.weir.service.WeirException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The wiring, while Kafka is away: an agent must start, keep what it captures, and stop. */
@Timeout(120)
class AgentTest {
    private static final FaultHandler FAULTS = (component, cause) -> {
        throw new AssertionError(component, cause);
    };

    private final Path work;
    private final Path source;
    private final HealthRegistry health = new HealthRegistry();

    AgentTest(@TempDir Path work) throws Exception {
        this.work = work;
        this.source = Files.createDirectory(work.resolve("source"));
    }

    @Test
    void startsAndStopsWhileKafkaIsAway() throws Exception {
        try (Agent agent = agent(source)) {
            agent.start();

            assertThat(agent.rsyncd().orElseThrow().port()).isPositive();
            assertThat(source.resolve(".weir")).isDirectoryContaining("glob:**/id-*");
            assertThat(health.notReady()).anyMatch(line -> line.startsWith("agent/data"));
        }
        assertThat(work.resolve("state/data.state")).content().contains("epoch=0");
    }

    @Test
    void startsWhileTheNamesOfTheBrokersCannotBeResolved() throws Exception {
        try (Agent agent = agent(source, KafkaSettings.of("no-such-host.invalid:9092", "weir"))) {
            agent.start();

            Files.writeString(source.resolve("f"), "f");
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> health.notReady().stream()
                            .anyMatch(line -> line.startsWith("agent/data: RETRYING")
                                    && line.contains("resolvable")
                                    && line.contains("wait to be published, the oldest since 20")));
        }
    }

    @Test
    void wrongSettingsOfKafkaFailTheStart() {
        KafkaSettings wrong = new KafkaSettings(
                "127.0.0.1:9", "weir", Map.of("security.protocol", "NONE"), Map.of(), Map.of(), Map.of(), Map.of());
        try (Agent agent = agent(source, wrong)) {
            assertThatThrownBy(agent::start)
                    .isInstanceOf(WeirException.class)
                    .hasMessageContaining("check the kafka settings");
        }
    }

    @Test
    void oneStateDirectoryIsForOneAgent() {
        try (Agent first = agent(source);
                Agent second = agent(source)) {
            first.start();

            assertThatThrownBy(second::start)
                    .isInstanceOf(WeirException.class)
                    .hasMessageContaining("another agent uses the state directory");
        }
    }

    @Test
    void aSourceThatNeverWasThereFailsTheStart() {
        try (Agent agent = agent(work.resolve("missing"))) {
            assertThatThrownBy(agent::start)
                    .isInstanceOf(WeirException.class)
                    .hasMessageContaining("create or mount it");
        }
    }

    @Test
    void aSourceThatWasThereBeforeIsWaitedFor() throws Exception {
        try (Agent agent = agent(source)) {
            agent.start();
        }
        Files.move(source, work.resolve("unmounted"));
        Files.createDirectory(source);

        try (Agent agent = agent(source)) {
            agent.start();

            assertThat(health.notReady()).anyMatch(line -> line.contains("is its disk mounted?"));
            assertThat(source.resolve(".weir")).doesNotExist();
        }
    }

    @Test
    void stateInsideASourceIsRefused() {
        AgentSettings inside =
                AgentSettings.of(source.resolve("state"), List.of(new SourceSettings("data", source, List.of())));

        try (Agent agent = new Agent(inside, kafka(), health, FAULTS, new SimpleMeterRegistry())) {
            assertThatThrownBy(agent::start).hasMessageContaining("is inside source data");
        }
    }

    private Agent agent(Path root) {
        return agent(root, kafka());
    }

    private Agent agent(Path root, KafkaSettings kafka) {
        AgentSettings defaults =
                AgentSettings.of(work.resolve("state"), List.of(new SourceSettings("data", root, List.of())));
        AgentSettings settings = new AgentSettings(
                defaults.stateDirectory(),
                defaults.sources(),
                defaults.rsyncd(),
                defaults.scans(),
                defaults.dirtyPaths(),
                defaults.unacknowledged(),
                defaults.statusInterval(),
                Duration.ofMillis(100));
        return new Agent(settings, kafka, health, FAULTS, new SimpleMeterRegistry());
    }

    private static KafkaSettings kafka() {
        // Nothing listens on the port of "discard".
        return KafkaSettings.of("127.0.0.1:9", "weir");
    }
}
