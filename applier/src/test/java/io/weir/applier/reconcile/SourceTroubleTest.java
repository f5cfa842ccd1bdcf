package io.weir.applier.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.weir.applier.disk.DeletePolicy;
import io.weir.posix.Processes;
import io.weir.schemas.RelPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sources that hang, or do not let one file be read. */
class SourceTroubleTest {
    private static void assertEqual(Bench bench, Outcome outcome) throws IOException {
        assertThat(outcome.state()).as(outcome.message()).isEqualTo(Outcome.State.DONE);
        assertThat(outcome.failed()).isEmpty();
        assertThat(bench.replica.snapshot()).isEqualTo(bench.source.snapshot());
    }

    @Test
    void rsyncThatHangsIsKilledWithItsGroup(@TempDir Path work) throws Exception {
        Path pids = work.resolve("pids");
        try (FakeRsync rsync = new FakeRsync(work);
                Bench bench =
                        new Bench(work, old -> Bench.with(old, Bench.impatient(), Selection.ALL, DeletePolicy.ALLOW))) {
            bench.source.write("f", "x");
            rsync.order("sleep 3600 & echo $$ $! > " + pids + "; wait");

            Outcome outcome = bench.apply("f");

            assertThat(outcome.state()).isEqualTo(Outcome.State.TRANSPORT);
            assertThat(outcome.message()).contains("made no progress and was killed");
            for (String pid : Files.readString(pids).trim().split(" ", -1)) {
                await().atMost(Duration.ofMinutes(1)).until(() -> isGone(pid));
            }
            rsync.behave();
            assertEqual(bench, bench.apply("f"));
        }
    }

    /** Or dead and not yet collected by its parent, which the machine's first process became. */
    private static boolean isGone(String pid) throws IOException {
        Path stat = Path.of("/proc", pid, "stat");
        try {
            return Files.readString(stat).contains(") Z ");
        } catch (IOException e) {
            return !Files.exists(stat);
        }
    }

    @Test
    void fileThatMayNotBeReadFailsAloneAndComesWhenItMayBe(@TempDir Path work) throws Exception {
        assumeTrue(Processes.effectiveUid() == 0, "a daemon of another user needs root");
        try (Bench bench = new Bench(work, 65534)) {
            bench.source.mkdir("d");
            bench.source.write("d/secret", "x");
            bench.source.write("d/open", "x");
            bench.source.mkdir("closed");
            bench.source.write("closed/f", "x");
            bench.source.chmod(RelPath.of("d/secret"), 0600);
            bench.source.chmod(RelPath.of("closed"), 0700);

            Outcome outcome = bench.baseline();

            assertThat(outcome.state()).as(outcome.message()).isEqualTo(Outcome.State.DONE);
            assertThat(outcome.failed()).containsKey(RelPath.of("d/secret"));
            assertThat(outcome.failed().get(RelPath.of("d/secret"))).contains("Permission denied");
            assertThat(bench.replicaPath.resolve("d/open")).exists();
            Outcome again = bench.apply("d/secret", "d/open");
            assertThat(again.failed()).containsOnlyKeys(RelPath.of("d/secret"));
            bench.source.chmod(RelPath.of("d/secret"), 0644);
            assertThat(bench.apply("d/secret").failed()).isEmpty();
            bench.source.chmod(RelPath.of("closed"), 0755);
            assertEqual(bench, bench.baseline());
        }
    }

    @Test
    void manyUnreadableFilesAreNotPulledOneByOne(@TempDir Path work) throws Exception {
        assumeTrue(Processes.effectiveUid() == 0, "a daemon of another user needs root");
        try (Bench bench = new Bench(work, 65534)) {
            bench.source.mkdir("d");
            for (int i = 0; i < 1_000; i++) {
                bench.source.write("d/f" + i, "x");
                bench.source.chmod(RelPath.of("d/f" + i), 0600);
            }
            bench.source.write("d/open", "x");

            Outcome outcome = bench.baseline();

            assertThat(outcome.state()).as(outcome.message()).isEqualTo(Outcome.State.DONE);
            assertThat(outcome.failed()).hasSize(1_000);
            assertThat(outcome.failed().values()).allMatch(reason -> reason.contains("Permission denied"));
            assertThat(outcome.tally().rsyncRuns()).isLessThan(400);
            assertThat(bench.replicaPath.resolve("d/open")).exists();
        }
    }
}
