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

    @Test
    void otherSourcesAreTakenWhileItRuns() throws Exception {
        Path other = Files.createDirectory(work.resolve("other"));
        SourceSettings data = new SourceSettings("data", source, List.of());
        SourceSettings more = new SourceSettings("more", other, List.of());
        SimpleMeterRegistry metrics = new SimpleMeterRegistry();
        try (Agent agent = new Agent(settings(data), kafka(), health, FAULTS, metrics)) {
            agent.start();
            Path modules = work.resolve("state/rsyncd/rsyncd.conf");
            String untouched = Files.readString(work.resolve("state/data.state"));

            agent.reload(settings(data, more));
            assertThat(other.resolve(".weir")).isDirectoryContaining("glob:**/id-*");
            assertThat(modules).content().contains("[data]", "[more]");
            assertThat(health.notReady()).anyMatch(line -> line.startsWith("agent/more"));
            assertThat(health.stale()).isEmpty();
            assertThat(metrics.find("weir.agent.pending").tag("source", "more").gauge())
                    .isNotNull();

            agent.reload(settings(data));
            assertThat(modules).content().contains("[data]").doesNotContain("[more]");
            assertThat(health.notReady()).noneMatch(line -> line.startsWith("agent/more"));
            assertThat(metrics.find("weir.agent.pending").tag("source", "more").gauge())
                    .isNull();
            assertThat(work.resolve("state/data.state")).hasContent(untouched);

            agent.reload(settings(new SourceSettings("data", source, List.of("*.o"))));
            assertThat(health.notReady()).anyMatch(line -> line.startsWith("agent/data"));
            assertThat(health.stale()).isEmpty();
            assertThat(metrics.find("weir.agent.pending").tag("source", "data").gauge())
                    .isNotNull();
        }
    }

    @Test
    void theSourcesOfBeforeAreTakenAgainAfterOthersFailedHalfway() throws Exception {
        SourceSettings data = new SourceSettings("data", source, List.of());
        Path other = Files.createDirectory(work.resolve("other"));
        Files.createFile(other.resolve(".weir"));
        try (Agent agent = agent(source)) {
            agent.start();

            assertThatThrownBy(() -> agent.reload(settings(new SourceSettings("more", other, List.of()))))
                    .isInstanceOf(WeirException.class)
                    .hasMessageContaining("take other sources");
            assertThat(health.notReady()).noneMatch(line -> line.startsWith("agent/data"));

            agent.reload(settings(data));
            assertThat(health.notReady()).anyMatch(line -> line.startsWith("agent/data"));
            assertThat(work.resolve("state/rsyncd/rsyncd.conf"))
                    .content()
                    .contains("[data]")
                    .doesNotContain("[more]");
        }
    }

    @Test
    void sourcesThatCannotBeTakenChangeNothing() {
        SourceSettings data = new SourceSettings("data", source, List.of());
        try (Agent agent = agent(source)) {
            agent.start();

            assertThatThrownBy(() -> agent.reload(
                            settings(data, new SourceSettings("more", work.resolve("missing"), List.of()))))
                    .isInstanceOf(WeirException.class)
                    .hasMessageContaining("create or mount it");
            assertThatThrownBy(() -> agent.reload(settings(data, new SourceSettings("all", work, List.of()))))
                    .isInstanceOf(WeirException.class)
                    .hasMessageContaining("is inside source all");
            assertThat(work.resolve("state/rsyncd/rsyncd.conf"))
                    .content()
                    .contains("[data]")
                    .doesNotContain("[more]", "[all]");
        }
        assertThat(Agent.reloads("agent.sources[data].exclude")).isTrue();
        assertThat(Agent.reloads("agent.rsyncd.port")).isFalse();
        assertThat(Agent.reloads("kafka.bootstrap.servers")).isFalse();
    }

    private Agent agent(Path root) {
        return agent(root, kafka());
    }

    private Agent agent(Path root, KafkaSettings kafka) {
        AgentSettings settings = settings(new SourceSettings("data", root, List.of()));
        return new Agent(settings, kafka, health, FAULTS, new SimpleMeterRegistry());
    }

    private AgentSettings settings(SourceSettings... sources) {
        AgentSettings defaults = AgentSettings.of(work.resolve("state"), List.of(sources));
        return new AgentSettings(
                defaults.stateDirectory(),
                defaults.sources(),
                defaults.rsyncd(),
                defaults.scans(),
                defaults.dirtyPaths(),
                defaults.unacknowledged(),
                defaults.statusInterval(),
                Duration.ofMillis(100));
    }

    private static KafkaSettings kafka() {
        // Nothing listens on the port of "discard".
        return KafkaSettings.of("127.0.0.1:9", "weir");
    }
}
