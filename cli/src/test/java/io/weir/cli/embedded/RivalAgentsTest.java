package io.weir.cli.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.agent.Agent;
import io.weir.agent.AgentSettings;
import io.weir.agent.SourceSettings;
import io.weir.schemas.Change;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.RelPath;
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

    @Test
    void whatAnotherAgentPublishedMeanwhileIsMadeUpFor() throws Exception {
        try (LocalKafka kafka =
                new LocalKafka(new EmbeddedBroker(directory.resolve("kafka"), 0), directory.resolve("weir.yaml"))) {
            kafka.start();
            Path theirs = source.resolve("theirs");
            try (AgentUnderTest one = life("one", kafka).start()) {
                await().atMost(DEADLINE).until(one::isReady);
                await().atMost(DEADLINE).until(() -> Files.exists(directory.resolve("one/data.inventory")));
            }
            try (AgentUnderTest two = life("two", kafka).start()) {
                await().atMost(DEADLINE).until(two::isReady);
                Files.writeString(theirs, "made and published while the other agent was away");
                await().atMost(DEADLINE)
                        .until(() -> published(kafka).stream()
                                .anyMatch(change -> RelPath.of(change.getPath()).equals(RelPath.of("theirs"))));
            }
            Files.delete(theirs);
            List<Change> before = published(kafka);

            try (AgentUnderTest again = life("one", kafka).start()) {
                await().atMost(DEADLINE)
                        .until(() -> published(kafka).stream()
                                .skip(before.size())
                                .anyMatch(change -> change.getKind() == ChangeKind.RESCAN
                                        && change.getRecursive()
                                        && RelPath.of(change.getPath()).isRoot()));
                assertThat(published(kafka).stream().skip(before.size()))
                        .anyMatch(change -> change.getKind() == ChangeKind.GAP
                                && String.valueOf(change.getReason()).contains("another agent published"));
                await().atMost(DEADLINE)
                        .until(() -> Files.readString(directory.resolve("one/data.state"))
                                .contains("rescan-since-epoch=0"));
                await().atMost(DEADLINE).until(() -> sweeps(again) >= 1);
                assertThat(again.faults.fault()).isNull();
            }
            // Learning takes a sweep that began after the rescan was noted, which may be one of the next life.
            await("a life after its own is no doubt").atMost(DEADLINE).until(() -> !doubts(kafka));
        }
    }

    /** Whether another life of the first agent rescans anything; it then stays until it has swept. */
    private boolean doubts(LocalKafka kafka) throws Exception {
        int before = published(kafka).size();
        try (AgentUnderTest next = life("one", kafka).start()) {
            await().atMost(DEADLINE).until(next::isReady);
            if (hasRescanSince(before, kafka)) {
                await().atMost(DEADLINE).until(() -> sweeps(next) >= 1);
            }
        }
        return hasRescanSince(before, kafka);
    }

    private static boolean hasRescanSince(int skipped, LocalKafka kafka) {
        return published(kafka).stream().skip(skipped).anyMatch(change -> change.getKind() == ChangeKind.RESCAN);
    }

    private static long sweeps(AgentUnderTest agent) {
        return agent.metrics.get("weir.agent.scan").tag("kind", "sweep").timer().count();
    }

    private AgentUnderTest life(String name, LocalKafka kafka) {
        return new AgentUnderTest(directory.resolve(name), source, kafka.settings());
    }

    private static List<Change> published(LocalKafka kafka) {
        return AgentUnderTest.published(kafka.settings());
    }

    private Agent agent(String name, LocalKafka kafka, HealthRegistry health, FaultLatch faults) {
        AgentSettings settings =
                AgentSettings.of(directory.resolve(name), List.of(new SourceSettings("data", source, List.of())));
        return new Agent(settings, kafka.settings(), health, faults, new SimpleMeterRegistry());
    }
}
