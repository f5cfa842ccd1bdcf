package io.weir.cli.applier;

import static io.weir.cli.applier.ApplierBench.DEADLINE;
import static io.weir.cli.applier.ApplierBench.awaitFile;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.weir.applier.ReplicaSettings;
import io.weir.cli.embedded.EmbeddedBroker;
import io.weir.schemas.ComponentState;
import io.weir.schemas.DeadLetter;
import io.weir.schemas.DeadLetterKind;
import io.weir.schemas.RelPath;
import io.weir.service.KafkaSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Sources that go away, files that may not be read, batches that are forged: who is held up, and what is told. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TroubleTest {
    private static final AtomicInteger TOPICS = new AtomicInteger();

    private EmbeddedBroker broker;

    @BeforeAll
    void startBroker(@TempDir Path directory) {
        broker = new EmbeddedBroker(directory, 0);
        broker.start();
    }

    @AfterAll
    void stopBroker() {
        broker.close();
    }

    private ApplierBench bench(Path work, int uid) throws Exception {
        return new ApplierBench(KafkaSettings.of(broker.bootstrapServers(), "t" + TOPICS.incrementAndGet()), work, uid);
    }

    private static String offset(Path replica, RecordMetadata at) throws Exception {
        return Files.readString(replica.resolve(".weir/position"))
                .lines()
                .filter(line -> line.startsWith("offset." + at.partition() + "="))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void sourceThatGoesAwayHoldsItsOffsetAndNothingElse(@TempDir Path work) throws Exception {
        try (ApplierBench bench = bench(work, 0)) {
            Path otherSource = bench.source("other");
            try (RsyncModule other = new RsyncModule(otherSource, work, 0);
                    ApplierBench.Running one = bench.run(
                            "backup1",
                            bench.of(work.resolve("r1/data")),
                            new ReplicaSettings("other", work.resolve("r1/other"), other.endpoint()));
                    ApplierBench.Running two = bench.run(
                            "backup2", new ReplicaSettings("other", work.resolve("r2/other"), other.endpoint()))) {
                RecordMetadata first = bench.change("a");
                await().atMost(DEADLINE)
                        .untilAsserted(() -> assertThat(offset(work.resolve("r1/data"), first))
                                .isEqualTo("offset." + first.partition() + "=" + (first.offset() + 1)));

                bench.module.stop();
                RecordMetadata waits = bench.change("b");
                await().atMost(DEADLINE).untilAsserted(() -> {
                    assertThat(bench.state("applier/backup1/data").getState()).isEqualTo(ComponentState.RETRYING);
                    assertThat(bench.state("applier/backup1/data").getMessage()).contains("nothing answers");
                    assertThat(bench.state("applier/backup1/data").getPendingPaths())
                            .isEqualTo(1);
                });
                Files.writeString(otherSource.resolve("x"), "x");
                bench.send("other", 1, "x");
                awaitFile(work.resolve("r1/other"), "x");
                awaitFile(work.resolve("r2/other"), "x");
                await().atMost(DEADLINE)
                        .untilAsserted(() -> assertThat(
                                        bench.state("applier/backup1/other").getState())
                                .isEqualTo(ComponentState.RUNNING));
                assertThat(offset(work.resolve("r1/data"), waits))
                        .isEqualTo("offset." + waits.partition() + "=" + waits.offset());
                assertThat(one.health.notReady()).singleElement().asString().contains("data: ");
                assertThat(two.health.notReady()).isEmpty();

                bench.module.start();
                awaitFile(work.resolve("r1/data"), "b");
                await().atMost(DEADLINE)
                        .untilAsserted(() -> assertThat(offset(work.resolve("r1/data"), waits))
                                .isEqualTo("offset." + waits.partition() + "=" + (waits.offset() + 1)));
                await().atMost(DEADLINE).until(() -> one.health.notReady().isEmpty());
                assertThat(bench.letters()).isEmpty();
            }
        }
    }

    @Test
    void replicaWhoseDiskIsFullSaysSoAndGoesOnWhenThereIsRoom(@TempDir Path work) throws Exception {
        assumeTrue(RsyncModule.isRoot(), "mounts need root");
        Path disk = Files.createDirectory(work.resolve("disk"));
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=1m", "weir-full-test", disk.toString()) == 0, "no mounts");
        try (ApplierBench bench = bench(work, 0)) {
            Path replica = disk.resolve("replica");
            try (ApplierBench.Running running = bench.run("backup1", bench.of(replica))) {
                RecordMetadata small = bench.change("small");
                await().atMost(DEADLINE)
                        .untilAsserted(() -> assertThat(offset(replica, small))
                                .isEqualTo("offset." + small.partition() + "=" + (small.offset() + 1)));
                Files.write(bench.source.resolve("large"), new byte[3 << 20]);
                bench.send(2, "large");
                RecordMetadata behind = bench.send(3, "large");

                await().atMost(DEADLINE).untilAsserted(() -> {
                    assertThat(bench.state("applier/backup1/data").getState()).isEqualTo(ComponentState.RETRYING);
                    assertThat(bench.state("applier/backup1/data").getMessage()).contains("full");
                });
                assertThat(offset(replica, small))
                        .isEqualTo("offset." + small.partition() + "=" + (small.offset() + 1));
                assertThat(run("mount", "-o", "remount,size=16m", disk.toString()))
                        .isZero();
                awaitFile(replica, "large");
                await().atMost(DEADLINE)
                        .untilAsserted(() -> assertThat(offset(replica, behind))
                                .isEqualTo("offset." + behind.partition() + "=" + (behind.offset() + 1)));
                await().atMost(DEADLINE)
                        .untilAsserted(() -> assertThat(
                                        bench.state("applier/backup1/data").getState())
                                .isEqualTo(ComponentState.RUNNING));
                assertThat(bench.letters()).isEmpty();
                assertThat(running.faults.fault()).isNull();
            }
        } finally {
            run("umount", "-l", disk.toString());
        }
    }

    private static int run(String... command) throws Exception {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    @Test
    void fileThatMayNotBeReadIsADeadLetterUntilItMayBe(@TempDir Path work) throws Exception {
        assumeTrue(RsyncModule.isRoot(), "a daemon of another user needs root");
        try (ApplierBench bench = bench(work, 65534);
                ApplierBench.Running running = bench.run()) {
            Path secret = bench.source.resolve("secret");
            bench.write("secret", "x");
            bench.write("scheduled", "x");
            for (String each : List.of("secret", "scheduled")) {
                Files.setPosixFilePermissions(bench.source.resolve(each), PosixFilePermissions.fromString("rw-------"));
            }
            bench.send(1, "secret", "scheduled");
            bench.send(2, "open");
            bench.write("open", "x");
            RecordMetadata last = bench.send(3, "open");

            awaitFile(bench.replica(), "open");
            await().atMost(DEADLINE)
                    .untilAsserted(() -> assertThat(bench.letters())
                            .allMatch(letter -> letter.getKind() == DeadLetterKind.FAILED)
                            .extracting(letter -> RelPath.of(letter.getPath()).toString())
                            .containsExactlyInAnyOrder("secret", "scheduled"));
            await().atMost(DEADLINE)
                    .untilAsserted(() -> assertThat(offset(bench.replica(), last))
                            .isEqualTo("offset." + last.partition() + "=" + (last.offset() + 1)));
            await().atMost(DEADLINE)
                    .untilAsserted(() -> assertThat(bench.letters())
                            .as("tried again on a schedule")
                            .allMatch(letter -> letter.getAttempts() > 1));

            Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));
            bench.send(4, "secret");
            awaitFile(bench.replica(), "secret");
            await().atMost(DEADLINE)
                    .untilAsserted(() -> assertThat(bench.letters())
                            .extracting(letter -> RelPath.of(letter.getPath()).toString())
                            .containsExactly("scheduled"));
            Files.setPosixFilePermissions(
                    bench.source.resolve("scheduled"), PosixFilePermissions.fromString("rw-r--r--"));
            awaitFile(bench.replica(), "scheduled");
            await().atMost(DEADLINE).until(() -> bench.letters().isEmpty());
            assertThat(running.faults.fault()).isNull();
        }
    }

    @Test
    void forgedBatchesAreRefusedCountedAndTouchNothingOutside(@TempDir Path work) throws Exception {
        try (ApplierBench bench = bench(work, 0);
                ApplierBench.Running running = bench.run()) {
            Path outside = Files.createDirectories(work.resolve("outside"));
            Files.writeString(outside.resolve("precious"), "x");
            bench.write("first", "x");
            bench.change("a");
            awaitFile(bench.replica(), "a");
            await().atMost(DEADLINE)
                    .untilAsserted(() -> assertThat(bench.baselines()).isEqualTo(1));
            bench.write("d/precious", "of the source");
            bench.write("d/new", "of the source");
            Files.createSymbolicLink(bench.replica().resolve("d"), outside);
            Files.createSymbolicLink(bench.replica().resolve("e"), outside);

            bench.send(
                    2,
                    "../outside/precious",
                    outside + "/precious",
                    "",
                    "a\0b",
                    "./a",
                    "x/../../outside/precious",
                    ".weir/position",
                    "d/precious",
                    "d/new",
                    "e/precious",
                    "e");
            bench.change("b");
            awaitFile(bench.replica(), "b");
            awaitFile(bench.replica(), "d/new");

            assertThat(outside.resolve("precious")).hasContent("x");
            assertThat(ApplierBench.names(outside)).containsExactly("precious");
            assertThat(bench.replica().resolve("d")).isDirectory();
            assertThat(Files.isSymbolicLink(bench.replica().resolve("d"))).isFalse();
            await().atMost(DEADLINE)
                    .until(() -> !Files.isSymbolicLink(bench.replica().resolve("e")));
            assertThat(bench.replica().resolve("d/precious")).hasContent("of the source");
            await().atMost(DEADLINE)
                    .untilAsserted(() -> assertThat(bench.letters()).hasSize(7));
            assertThat(bench.letters()).extracting(DeadLetter::getKind).containsOnly(DeadLetterKind.REFUSED);
            for (String why : List.of("absolute", "empty", "nul", "dot", "own")) {
                assertThat(refused(running, why)).as(why).isEqualTo(1);
            }
            assertThat(refused(running, "parent")).isEqualTo(2);
        }
    }

    private static double refused(ApplierBench.Running running, String why) {
        return running.metrics
                .get("weir.applier.refused")
                .tag("why", why)
                .counter()
                .count();
    }
}
