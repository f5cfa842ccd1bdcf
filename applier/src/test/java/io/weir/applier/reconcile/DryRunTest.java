package io.weir.applier.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.applier.disk.DeleteBreaker;
import io.weir.applier.disk.DeletePolicy;
import io.weir.applier.rsync.RsyncOptions;
import io.weir.schemas.PathRules;
import io.weir.schemas.RelPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a dry run says against what the baseline then does, with real rsync. */
class DryRunTest {
    private static final List<RelPath> ALL = List.of(RelPath.ROOT);

    private static void fill(Bench bench) throws IOException {
        bench.source.mkdir("d");
        bench.source.write("d/new", "twelve bytes");
        bench.source.write("same", "equal");
        bench.source.write("changed", "more than before");
        bench.source.write("was-directory", "1");
        bench.source.mkdir("was-file");
        bench.source.write("was-file/in", "22");
        bench.source.symlink("a".getBytes(StandardCharsets.UTF_8), RelPath.of("link"));
        bench.source.link(RelPath.of("d/new"), RelPath.of("second-name"));
        bench.replica.write("same", "equal");
        bench.replica.write("changed", "less");
        bench.replica.mkdir("was-directory");
        bench.replica.write("was-directory/in", "333");
        bench.replica.write("was-file", "4444");
        bench.replica.mkdir("old");
        bench.replica.write("old/gone\n", "55555");
        for (TestTree tree : List.of(bench.source, bench.replica)) {
            tree.setTimes(RelPath.of("same"), 1_500_000_000_123_456_789L);
        }
    }

    @Test
    void saysWhatTheBaselineThenDoesAndTouchesNothing(@TempDir Path work) throws IOException, InterruptedException {
        try (Bench bench = new Bench(work)) {
            fill(bench);
            Map<RelPath, String> before = bench.replica.snapshot();

            Differences now = bench.reconciler.dryRun(ALL);

            assertThat(now.state()).as(now.message()).isEqualTo(Outcome.State.DONE);
            assertThat(bench.replica.snapshot()).isEqualTo(before);
            assertThat(now.listed()).isEqualTo(9);
            assertThat(now.sent().first())
                    .containsExactlyElementsOf(Bench.paths(
                            "changed",
                            "d",
                            "d/new",
                            "link",
                            "second-name",
                            "was-directory",
                            "was-file",
                            "was-file/in"));
            assertThat(now.sent().bytes()).isEqualTo(12 + 16 + 1 + 2);
            assertThat(now.deleted().first()).containsExactlyElementsOf(Bench.paths("old", "was-directory"));
            assertThat(now.deleted().count()).isEqualTo(4);
            assertThat(now.deleted().bytes()).isEqualTo(5 + 3);
            assertThat(now.unsure().count()).isZero();
            assertThat(now.kept()).isFalse();

            Outcome then = bench.baseline();
            assertThat(then.tally().updated()).isEqualTo(now.sent().count());
            assertThat(then.tally().deleted()).isEqualTo(now.deleted().count());
            assertThat(bench.reconciler.dryRun(ALL).sent()).isEqualTo(Differences.Part.NONE);
            assertThat(bench.reconciler.dryRun(ALL).deleted()).isEqualTo(Differences.Part.NONE);
        }
    }

    @Test
    void isOfThePathsAskedForOnly(@TempDir Path work) throws IOException, InterruptedException {
        try (Bench bench = new Bench(work)) {
            fill(bench);

            Differences now = bench.reconciler.dryRun(Bench.paths("d", "old", "changed", "none"));

            assertThat(now.sent().first()).containsExactlyElementsOf(Bench.paths("changed", "d", "d/new"));
            assertThat(now.deleted().first()).containsExactlyElementsOf(Bench.paths("old"));
        }
    }

    @Test
    void replicaThatNeverDeletesKeepsWhatIsCounted(@TempDir Path work) throws IOException, InterruptedException {
        try (Bench bench =
                new Bench(work, old -> Bench.with(old, RsyncOptions.DEFAULTS, Selection.ALL, DeletePolicy.NEVER))) {
            fill(bench);

            Differences now = bench.reconciler.dryRun(ALL);
            assertThat(now.kept()).isTrue();
            assertThat(now.deleted().first()).containsExactlyElementsOf(Bench.paths("old"));
            assertThat(now.unsure().first()).containsExactlyElementsOf(Bench.paths("was-directory"));

            Outcome then = bench.baseline();
            assertThat(then.tally().deleted()).isZero();
            assertThat(then.failed()).containsOnlyKeys(RelPath.of("was-directory"));
            assertThat(bench.replica.lstat(RelPath.of("old/gone\n"))).isNotNull();
            assertThat(bench.replica.lstat(RelPath.of("was-directory/in"))).isNotNull();
        }
    }

    @Test
    void replicaThatNeverDeletesKeepsWhatTheStreamSaysIsGone(@TempDir Path work)
            throws IOException, InterruptedException {
        try (Bench bench =
                new Bench(work, old -> Bench.with(old, RsyncOptions.DEFAULTS, Selection.ALL, DeletePolicy.NEVER))) {
            bench.source.mkdir("d");
            bench.source.write("d/f", "kept");
            bench.baseline();
            bench.source.remove("d");

            Outcome outcome = bench.apply("d", "d/f");

            assertThat(outcome.state()).isEqualTo(Outcome.State.DONE);
            assertThat(outcome.failed()).isEmpty();
            assertThat(outcome.tally().deleted()).isZero();
            assertThat(bench.replica.lstat(RelPath.of("d/f"))).isNotNull();
        }
    }

    @Test
    void emptiedSourceIsUnavailableAndNothingSeemsGone(@TempDir Path work) throws IOException, InterruptedException {
        try (Bench bench = new Bench(work)) {
            fill(bench);
            bench.source.remove(".weir");

            Differences now = bench.reconciler.dryRun(ALL);

            assertThat(now.state()).isEqualTo(Outcome.State.UNAVAILABLE);
            assertThat(now.message()).contains("root marker");
            assertThat(now.deleted().count()).isZero();
        }
    }

    @Test
    void directoryThatIsNoReplicaIsComparedOfflineAndStaysAsItIs(@TempDir Path work)
            throws IOException, InterruptedException {
        try (Bench bench = new Bench(work.resolve("bench"))) {
            fill(bench);
            Path foreign = Files.createDirectories(work.resolve("foreign"));
            Files.writeString(foreign.resolve("mine"), "of a person");

            Differences adopted = OfflineDryRun.of(settings(bench, foreign), ALL);
            Differences first = OfflineDryRun.of(settings(bench, work.resolve("missing")), ALL);

            assertThat(adopted.state()).as(adopted.message()).isEqualTo(Outcome.State.DONE);
            assertThat(adopted.deleted().first()).containsExactlyElementsOf(Bench.paths("mine"));
            assertThat(adopted.sent().count()).isEqualTo(9);
            assertThat(first.sent().count()).isEqualTo(9);
            assertThat(first.deleted().count()).isZero();
            assertThat(foreign.toFile().list()).containsExactly("mine");
            assertThat(work.resolve("missing")).doesNotExist();
        }
    }

    private static ReconcilerSettings settings(Bench bench, Path root) {
        return new ReconcilerSettings(
                "data",
                "backup",
                root,
                Bench.ID,
                bench.endpoint(),
                RsyncOptions.DEFAULTS,
                Selection.ALL,
                PathRules.NONE,
                Duration.ZERO,
                DeletePolicy.ALLOW,
                DeleteBreaker.Limits.DEFAULTS,
                Optional.empty());
    }
}
