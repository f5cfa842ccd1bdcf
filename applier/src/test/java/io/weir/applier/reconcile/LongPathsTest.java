package io.weir.applier.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.schemas.FileType;
import io.weir.schemas.Observed;
import io.weir.schemas.RelPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Paths with more bytes than a system call takes: each fails by itself and by name, and what is around it is kept equal. */
class LongPathsTest {
    private static final String NAME = "h\u00e9\n".repeat(40);

    private Bench bench;
    private RelPath deepest;
    private RelPath tooLong;

    @BeforeEach
    void open(@TempDir Path work) throws IOException {
        bench = new Bench(work);
        int root = bench.replicaPath.toString().length();
        RelPath path = RelPath.of("top");
        bench.source.mkdir(path);
        bench.source.write("top/first", "1");
        while (root + 1 + path.length() + 1 + NAME.getBytes(StandardCharsets.UTF_8).length < RelPath.MAX_LENGTH - 20) {
            path = path.child(NAME.getBytes(StandardCharsets.UTF_8));
            bench.source.mkdir(path);
        }
        deepest = path;
        bench.source.write(deepest.child("fits".getBytes(StandardCharsets.UTF_8)), new byte[] {1});
        tooLong = deepest.child(NAME.getBytes(StandardCharsets.UTF_8));
        bench.source.mkdir(tooLong);
        bench.source.write(tooLong.child(NAME.getBytes(StandardCharsets.UTF_8)), new byte[] {2});
        bench.source.write("top/zlast", "2");
    }

    @AfterEach
    void close() throws IOException {
        // The test framework cannot delete such paths.
        bench.source.remove("top");
        bench.replica.remove("top");
        bench.close();
    }

    private static Observed seen(FileType type) {
        return Observed.newBuilder().setType(type).build();
    }

    @Test
    void baselineNamesThemAndBringsEverythingElse() throws IOException, InterruptedException {
        Outcome outcome = bench.baseline();

        assertThat(outcome.state()).as(outcome.message()).isEqualTo(Outcome.State.DONE);
        assertThat(outcome.failed().keySet()).allMatch(path -> path.equals(tooLong) || path.isBelow(tooLong));
        assertThat(outcome.failed()).isNotEmpty();
        assertThat(outcome.failed().values()).allMatch(reason -> reason.contains("shorten it"));
        var expected = bench.source.snapshot();
        expected.keySet().removeIf(path -> path.equals(tooLong) || path.isBelow(tooLong));
        assertThat(bench.replica.snapshot()).isEqualTo(expected);
    }

    @Test
    void recursiveReconcileStillDeletesWhatIsGoneNextToThem() throws IOException, InterruptedException {
        bench.baseline();
        bench.source.remove("top/zlast");
        RelPath fits = deepest.child("fits".getBytes(StandardCharsets.UTF_8));
        bench.source.remove(fits);

        Outcome outcome = bench.reconcile(bench.source.recursive(RelPath.of("top")));

        assertThat(outcome.failed()).doesNotContainKey(RelPath.of("top"));
        assertThat(bench.replica.lstat(RelPath.of("top/zlast"))).isNull();
        assertThat(bench.replica.lstat(fits)).isNull();
        assertThat(bench.replica.lstat(RelPath.of("top/first"))).isNotNull();
    }

    @Test
    void oneThatIsGoneAtTheSourceIsSettled() throws IOException, InterruptedException {
        bench.baseline();
        Target present = new Target(tooLong, seen(FileType.DIRECTORY), false);
        Target retried = new Target(tooLong, seen(FileType.UNKNOWN), false);
        Target gone = new Target(tooLong, seen(FileType.ABSENT), false);

        assertThat(bench.reconcile(present).failed()).containsOnlyKeys(tooLong);
        assertThat(bench.reconcile(retried).failed()).containsOnlyKeys(tooLong);
        assertThat(bench.reconcile(gone).failed()).isEmpty();
    }
}
