package io.weir.applier.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.applier.disk.DeletePolicy;
import io.weir.applier.rsync.RsyncOptions;
import io.weir.schemas.FileType;
import io.weir.schemas.Observed;
import io.weir.schemas.RelPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Single stories of a reconcile against real rsync: attacks, stale states, an emptied source, and what one batch may cost. */
class ReconcilerTest {
    private static Target absent(String path) {
        return new Target(
                RelPath.of(path), Observed.newBuilder().setType(FileType.ABSENT).build(), false);
    }

    private static Target unknown(String path, boolean recursive) {
        return new Target(
                RelPath.of(path),
                Observed.newBuilder().setType(FileType.UNKNOWN).build(),
                recursive);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void assertDone(Outcome outcome) {
        assertThat(outcome.state()).as(outcome.message()).isEqualTo(Outcome.State.DONE);
        assertThat(outcome.failed()).isEmpty();
    }

    private static void assertEqual(Bench bench) throws IOException {
        assertThat(bench.replica.snapshot()).isEqualTo(bench.source.snapshot());
    }

    @Test
    void batchOfChangedFilesIsOneCall(@TempDir Path work) throws IOException, InterruptedException {
        try (Bench bench = new Bench(work)) {
            bench.source.mkdir("d");
            bench.source.write("d/a", "one");
            bench.source.write("b", "two");

            Outcome outcome = bench.apply("d", "d/a", "b");

            assertDone(outcome);
            assertThat(outcome.tally().rsyncRuns()).isEqualTo(1);
            assertThat(outcome.tally().updated()).isEqualTo(3);
            assertThat(outcome.tally().bytesReceived()).isPositive();
            assertEqual(bench);
        }
    }

    @Test
    void nameThatCameAndWentIsNotAskedAbout(@TempDir Path work) throws IOException, InterruptedException {
        try (Bench bench = new Bench(work)) {
            Outcome outcome = bench.apply("never-seen");

            assertDone(outcome);
            assertThat(outcome.tally().rsyncRuns()).isZero();
        }
    }

    @Test
    void baselineKeepsEverythingAndLeavesWeirsOwnAlone(@TempDir Path work) throws IOException, InterruptedException {
        try (Bench bench = new Bench(work)) {
            bench.source.mkdir("d");
            bench.source.write("d/f", "x");
            bench.source.link(RelPath.of("d/f"), RelPath.of("g"));
            bench.source.symlink(bytes("/nowhere"), RelPath.of("l"));
            bench.source.mkfifo(RelPath.of("p"));
            bench.source.setTimes(RelPath.of("d"), 1_500_000_000_123_456_789L);
            bench.source.chmod(RelPath.of("d"), 0710);
            bench.replica.mkdir("old");
            bench.replica.write("old/file", "of before");
            bench.replica.write("d", "a file where a directory belongs");

            assertDone(bench.baseline());

            assertEqual(bench);
            assertThat(bench.replica.lstat(RelPath.of(".weir/id-" + Bench.ID))).isNull();
        }
    }

    @Test
    void emptiedSourceDeletesNothing(@TempDir Path work) throws IOException, InterruptedException {
        try (Bench bench = new Bench(work)) {
            bench.source.mkdir("d");
            bench.source.write("d/a", "kept");
            assertDone(bench.baseline());
            Map<RelPath, String> before = bench.replica.snapshot();
            List<Target> present = List.of(bench.source.target("d"), bench.source.target("d/a"));
            bench.source.remove("d");
            bench.source.remove(".weir");

            assertThat(bench.reconciler.reconcile(present).state()).isEqualTo(Outcome.State.UNAVAILABLE);
            assertThat(bench.reconcile(absent("d")).state()).isEqualTo(Outcome.State.UNAVAILABLE);
            assertThat(bench.baseline().state()).isEqualTo(Outcome.State.UNAVAILABLE);
            assertThat(bench.replica.snapshot()).isEqualTo(before);
        }
    }

    @Test
    void staleStatesDecideNothing(@TempDir Path work) throws IOException, InterruptedException {
        try (Bench bench = new Bench(work)) {
            bench.source.write("seen-absent", "is there");
            bench.source.write("seen-present", "goes");
            bench.source.mkdir("file-then-directory");
            assertDone(bench.baseline());
            Target present = bench.source.target("seen-present");
            bench.source.remove("seen-present");
            bench.replica.write("file-then-directory/of-before", "stale");

            assertDone(bench.reconcile(absent("seen-absent"), present, absent("file-then-directory")));

            assertEqual(bench);
        }
    }

    @Test
    void symlinkPlantedInTheReplicaIsReplacedNotFollowed(@TempDir Path work) throws IOException, InterruptedException {
        try (Bench bench = new Bench(work)) {
            Map<RelPath, String> outside = bench.outside.snapshot();
            bench.source.mkdir("d");
            bench.source.write("d/b", "new");
            bench.replica.symlink(bytes(bench.outsidePath + "/a"), RelPath.of("d"));

            assertDone(bench.apply("d/b"));
            assertEqual(bench);
            bench.replica.remove("d");
            bench.replica.symlink(bytes(bench.outsidePath + "/a"), RelPath.of("d"));
            bench.source.remove("d");

            assertDone(bench.reconcile(absent("d/b"), unknown("d/b", false), unknown("d", true)));

            assertEqual(bench);
            assertThat(bench.outside.snapshot()).isEqualTo(outside);
        }
    }

    @Test
    void weirsOwnIsNeverTouched(@TempDir Path work) throws IOException, InterruptedException {
        try (Bench bench = new Bench(work)) {
            bench.replica.write(".weir/position", "mine");

            assertDone(bench.reconcile(absent(".weir"), absent(".weir/position"), unknown(".weir", true)));
            assertDone(bench.baseline());

            assertThat(bench.replica.read(RelPath.of(".weir/position"))).isEqualTo(bytes("mine"));
        }
    }

    @Test
    void symlinkAtTheSourceDoesNotShowItsInside(@TempDir Path work) throws IOException, InterruptedException {
        try (Bench bench = new Bench(work)) {
            bench.source.mkdir("real");
            bench.source.write("real/x", "inside");
            bench.source.mkdir("d");
            bench.source.write("d/x", "gone soon");
            assertDone(bench.baseline());
            bench.source.remove("d");
            bench.source.symlink(bytes("real"), RelPath.of("d"));

            assertDone(bench.reconcile(absent("d/x")));

            assertEqual(bench);
        }
    }

    @Test
    void fifoInTheWayOfASenderDoesNotHangForEver(@TempDir Path work) throws IOException, InterruptedException {
        try (Bench bench = new Bench(
                work, settings -> Bench.with(settings, Bench.impatient(), Selection.ALL, DeletePolicy.ALLOW))) {
            bench.source.write("f", "file");
            Target stale = bench.source.target("f");
            bench.source.remove("f");
            bench.source.mkfifo(RelPath.of("f"));

            assertDone(bench.reconcile(stale));

            assertEqual(bench);
        }
    }

    @Test
    void tooLongPathFailsAloneAndNamesItself(@TempDir Path work) throws IOException, InterruptedException {
        try (Bench bench = new Bench(work)) {
            String deep = ("x".repeat(200) + "/").repeat(21) + "end";
            String wide = "y".repeat(300);
            bench.source.write("fine", "ok");

            Outcome outcome = bench.reconcile(unknown(deep, false), unknown(wide, false), bench.source.target("fine"));

            assertThat(outcome.state()).isEqualTo(Outcome.State.DONE);
            assertThat(outcome.failed()).containsOnlyKeys(RelPath.of(deep), RelPath.of(wide));
            assertEqual(bench);
        }
    }

    @Test
    void youngTemporaryNameOfALinkedFileDoesNotWait(@TempDir Path work) throws IOException, InterruptedException {
        try (Bench bench = new Bench(work)) {
            bench.source.mkdir("d");
            bench.source.write("d/.x.swp", "linked");
            bench.source.link(RelPath.of("d/.x.swp"), RelPath.of("d/kept"));

            Outcome outcome = bench.baseline();

            assertDone(outcome);
            assertThat(outcome.deferred()).isEmpty();
            assertEqual(bench);
        }
    }

    @Test
    void youngTemporaryNamesWaitAndFiltersHold(@TempDir Path work) throws IOException, InterruptedException {
        try (Bench bench = new Bench(
                work,
                settings -> Bench.with(
                        settings,
                        RsyncOptions.DEFAULTS,
                        Selection.of(List.of(), List.of("*.iso")),
                        DeletePolicy.ALLOW))) {
            bench.source.mkdir("d");
            bench.source.write("d/.x.swp", "young");
            bench.source.write("d/.y.swp", "old");
            bench.source.setTimes(RelPath.of("d/.y.swp"), 1_500_000_000_000_000_000L);
            bench.source.write("d/.z.swp", "of the future");
            bench.source.setTimes(RelPath.of("d/.z.swp"), 4_000_000_000_000_000_000L);
            bench.source.write("d/film.iso", "not here");
            bench.replica.write("own.iso", "not the source's");

            Outcome outcome = bench.baseline();

            assertDone(outcome);
            assertThat(outcome.deferred()).containsExactly(RelPath.of("d/.x.swp"));
            assertThat(bench.replica.walk().keySet())
                    .containsExactlyElementsOf(Bench.paths("d", "d/.y.swp", "d/.z.swp", "own.iso"));
        }
    }

    @Test
    void pathsBehindASymlinkDoNotTurnItIntoADirectory(@TempDir Path work) throws IOException, InterruptedException {
        try (Bench bench = new Bench(work)) {
            bench.source.mkdir("d");
            bench.source.mkdir("d/sub");
            bench.source.write("d/sub/f", "seen through the symlink");
            bench.source.symlink(bytes("d"), RelPath.of("l"));
            assertDone(bench.baseline());
            Observed file = bench.source.observe(RelPath.of("d/sub/f"));

            assertDone(bench.reconcile(bench.source.target("l/sub/gone")));
            assertEqual(bench);
            assertDone(bench.reconcile(new Target(RelPath.of("l/sub/f"), file, false, null)));
            assertEqual(bench);
        }
    }

    @Test
    void policyNeverKeepsWhatIsGone(@TempDir Path work) throws IOException, InterruptedException {
        try (Bench bench = new Bench(
                work, settings -> Bench.with(settings, RsyncOptions.DEFAULTS, Selection.ALL, DeletePolicy.NEVER))) {
            bench.source.write("a", "x");
            bench.source.mkdir("d");
            bench.source.write("d/e", "y");
            assertDone(bench.baseline());
            bench.source.remove("a");
            bench.source.remove("d");
            bench.source.write("d", "now a file");

            Outcome outcome = bench.apply("a", "d", "d/e");

            assertThat(outcome.state()).isEqualTo(Outcome.State.DONE);
            assertThat(outcome.failed()).containsOnlyKeys(RelPath.of("d"));
            assertThat(bench.replica.walk().keySet()).containsExactlyElementsOf(Bench.paths("a", "d", "d/e"));
        }
    }

    @Test
    void markerIsDiscoveredThroughTheModule(@TempDir Path work) throws IOException, InterruptedException {
        try (Bench bench = new Bench(work)) {
            SourceMarker marker = new SourceMarker(bench.endpoint(), RsyncOptions.DEFAULTS);

            assertThat(marker.discover().id()).isEqualTo(Bench.ID);
            bench.source.remove(".weir");
            assertThat(marker.discover().state()).isEqualTo(Outcome.State.UNAVAILABLE);
        }
    }

    @Test
    void sourceThatIsAwayIsAMatterOfTransport(@TempDir Path work) throws IOException, InterruptedException {
        try (Bench bench = new Bench(work)) {
            bench.source.write("a", "x");
            bench.stopDaemon();

            assertThat(bench.apply("a").state()).isEqualTo(Outcome.State.TRANSPORT);
        }
    }
}
