package io.weir.applier.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.applier.disk.DeleteBreaker;
import io.weir.schemas.RelPath;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deletes that the breaker stops on a real replica. */
class BreakerTest {
    private static Bench bench(Path work) throws IOException {
        return new Bench(work, old -> Bench.with(old, new DeleteBreaker.Limits(30, 0.5, 10)));
    }

    private static void fill(Bench bench, String directory, int files) throws IOException {
        bench.source.mkdir(directory);
        for (int i = 0; i < files; i++) {
            bench.source.write(directory + "/f" + i, "x");
        }
    }

    @Test
    void massDeleteIsHeldAsOnePathAndTheRestGoesOn(@TempDir Path work) throws Exception {
        try (Bench bench = bench(work)) {
            fill(bench, "d", 40);
            fill(bench, "e", 5);
            bench.baseline();
            bench.source.remove("d");
            bench.source.remove("e/f1");
            bench.source.write("new", "y");

            Outcome outcome = bench.apply("d", "new");

            assertThat(outcome.held().keySet()).containsExactly(RelPath.of("d"));
            assertThat(outcome.held().get(RelPath.of("d")).recursive()).isTrue();
            assertThat(outcome.held().get(RelPath.of("d")).reason()).contains("41 deletes");
            assertThat(outcome.failed()).isEmpty();
            assertThat(outcome.tally().deleted()).isZero();
            assertThat(bench.replicaPath.resolve("d/f1")).exists();
            assertThat(bench.replicaPath.resolve("new")).exists();
            assertThat(bench.apply("e/f1").tally().deleted())
                    .as("a small delete passes")
                    .isEqualTo(1);
        }
    }

    @Test
    void approvedPathIsDeletedAndTheNextMassDeleteIsHeldAgain(@TempDir Path work) throws Exception {
        try (Bench bench = bench(work)) {
            fill(bench, "d", 40);
            fill(bench, "e", 40);
            bench.baseline();
            bench.source.remove("d");
            bench.source.remove("e");
            assertThat(bench.baseline().held()).hasSize(2);

            bench.reconciler.approve(RelPath.of("d"));
            Outcome outcome = bench.baseline();

            assertThat(outcome.held().keySet()).containsExactly(RelPath.of("e"));
            assertThat(outcome.tally().deleted()).isEqualTo(41);
            fill(bench, "d", 40);
            bench.baseline();
            bench.source.remove("d");
            assertThat(bench.apply("d").held()).as("an approval is for once").hasSize(1);
        }
    }

    @Test
    void sourceThatHasThePathAgainIsWhatIsApproved(@TempDir Path work) throws Exception {
        try (Bench bench = bench(work)) {
            fill(bench, "d", 40);
            bench.baseline();
            bench.source.remove("d");
            bench.apply("d");
            fill(bench, "d", 3);
            bench.reconciler.approve(RelPath.of("d"));

            bench.reconcile(bench.source.recursive(RelPath.of("d")));

            assertThat(bench.replica.snapshot()).isEqualTo(bench.source.snapshot());
        }
    }

    @Test
    void directoryInTheWayOfAFileIsHeldToo(@TempDir Path work) throws Exception {
        try (Bench bench = bench(work)) {
            fill(bench, "d", 40);
            bench.baseline();
            bench.source.remove("d");
            bench.source.write("d", "now a file");

            Outcome outcome = bench.apply("d");

            assertThat(outcome.held()).hasSize(1);
            assertThat(outcome.failed()).isEmpty();
            assertThat(bench.replicaPath.resolve("d")).isDirectory();
            bench.reconciler.approve(RelPath.of("d"));
            bench.apply("d");
            assertThat(bench.replica.snapshot()).isEqualTo(bench.source.snapshot());
        }
    }

    @Test
    void smallDeletePassesAfterAnApprovedOne(@TempDir Path work) throws Exception {
        try (Bench bench = bench(work)) {
            fill(bench, "d", 20);
            fill(bench, "e", 4);
            bench.baseline();
            bench.source.remove("d");
            assertThat(bench.apply("d").held()).as("21 of 26").hasSize(1);
            bench.reconciler.approve(RelPath.of("d"));
            assertThat(bench.apply("d").tally().deleted()).isEqualTo(21);

            bench.source.remove("e");
            Outcome outcome = bench.apply("e");

            assertThat(outcome.held()).isEmpty();
            assertThat(outcome.tally().deleted()).isEqualTo(5);
        }
    }

    @Test
    void largePartOfAReplicaIsHeld(@TempDir Path work) throws Exception {
        try (Bench bench = bench(work)) {
            fill(bench, "d", 20);
            bench.baseline();
            bench.source.remove("d");
            fill(bench, "d", 8);

            Outcome outcome = bench.baseline();

            assertThat(outcome.held()).as("12 of 21").hasSize(12);
            assertThat(outcome.held().values().iterator().next().reason()).contains("breaker.share");
        }
    }
}
