package io.weir.applier.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.schemas.RelPath;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way in which rsync can end, without having done anything and after it has done all: none of them passes an unequal path. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RsyncExitsTest {
    /** What is documented about a code. */
    private enum Means {
        /** What was printed is done. */
        DONE,
        /** A path, or a call, is to blame: find which. */
        PATH,
        /** The source or the way to it. */
        SOURCE,
        /** The replica's host. */
        HOST
    }

    private static final int[] DONE = {0, 24};
    private static final int[] PATH = {1, 2, 4, 23, 25};
    private static final int[] SOURCE = {5, 6, 10, 12, 13, 20, 21, 30, 35, 99, 124, 127, 255};
    private static final int[] HOST = {3, 11, 14, 22};

    /** Ended by SIGKILL, by itself. */
    private static final String KILLED = "kill -9 $$";

    private FakeRsync rsync;
    private Bench bench;
    private int number;

    @BeforeAll
    void open(@TempDir Path work) throws Exception {
        rsync = new FakeRsync(work);
        bench = new Bench(work);
        bench.source.mkdir("d");
        assertThat(bench.baseline().failed()).isEmpty();
    }

    @AfterAll
    void close() throws Exception {
        bench.close();
        rsync.close();
    }

    static Stream<Arguments> exits() {
        Map<String, Means> ends = new LinkedHashMap<>();
        add(ends, DONE, Means.DONE);
        add(ends, PATH, Means.PATH);
        add(ends, SOURCE, Means.SOURCE);
        add(ends, HOST, Means.HOST);
        ends.put(KILLED, Means.SOURCE);
        return ends.entrySet().stream().map(each -> Arguments.of(each.getKey(), each.getValue()));
    }

    static Stream<Arguments> failures() {
        return exits().filter(each -> each.get()[1] != Means.DONE);
    }

    private static void add(Map<String, Means> ends, int[] codes, Means means) {
        for (int code : codes) {
            ends.put("exit " + code, means);
        }
    }

    private List<RelPath> change() throws Exception {
        number++;
        List<RelPath> paths = new ArrayList<>();
        for (String path : List.of("a" + number, "d/b" + number)) {
            bench.source.write(path, "number " + number);
            paths.add(RelPath.of(path));
        }
        return paths;
    }

    private Outcome apply(List<RelPath> paths) throws Exception {
        Outcome outcome = bench.apply(paths.stream().map(RelPath::toString).toArray(String[]::new));
        if (outcome.state() == Outcome.State.DONE) {
            for (RelPath path : paths) {
                boolean equal = bench.source
                        .snapshot()
                        .get(path)
                        .equals(bench.replica.snapshot().get(path));
                assertThat(equal || outcome.failed().containsKey(path))
                        .as("'%s' is equal, or a dead letter", path)
                        .isTrue();
            }
        } else {
            assertThat(outcome.message()).isNotEmpty();
        }
        return outcome;
    }

    private void assertRecovers(List<RelPath> paths) throws Exception {
        rsync.behave();
        Outcome outcome = apply(paths);
        assertThat(outcome.state()).isEqualTo(Outcome.State.DONE);
        assertThat(outcome.failed()).isEmpty();
        assertThat(bench.replica.snapshot()).isEqualTo(bench.source.snapshot());
    }

    @ParameterizedTest
    @MethodSource("exits")
    void everyCallEndsAndDoesNothing(String end, Means means) throws Exception {
        List<RelPath> paths = change();
        rsync.order(end);

        assertThat(apply(paths).state())
                .isEqualTo(
                        switch (means) {
                            // Nothing was printed, so the source does not show its marker either.
                            case DONE -> Outcome.State.UNAVAILABLE;
                            case PATH -> end.equals("exit 23") ? Outcome.State.UNAVAILABLE : Outcome.State.TRANSPORT;
                            case SOURCE -> Outcome.State.TRANSPORT;
                            case HOST -> Outcome.State.LOCAL_IO;
                        });
        assertRecovers(paths);
    }

    @ParameterizedTest
    @MethodSource("exits")
    void pullsEndAndDoNothing(String end, Means means) throws Exception {
        List<RelPath> paths = change();
        rsync.order("[ -z \"$pull\" ] || " + end);

        Outcome outcome = apply(paths);
        switch (means) {
            case DONE, PATH -> {
                assertThat(outcome.state()).isEqualTo(Outcome.State.DONE);
                assertThat(outcome.failed().keySet()).containsExactlyInAnyOrderElementsOf(paths);
            }
            case SOURCE -> assertThat(outcome.state()).isEqualTo(Outcome.State.TRANSPORT);
            case HOST -> assertThat(outcome.state()).isEqualTo(Outcome.State.LOCAL_IO);
        }
        assertRecovers(paths);
    }

    @ParameterizedTest
    @MethodSource("exits")
    void pullsDoAllAndEndLikeThat(String end, Means means) throws Exception {
        List<RelPath> paths = change();
        rsync.order("if [ -n \"$pull\" ]; then $real \"$@\"; " + end + "; fi");

        Outcome outcome = apply(paths);
        switch (means) {
            case DONE, PATH -> {
                assertThat(outcome.state()).as(outcome.message()).isEqualTo(Outcome.State.DONE);
                assertThat(outcome.failed()).isEmpty();
            }
            case SOURCE -> assertThat(outcome.state()).isEqualTo(Outcome.State.TRANSPORT);
            case HOST -> assertThat(outcome.state()).isEqualTo(Outcome.State.LOCAL_IO);
        }
        assertRecovers(paths);
    }

    /** What is printed counts for nothing when the end says that something went wrong. */
    @ParameterizedTest
    @MethodSource("failures")
    void pullsPrintAllAndDoNothing(String end, Means means) throws Exception {
        List<RelPath> paths = change();
        rsync.order("if [ -n \"$pull\" ]; then $real -n \"$@\"; " + end + "; fi");

        Outcome outcome = apply(paths);
        if (means == Means.PATH) {
            assertThat(outcome.failed().keySet()).containsExactlyInAnyOrderElementsOf(paths);
        } else {
            assertThat(outcome.state()).isNotEqualTo(Outcome.State.DONE);
        }
        assertRecovers(paths);
    }

    /** One path that makes every list it is in fail, in the middle of others. */
    @ParameterizedTest
    @MethodSource("exits")
    void onePathSpoilsEveryList(String end, Means means) throws Exception {
        List<RelPath> paths = new ArrayList<>(change());
        bench.source.write("poison" + number, "x");
        RelPath poison = RelPath.of("poison" + number);
        paths.add(poison);
        rsync.order("if [ -n \"$pull\" ]; then list=$(mktemp); cat > $list; if grep -q poison $list; then rm $list; "
                + end + "; fi; exec $real \"$@\" < $list; fi");

        Outcome outcome = apply(paths);
        if (means == Means.PATH || means == Means.DONE) {
            assertThat(outcome.state()).isEqualTo(Outcome.State.DONE);
            assertThat(outcome.failed()).as("only the path to blame").containsOnlyKeys(poison);
        }
        bench.source.remove(poison);
        paths.remove(poison);
        assertRecovers(paths);
    }
}
