package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.schemas.ComponentState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The disk of one replica fails: it is held, says so, goes on by itself, and the other replica does not wait for it. */
class DiskFaultsIT {
    private static final int STILL_FILES = 50;
    private static final int MIB = 1 << 20;
    private static final String REPLICA = "applier/replica-1/data";

    @TempDir
    Path folder;

    @BeforeEach
    void needsRoot() {
        Root.required("mount a small disk");
    }

    @Test
    @Tag("extended")
    void aFullDiskIsHeldAndGoesOnWhenThereIsRoom() throws Exception {
        Random random = new Random(Seeds.next("full disk"));
        NoUnexplainedDelete.makeFiles(folder.resolve("source"), STILL_FILES);
        try (Mounted disk = Mounted.tmpfs(folder.resolve("small"), "24m");
                Stages stages = StagesPlan.in(folder)
                        .hasty()
                        .replica(1, disk.at().resolve("replica"))
                        .start()) {
            stages.awaitEqual();
            try (NoUnexplainedDelete watch = NoUnexplainedDelete.watch(stages.source(), stages.replicas())) {
                fill(stages.source().resolve("first"), 40, random);
                stages.awaitStatus(
                        REPLICA,
                        status -> status.getState() == ComponentState.RETRYING
                                && status.getMessage() != null
                                && status.getMessage().contains("full"));
                stages.awaitEqual(2);
                Files.writeString(stages.source().resolve("meanwhile"), "written while the disk is full");
                stages.awaitEqual(2);

                disk.remount("size=64m");
                stages.awaitEqual();

                // Once more, and now somebody makes room.
                Path ballast = disk.at().resolve("ballast");
                write(ballast, 20, random);
                fill(stages.source().resolve("second"), 10, random);
                stages.awaitStatus(REPLICA, status -> status.getState() == ComponentState.RETRYING);
                stages.awaitEqual(2);
                Files.delete(ballast);
                stages.awaitEqual();
                watch.assertNone();
                BoundedLag.awaitNone(stages);
            }
        }
    }

    @Test
    @Tag("faults")
    void aReplicaWhoseDiskIsNotMountedIsHeldAndGoesOnWhenItIsBack() throws Exception {
        long seed = Seeds.next("unmounted replica");
        Path mountPoint = folder.resolve("mnt");
        try (Mounted disk = Mounted.disk(mountPoint, folder.resolve("disk.img"), "256m")) {
            StagesPlan plan = StagesPlan.in(folder).hasty().replica(1, mountPoint.resolve("replica"));
            UnderChurn.run(plan, seed, during -> {
                Stages stages = during.stages();
                during.withoutDisk(stages.replicas().get(0), away -> {
                    disk.unmount();
                    awaitUnmounted(stages);
                    away.churnOn();
                    // Also a start does not take it for a new one.
                    stages.process("applier-1").kill();
                    stages.process("applier-1").restart();
                    Instant restarted = Instant.now();
                    stages.awaitStatus(REPLICA, status -> status.getAt().isAfter(restarted));
                    awaitUnmounted(stages);
                    away.churnOn();
                    assertThat(mountPoint).isEmptyDirectory();
                    disk.mount();
                });
                during.churnOn();
                assertThat(stages.records().deadLetters()).isEmpty();
            });
        }
    }

    private static void awaitUnmounted(Stages stages) {
        stages.awaitStatus(
                REPLICA,
                status -> status.getState() == ComponentState.RETRYING
                        && status.getMessage() != null
                        && status.getMessage().contains("Mount its disk"));
    }

    @Test
    @Tag("faults")
    void aReplicaThatIsReadOnlyIsHeldAndGoesOnWhenItIsNot() throws Exception {
        Seeds.next("read-only replica");
        NoUnexplainedDelete.makeFiles(folder.resolve("source"), STILL_FILES);
        try (Mounted disk = Mounted.tmpfs(folder.resolve("small"), "64m");
                Stages stages = StagesPlan.in(folder)
                        .hasty()
                        .replica(1, disk.at().resolve("replica"))
                        .start()) {
            stages.awaitEqual();
            try (NoUnexplainedDelete watch = NoUnexplainedDelete.watch(stages.source(), stages.replicas())) {
                // As after an error of the disk: the kernel does not make it so while a file is open for writing.
                stages.process("applier-1").kill();
                disk.remount("ro");
                stages.process("applier-1").restart();
                Files.writeString(stages.source().resolve("meanwhile"), "written while it is read-only");
                Files.delete(Files.writeString(stages.source().resolve("short-lived"), "x"));
                stages.awaitStatus(
                        REPLICA,
                        status -> status.getState() == ComponentState.RETRYING
                                && status.getMessage() != null
                                && status.getMessage().contains("ead-only"));
                stages.awaitEqual(2);
                assertThat(stages.replicas().get(0).resolve("meanwhile")).doesNotExist();

                disk.remount("rw");
                stages.awaitEqual();
                watch.assertNone();
                BoundedLag.awaitNone(stages);
            }
        }
    }

    private static void fill(Path directory, int mebibytes, Random random) throws IOException {
        Files.createDirectories(directory);
        for (int i = 0; i < mebibytes; i++) {
            write(directory.resolve("f" + i), 1, random);
        }
    }

    private static void write(Path file, int mebibytes, Random random) throws IOException {
        byte[] content = new byte[mebibytes * MIB];
        random.nextBytes(content);
        Files.write(file, content);
    }
}
