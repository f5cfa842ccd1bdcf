package io.weir.applier.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.weir.applier.disk.DeletePolicy;
import io.weir.applier.disk.ReplicaPast;
import io.weir.posix.Processes;
import io.weir.schemas.RelPath;
import io.weir.schemas.Restored;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replicas on disks that are full, or read-only, or hold another disk: no path is to blame for the first two. Needs mounts. */
class DiskTroubleTest {
    private final Path work;
    private final Deque<Path> mounted = new ArrayDeque<>();

    DiskTroubleTest(@TempDir Path work) {
        this.work = work;
    }

    @BeforeEach
    void onlyAsRoot() {
        assumeTrue(Processes.effectiveUid() == 0, "mounts need root");
    }

    @AfterEach
    void unmount() throws Exception {
        for (Path each : mounted) {
            run("umount", "-l", each.toString());
        }
    }

    private static int run(String... command) throws Exception {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    private void mount(Path at, String options) throws Exception {
        Files.createDirectories(at);
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", options, "weir-disk-test", at.toString()) == 0,
                "tmpfs can be mounted");
        mounted.push(at);
    }

    private static void remount(Path at, String options) throws Exception {
        assertThat(run("mount", "-o", "remount," + options, at.toString())).isZero();
    }

    private static void assertEqual(Bench bench, Outcome outcome) throws IOException {
        assertThat(outcome.state()).as(outcome.message()).isEqualTo(Outcome.State.DONE);
        assertThat(outcome.failed()).isEmpty();
        assertThat(bench.replica.snapshot()).isEqualTo(bench.source.snapshot());
    }

    private static void assertHeld(Outcome outcome, String cause) {
        assertThat(outcome.state()).isEqualTo(Outcome.State.LOCAL_IO);
        assertThat(outcome.failed()).isEmpty();
        assertThat(outcome.message()).contains(cause);
    }

    @Test
    void restoreToAFullDiskSaysWhatItHasAndIsNotCalledWhole() throws Exception {
        Path base = work.resolve("restored");
        mount(base, "size=1m");
        Path root = Files.createDirectories(work.resolve("kept"));
        Files.createDirectories(root.resolve(".weir/trash"));
        Files.writeString(root.resolve("a"), "x");
        Files.write(root.resolve("b"), new byte[3 << 20]);

        ReplicaPast.Answer<Restored> answer = new ReplicaPast(root, () -> {}, Optional.empty(), Optional.of(base))
                .restore(List.of(RelPath.ROOT), Instant.now().plusSeconds(1), "here", "one");

        assertThat(answer.failed()).isPositive();
        assertThat(answer.message()).contains("1 entries", "ENOSPC", "not whole");
        Path partial =
                Path.of(Objects.requireNonNull(answer.record(), "what it has").getTo());
        assertThat(partial).isEqualTo(base.resolve("here.partial-one"));
        assertThat(partial.resolve("a")).hasContent("x");
        assertThat(partial.resolve("b")).doesNotExist();
        assertThat(base.resolve("here")).doesNotExist();
    }

    @Test
    void fullDiskHoldsAndGoesOnWhenThereIsRoom() throws Exception {
        Path replica = work.resolve("replica");
        mount(replica, "size=1m");
        try (Bench bench = new Bench(work)) {
            bench.source.write(RelPath.of("large"), new byte[3 << 20]);
            bench.source.write("small", "x");

            assertHeld(bench.apply("large", "small"), "full");
            assertHeld(bench.baseline(), "full");
            assertThat(bench.temporaryFiles()).isEmpty();
            remount(replica, "size=8m");
            assertEqual(bench, bench.apply("large", "small"));
        }
    }

    @Test
    void diskWithoutRoomForOneMoreFileHolds() throws Exception {
        Path replica = work.resolve("replica");
        mount(replica, "size=8m,nr_inodes=20");
        try (Bench bench = new Bench(work)) {
            bench.source.mkdir("d");
            for (int i = 0; i < 30; i++) {
                bench.source.write("d/f" + i, "x");
            }

            assertHeld(bench.baseline(), "ENOSPC");
            remount(replica, "nr_inodes=1000");
            assertEqual(bench, bench.baseline());
        }
    }

    @Test
    void readOnlyDiskHoldsAndGoesOnWhenItIsWritable() throws Exception {
        Path replica = work.resolve("replica");
        mount(replica, "size=8m");
        try (Bench bench = new Bench(work)) {
            bench.source.write("f", "one");
            bench.source.write("goes", "x");
            bench.source.mkdir("moves");
            bench.source.write("moves/x", "y");
            assertEqual(bench, bench.baseline());
            bench.source.write("f", "two");
            bench.source.write("new", "x");
            bench.source.remove("goes");
            bench.source.rename(RelPath.of("moves"), RelPath.of("moved"));
            remount(replica, "ro");

            assertHeld(bench.apply("f"), "EROFS");
            assertHeld(bench.apply("new"), "EROFS");
            assertHeld(bench.apply("goes"), "EROFS");
            assertHeld(
                    bench.reconcile(new Target(
                            RelPath.of("moved"), bench.source.observe(RelPath.of("moved")), true, RelPath.of("moves"))),
                    "EROFS");
            assertHeld(bench.baseline(), "EROFS");
            remount(replica, "rw");
            assertEqual(bench, bench.baseline());
        }
    }

    @Test
    void directoryThatCannotBeDeletedStandsForAllInIt() throws Exception {
        try (Bench bench = new Bench(work)) {
            bench.source.mkdir("d");
            bench.source.write("d/f", "x");
            bench.source.write("other", "x");
            assertEqual(bench, bench.baseline());
            Path inside = bench.replicaPath.resolve("d/mounted");
            mount(inside, "size=1m");
            Files.writeString(inside.resolve("not-the-replicas"), "x");
            bench.source.remove("d");
            bench.source.write("other", "y");

            Outcome outcome = bench.apply("d", "other");

            assertThat(outcome.state()).isEqualTo(Outcome.State.DONE);
            assertThat(outcome.failed()).containsOnlyKeys(RelPath.of("d"));
            assertThat(outcome.whole()).containsExactly(RelPath.of("d"));
            assertThat(inside.resolve("not-the-replicas")).exists();
            run("umount", inside.toString());
            mounted.clear();
            assertEqual(bench, bench.apply("d"));
        }
    }

    @Test
    void directoryThatIsNotReplacedStandsForAllInIt() throws Exception {
        try (Bench bench = new Bench(work, old -> Bench.with(old, old.options(), Selection.ALL, DeletePolicy.NEVER))) {
            bench.source.mkdir("d");
            bench.source.write("d/f", "x");
            assertEqual(bench, bench.baseline());
            bench.source.remove("d");
            bench.source.write("d", "now a file");

            Outcome outcome = bench.apply("d");

            assertThat(outcome.failed())
                    .isEqualTo(Map.of(RelPath.of("d"), outcome.failed().get(RelPath.of("d"))));
            assertThat(outcome.whole()).containsExactly(RelPath.of("d"));
        }
    }
}
