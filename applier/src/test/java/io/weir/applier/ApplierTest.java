package io.weir.applier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.applier.replica.KnownReplicas;
import io.weir.applier.replica.PromotedRoot;
import io.weir.applier.replica.ReplicaRoot;
import io.weir.applier.rsync.RsyncEndpoint;
import io.weir.schemas.Desired;
import io.weir.schemas.Lineage;
import io.weir.schemas.Promotion;
import io.weir.service.ExitCode;
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
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a replica's directory may do to the process at a start. Kafka is not reached. */
class ApplierTest {
    private final HealthRegistry health = new HealthRegistry();
    private final FaultLatch faults = new FaultLatch();

    private final Path state;

    ApplierTest(@TempDir Path state) {
        this.state = state;
    }

    private Applier applier(Path root) {
        return new Applier(settings(root), new SimpleMeterRegistry(), health, faults);
    }

    private ApplierSettings settings(Path root) {
        return settings(source("data", root));
    }

    private static ReplicaSettings source(String name, Path root) {
        RsyncEndpoint endpoint = new RsyncEndpoint("rsync://127.0.0.1:9/data/", null, "weir");
        return new ReplicaSettings(name, root, endpoint);
    }

    private ApplierSettings settings(ReplicaSettings... sources) {
        return new ApplierSettings("backup1", state, KafkaSettings.of("127.0.0.1:9", "weir"), List.of(sources));
    }

    @Test
    void diskThatRefusesHoldsTheReplicaAndNotTheProcess(@TempDir Path work) throws IOException {
        Path file = Files.createFile(work.resolve("file"));
        try (Applier applier = applier(file.resolve("replica"))) {
            applier.start();

            assertThat(health.notReady())
                    .singleElement(STRING)
                    .contains("open replica of source data", file.toString(), "check the disk and the permissions");
            assertThat(faults.fault()).isNull();
        }
    }

    @Test
    void replicaThatIsNotMountedIsHeldAndNothingIsMade(@TempDir Path mountPoint) throws IOException {
        try (ReplicaRoot mounted = ReplicaRoot.open("data", mountPoint, false)) {
            mounted.claim(UUID.randomUUID());
            KnownReplicas.open(state, "backup1").remember(mounted);
        }
        Files.move(mountPoint.resolve(".weir"), state.resolve("away"));
        Files.createFile(mountPoint.resolve("NOT-MOUNTED"));
        try (Applier applier = applier(mountPoint)) {
            applier.start();

            assertThat(health.notReady())
                    .singleElement(STRING)
                    .contains("open replica of source data", mountPoint.toString(), "Mount its disk");
            assertThat(faults.fault()).isNull();
        }
        assertThat(mountPoint.resolve(".weir")).doesNotExist();
    }

    /** The other source, whose disk refuses, keeps it from Kafka. */
    @Test
    void replicaThatCameWithAReloadIsMissedAsWell(@TempDir Path work, @TempDir Path mountPoint) throws IOException {
        try (ReplicaRoot mounted = ReplicaRoot.open("more", mountPoint, false)) {
            mounted.claim(UUID.randomUUID());
        }
        Path refusing = Files.createFile(work.resolve("file")).resolve("replica");
        try (Applier applier = applier(refusing)) {
            applier.start();
            applier.reload(settings(source("more", mountPoint), source("data", refusing)));
            assertThat(health.notReady()).singleElement(STRING).contains("open replica of source data");

            Files.move(mountPoint.resolve(".weir"), state.resolve("away"));
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(health.notReady())
                            .singleElement(STRING)
                            .contains("open replica of source more", mountPoint.toString(), "Mount its disk"));
        }
        assertThat(mountPoint).isEmptyDirectory();
    }

    @Test
    void directoryOfSomethingElseIsRefused(@TempDir Path work) throws IOException {
        Files.createFile(work.resolve("precious"));
        try (Applier applier = applier(work)) {
            assertThatThrownBy(applier::start)
                    .isInstanceOfSatisfying(
                            WeirException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.CONFLICT));
        }
        assertThat(work.resolve(".weir")).doesNotExist();
    }

    @Test
    void aReloadTakesASourceThatWasPromotedAndIsReadyWithNothingElse(@TempDir Path work, @TempDir Path root)
            throws IOException {
        promote(root);
        Path refusing = Files.createFile(work.resolve("file")).resolve("replica");
        try (Applier applier = applier(refusing)) {
            applier.start();
            // As what replicated before says once it is closed.
            health.readiness(applier.name(), () -> Optional.of("the replica is closed"));
            applier.reload(settings(root));

            assertThat(health.notReady()).isEmpty();
        }
    }

    private static void promote(Path root) {
        try (ReplicaRoot replica = ReplicaRoot.open("data", root, false)) {
            replica.claim(UUID.randomUUID());
            Promotion promotion = Lineage.next(null, "", UUID.randomUUID().toString());
            PromotedRoot.make(
                    replica,
                    "data",
                    Desired.newBuilder()
                            .setSource("data")
                            .setReplica("backup1")
                            .setBy("ann@desk")
                            .setAt(Instant.EPOCH)
                            .setPromotion(promotion)
                            .build());
        }
    }

    @Test
    void otherSettingsAreTakenOrChangeNothing(@TempDir Path work) throws IOException {
        Path file = Files.createFile(work.resolve("file"));
        try (Applier applier = applier(file.resolve("replica"))) {
            applier.start();

            assertThatThrownBy(() -> applier.reload(settings(work)))
                    .isInstanceOfSatisfying(
                            WeirException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.CONFLICT));
            assertThat(health.notReady()).singleElement(STRING).contains(file.toString());
            assertThat(work.resolve(".weir")).doesNotExist();

            applier.reload(settings(file.resolve("other")));
            assertThat(health.notReady())
                    .singleElement(STRING)
                    .contains(file.resolve("other").toString());
        }
        assertThat(Applier.reloads("applier.sources[data].filters")).isTrue();
        assertThat(Applier.reloads("applier.replica")).isFalse();
        assertThat(Applier.reloads("topics.prefix")).isFalse();
    }
}
