package io.weir.cli.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.agent.Agent;
import io.weir.agent.AgentSettings;
import io.weir.agent.SourceSettings;
import io.weir.service.ExitCode;
import io.weir.service.FaultLatch;
import io.weir.service.HealthRegistry;
import io.weir.service.WeirException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two agents for one source, on hosts of their own: a mistake, or a failover in which the old one was still alive. */
class RivalAgentsTest {
    private static final Duration DEADLINE = Duration.ofMinutes(2);

    private final Path directory;
    private final Path source;

    RivalAgentsTest(@TempDir Path directory) throws Exception {
        this.directory = directory;
        this.source = Files.createDirectory(directory.resolve("source"));
    }

    @Test
    void theOlderAgentStopsWithAClearError() throws Exception {
        FaultLatch older = new FaultLatch();
        FaultLatch newer = new FaultLatch();
        try (LocalKafka kafka =
                new LocalKafka(new EmbeddedBroker(directory.resolve("kafka"), 0), directory.resolve("weir.yaml"))) {
            kafka.start();
            HealthRegistry first = new HealthRegistry();
            HealthRegistry second = new HealthRegistry();
            try (Agent one = agent("one", kafka, first, older);
                    Agent two = agent("two", kafka, second, newer)) {
                one.start();
                await().atMost(DEADLINE).until(() -> first.notReady().isEmpty());

                two.start();

                await().atMost(DEADLINE).until(() -> older.fault() != null);
                WeirException why = Objects.requireNonNull(older.fault());
                assertThat(why.exitCode()).isEqualTo(ExitCode.CONFLICT);
                assertThat(why).hasMessageContaining("another agent serves source data");
                await().atMost(DEADLINE).until(() -> second.notReady().isEmpty());
                assertThat(newer.fault()).isNull();
            }
        }
    }

    private Agent agent(String name, LocalKafka kafka, HealthRegistry health, FaultLatch faults) {
        AgentSettings settings =
                AgentSettings.of(directory.resolve(name), List.of(new SourceSettings("data", source, List.of())));
        return new Agent(settings, kafka.settings(), health, faults, new SimpleMeterRegistry());
    }
}
