package io.weir.applier.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.applier.disk.DeleteBreaker;
import io.weir.applier.disk.DeletePolicy;
import io.weir.posix.Stat;
import io.weir.schemas.FileType;
import io.weir.schemas.Observed;
import io.weir.schemas.RelPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Single stories of a replica of some paths, with real rsync: what stands above them, and what they have in common. */
class ChosenPathsTest {
    private static final RelPath ABOVE = RelPath.of("projects");
    private static final RelPath ALPHA = RelPath.of("projects/alpha");

    private static Bench.ReconcilerTweak choosing(String... paths) {
        Selection selection = Selection.of(List.of(paths), List.of());
        return old -> Bench.with(old, Bench.impatient(), selection, DeletePolicy.ALLOW);
    }

    private static Bench bench(Path work) throws IOException {
        return new Bench(work, choosing("projects/alpha"));
    }

    private static void fill(Bench bench) throws IOException {
        bench.source.mkdir("projects");
        bench.source.mkdir("projects/alpha");
        bench.source.write("projects/alpha/f", "taken");
        bench.source.write("projects/other", "not taken");
    }

    private static Target seen(RelPath path, FileType type) {
        return new Target(path, Observed.newBuilder().setType(type).build(), false);
    }

    private static void assertDone(Outcome outcome) {
        assertThat(outcome.state()).as(outcome.message()).isEqualTo(Outcome.State.DONE);
        assertThat(outcome.failed()).isEmpty();
    }

    private static void assertAlphaIsEqual(Bench bench) throws IOException {
        assertThat(bench.replica.snapshot(path -> path.equals(ALPHA) || path.isBelow(ALPHA)))
                .hasSizeGreaterThan(1)
                .isEqualTo(bench.source.snapshot(path -> path.equals(ALPHA) || path.isBelow(ALPHA)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatStandsAboveAChosenPathStaysAndTheChosenPathFails(boolean symlink, @TempDir Path work) throws Exception {
        try (Bench bench = bench(work)) {
            fill(bench);
            if (symlink) {
                bench.replica.symlink(bench.outsidePath.toString().getBytes(StandardCharsets.UTF_8), ABOVE);
            } else {
                bench.replica.write(ABOVE, "a person's".getBytes(StandardCharsets.UTF_8));
            }
            Map<RelPath, String> before = bench.replica.snapshot();
            Map<RelPath, String> outside = bench.outside.snapshot();

            Differences now = bench.reconciler.dryRun(List.of(RelPath.ROOT));
            Outcome whole = bench.baseline();
            Outcome batch = bench.apply("projects/alpha", "projects/alpha/f");

            assertThat(now.unsure().first()).containsExactly(ALPHA);
            assertThat(now.sent().count()).isZero();
            assertThat(now.deleted().count()).isZero();
            for (Outcome outcome : List.of(whole, batch)) {
                assertThat(outcome.failed()).containsOnlyKeys(ALPHA);
                assertThat(outcome.failed().get(ALPHA)).contains("'projects' is no directory", "move it away");
                assertThat(outcome.whole()).containsExactly(ALPHA);
            }
            assertThat(bench.replica.snapshot()).isEqualTo(before);
            assertThat(bench.outside.snapshot()).isEqualTo(outside);
            bench.replica.remove("projects");
            assertDone(bench.baseline());
            assertAlphaIsEqual(bench);
        }
    }

    @Test
    void whatStandsAboveAChosenPathThatIsNotThereHurtsNobody(@TempDir Path work) throws Exception {
        try (Bench bench = bench(work)) {
            bench.source.mkdir("projects");
            bench.replica.write("projects", "a person's");

            assertThat(bench.reconciler.dryRun(List.of(RelPath.ROOT)).unsure().count())
                    .isZero();
            assertDone(bench.baseline());

            assertThat(bench.replica.read(ABOVE))
                    .asString(StandardCharsets.UTF_8)
                    .isEqualTo("a person's");
        }
    }

    @Test
    void aFileThatTookThePlaceOfADirectoryAboveIsNotTaken(@TempDir Path work) throws Exception {
        try (Bench bench = bench(work)) {
            bench.source.write("projects", "not taken");
            bench.replica.mkdir("projects");

            assertDone(bench.reconcile(seen(ABOVE, FileType.DIRECTORY)));
            assertThat(bench.replica.lstat(ABOVE)).matches(Stat::isDirectory);
            assertDone(bench.reconcile(seen(ALPHA, FileType.DIRECTORY)));
            assertThat(bench.replica.lstat(ABOVE)).matches(Stat::isDirectory);

            bench.replica.remove("projects");
            assertDone(bench.reconcile(seen(ALPHA, FileType.DIRECTORY)));
            assertThat(bench.replica.lstat(ABOVE)).isNull();
        }
    }

    @Test
    void attributesOfADirectoryAboveAreTaken(@TempDir Path work) throws Exception {
        try (Bench bench = bench(work)) {
            fill(bench);
            assertDone(bench.baseline());
            bench.source.chmod(ABOVE, 0710);
            bench.source.setTimes(ABOVE, 1_500_000_000_123_456_789L);

            assertDone(bench.apply("projects"));

            assertThat(bench.replica.snapshot(ABOVE::equals)).isEqualTo(bench.source.snapshot(ABOVE::equals));
        }
    }

    @Test
    void aDirectoryAboveThatAnotherCallListedIsListedOnceMore(@TempDir Path work) throws Exception {
        try (Bench bench = bench(work)) {
            fill(bench);
            assertDone(bench.baseline());
            bench.source.write("projects/alpha/f", "changed");
            Outcome lone = bench.apply("projects/alpha/f");
            bench.source.write("projects/alpha/f", "changed again");

            try (Overlaps.Call other = bench.reconciler.overlaps().enter()) {
                other.touch(Set.of(ABOVE));
                Outcome beside = bench.apply("projects/alpha/f");

                assertDone(beside);
                assertThat(beside.tally().rsyncRuns()).isEqualTo(lone.tally().rsyncRuns() + 1);
            }
        }
    }

    @Test
    void aChosenDirectoryThatWasLostWithWhatIsAboveIsFilled(@TempDir Path work) throws Exception {
        try (Bench bench = bench(work)) {
            fill(bench);
            assertDone(bench.baseline());
            bench.replica.remove("projects");
            bench.source.chmod(ALPHA, 0710);

            assertDone(bench.apply("projects/alpha"));

            assertAlphaIsEqual(bench);
        }
    }

    @Test
    void hardLinksBetweenChosenPathsStayLinkedWhateverTheLengthOfAList(@TempDir Path work) throws Exception {
        try (Bench bench = new Bench(work, choosing("a", "b"), 4)) {
            for (String directory : List.of("a", "b")) {
                bench.source.mkdir(directory);
                for (int i = 0; i < 6; i++) {
                    bench.source.write(directory + "/f" + i, "x");
                }
            }
            bench.source.link(RelPath.of("a/f0"), RelPath.of("b/linked"));

            assertDone(bench.baseline());

            assertThat(bench.replica.snapshot()).isEqualTo(bench.source.snapshot());
        }
    }

    @Test
    void theBreakerMeasuresByWhatIsTaken(@TempDir Path work) throws Exception {
        try (Bench bench = new Bench(
                work,
                old -> Bench.with(choosing("projects/alpha").apply(old), new DeleteBreaker.Limits(1000, 0.5, 10)))) {
            fill(bench);
            for (int i = 0; i < 30; i++) {
                bench.source.write("projects/alpha/f" + i, "x");
            }
            assertDone(bench.baseline());
            for (int i = 0; i < 100; i++) {
                bench.replica.write("own" + i, "a person's");
                bench.replica.write("projects/own" + i, "a person's");
            }
            for (int i = 0; i < 20; i++) {
                bench.source.remove("projects/alpha/f" + i);
            }

            Outcome outcome = bench.baseline();

            assertThat(outcome.held()).hasSize(20);
            assertThat(outcome.held().values().iterator().next().reason()).contains("from 32 entries to 12");
        }
    }
}
