package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.schemas.Batch;
import io.weir.schemas.BatchPath;
import io.weir.schemas.ComponentState;
import io.weir.schemas.DeadLetter;
import io.weir.schemas.FileType;
import io.weir.schemas.Observed;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.RelPath;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a source does to replicas when it is not there, and when it may not be read. */
class SourceFaultsIT {
    private static final int STILL_FILES = 100;
    private static final String AGENT = "agent/data";

    @TempDir
    Path folder;

    @Test
    void anUnmountedSourceDeletesNothing() throws Exception {
        Root.required("mount a disk");
        long seed = Seeds.next("unmount under churn");
        try (Mounted source = Mounted.disk(folder.resolve("source"), folder.resolve("disk"), "512m")) {
            UnderChurn.run(StagesPlan.in(folder).hasty(), seed, during -> {
                Stages stages = during.stages();
                source.unmount();
                // Those who had it open go on writing.
                during.churnOn();
                stages.awaitStatus(AGENT, status -> status.getState() == ComponentState.UNAVAILABLE);
                assertThat(weir(
                                "status",
                                "--config",
                                folder.resolve("agent.yaml").toString()))
                        .contains("unavailable");
                // Were the appliers to believe what they see, this would delete everything.
                claimAbsent(stages);
                for (int i = 1; i <= stages.replicas().size(); i++) {
                    stages.awaitStatus(
                            "applier/replica-" + i + "/data",
                            status -> status.getState() == ComponentState.UNAVAILABLE);
                }
                during.assertNoUnexplainedDelete();
                source.mount();
            });
        }
    }

    private static void claimAbsent(Stages stages) throws Exception {
        BatchPath all = BatchPath.newBuilder()
                .setPath(RelPath.of("still").toField())
                .setObserved(Observed.newBuilder().setType(FileType.ABSENT).build())
                .setCapturedAt(Instant.now())
                .build();
        stages.records()
                .write(
                        stages.records().topics().batches().name(),
                        "data".getBytes(StandardCharsets.UTF_8),
                        RecordSerde.of(Batch.class)
                                .encode(Batch.newBuilder()
                                        .setSource("data")
                                        .setSequence(1_000_000)
                                        .setEpoch(1)
                                        .setCreatedAt(Instant.now())
                                        .setCapturedAt(Instant.now())
                                        .setPaths(List.of(all))
                                        .build()));
    }

    private String weir(String... arguments) throws Exception {
        return WeirProcess.run(Files.createTempFile(folder, "answer", ""), Map.of(), arguments)
                .output();
    }

    @Test
    @Tag("faults")
    void aFileThatMayNotBeReadIsADeadLetterUntilItMayBe() throws Exception {
        Root.required("run an rsync daemon as another user");
        Seeds.next("unreadable file");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path source = Files.createDirectories(folder.resolve("source"));
        NoUnexplainedDelete.makeFiles(source, STILL_FILES);
        int port = Ports.free();
        try (RsyncDaemonAs daemon = RsyncDaemonAs.start("nobody", source, port, folder);
                Stages stages = StagesPlan.in(folder)
                        .hasty()
                        .settings("agent", "agent.rsyncd.enabled: false\n")
                        .rsyncPort(port)
                        .start()) {
            stages.awaitEqual();
            assertThat(daemon.isAlive()).isTrue();
            Path closed = Files.writeString(source.resolve("closed"), "for root only");
            Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));
            Files.writeString(source.resolve("beside"), "for everybody");
            RelPath path = RelPath.of("closed");
            await().atMost(EventuallyEqual.DEADLINE)
                    .untilAsserted(() -> assertThat(stages.records().deadLetters())
                            .filteredOn(letter -> RelPath.of(letter.getPath()).equals(path))
                            .extracting(DeadLetter::getReplica)
                            .contains("replica-1", "replica-2"));
            EventuallyEqual.await(source, stages.replicas(), path::equals, stages.processes());

            Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rw-r--r--"));
            stages.awaitEqual();
            BoundedLag.awaitNone(stages);
        }
    }
}
