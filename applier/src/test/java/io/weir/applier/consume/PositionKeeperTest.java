package io.weir.applier.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.applier.position.Position;
import io.weir.applier.position.PositionFile;
import io.weir.applier.position.StartPlan;
import io.weir.applier.replica.ReplicaRoot;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A baseline that begins while a position is saved, in a real replica. What a crash would leave is what the file has. */
@Timeout(120)
class PositionKeeperTest extends ReplicationBench {
    private static final StartPlan.Stream STREAM =
            new StartPlan.Stream("topic", Map.of(0, 0L), Map.of(0, 9L), Map.of(0, 7L));
    private static final Position BEFORE = new Position("backup1", "data", "topic", Map.of(0, 7L), "", true);

    private ReplicaRoot root;
    private Replication replication;
    private PositionKeeper positions;
    private Runnable duringSync = () -> {};

    @BeforeEach
    void open(@TempDir Path directory) throws IOException {
        root = ReplicaRoot.open("data", directory, false);
        new PositionFile(root.own()).write(BEFORE);
        clocks = Clocks.system();
        replication = replication(4, Map.of("data", targets -> DONE));
        positions = new PositionKeeper(
                "backup1",
                replication,
                Map.of("data", root),
                Map.of(),
                path -> duringSync.run(),
                Duration.ofMillis(500));
    }

    @AfterEach
    void close() {
        root.close();
    }

    private Position written() throws IOException {
        return new PositionFile(root.own()).read().orElseThrow();
    }

    @Test
    void aSaveThatIsUnderWayDoesNotWriteABaselineThatBeginsAsDone() throws Exception {
        assertThat(positions.begin(STREAM).baselines()).isEmpty();
        Thread follows = new Thread(() -> positions.startBaseline("data", "promoted"));
        duringSync = () -> {
            follows.start();
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> Set.of(Thread.State.BLOCKED, Thread.State.TERMINATED)
                            .contains(follows.getState()));
        };
        replication.accept(new Reading(0, 7, "data", List.of(), List.of()));

        positions.save();
        follows.join();

        assertThat(written().baselineDone()).isFalse();
        assertThat(written().offsets()).containsEntry(0, 8L);
        assertThat(replication.isBaselineOpen("data")).isTrue();
        duringSync = () -> {};
        runAll();
        positions.save();
        assertThat(written().baselineDone()).isTrue();
    }

    @Test
    void aBaselineThatBeginsBeforeReadingDoesIsPendingThen() throws Exception {
        positions.startBaseline("data", "promoted");

        assertThat(written()).isEqualTo(BEFORE.pending());
        assertThat(positions.durable()).isEmpty();
        StartPlan plan = positions.begin(STREAM);
        assertThat(plan.baselines()).containsOnlyKeys("data");
        assertThat(plan.offsets()).containsEntry(0, 7L);
    }
}
