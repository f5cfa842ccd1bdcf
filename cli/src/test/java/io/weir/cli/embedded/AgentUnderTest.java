package io.weir.cli.embedded;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.agent.Agent;
import io.weir.agent.AgentSettings;
import io.weir.agent.SourceSettings;
import io.weir.cli.TopicReader;
import io.weir.schemas.Change;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.RelPath;
import io.weir.schemas.Topics;
import io.weir.schemas.UndecodableRecordException;
import io.weir.service.FaultLatch;
import io.weir.service.HealthRegistry;
import io.weir.service.KafkaSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One life of an agent with one source, small bounds and its health. */
final class AgentUnderTest implements AutoCloseable {
    static final int DIRTY_PATHS = 1_000;
    static final int UNACKNOWLEDGED = 100;

    final HealthRegistry health = new HealthRegistry();
    final FaultLatch faults = new FaultLatch();
    final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final Agent agent;

    AgentUnderTest(Path state, Path source, KafkaSettings kafka) {
        AgentSettings defaults = AgentSettings.of(state, List.of(new SourceSettings("data", source, List.of())));
        AgentSettings settings = new AgentSettings(
                defaults.stateDirectory(),
                defaults.sources(),
                defaults.rsyncd(),
                defaults.scans(),
                DIRTY_PATHS,
                UNACKNOWLEDGED,
                Duration.ofMillis(200),
                Duration.ofSeconds(2));
        agent = new Agent(settings, kafka, health, faults, metrics);
    }

    AgentUnderTest start() {
        agent.start();
        return this;
    }

    boolean isReady() {
        return health.notReady().isEmpty();
    }

    /** Whether the health check says this of the source. */
    boolean says(String text) {
        return health.notReady().stream().anyMatch(line -> line.startsWith("agent/data") && line.contains(text));
    }

    double metric(String name) {
        return metrics.get(name).meter().measure().iterator().next().getValue();
    }

    /** Everything that was ever published, in the order of the topic. */
    static List<Change> published(KafkaSettings kafka) {
        RecordSerde<Change> serde = RecordSerde.of(Change.class);
        List<Change> changes = new ArrayList<>();
        try (TopicReader reader = new TopicReader(kafka)) {
            reader.readAll(List.of(new Topics(kafka.topicPrefix()).changes().name()), each -> {
                try {
                    changes.add(serde.decode(each.value()));
                } catch (UndecodableRecordException e) {
                    throw new AssertionError(e);
                }
            });
        }
        return changes;
    }

    /** Whether a change makes replicas look at the path. */
    static boolean covers(Change change, RelPath path) {
        RelPath named = RelPath.of(change.getPath());
        return named.equals(path) || (change.getRecursive() && (named.isRoot() || path.isBelow(named)));
    }

    @Override
    public void close() {
        agent.close();
    }
}
