package io.weir.applier.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.schemas.RelPath;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Somebody has taken a directory of the replica away: a change of one file in it brings all of it back. */
class LostDirectoryTest {
    private enum Instead {
        NOTHING,
        SYMLINK,
        FILE
    }

    @ParameterizedTest
    @EnumSource
    void aDirectoryThatIsMadeAnewIsFilled(Instead instead, @TempDir Path work) throws Exception {
        try (Bench bench = new Bench(work)) {
            for (String directory : List.of("a", "a/d", "a/d/below")) {
                bench.source.mkdir(directory);
                bench.source.write(directory + "/unchanged", "in " + directory);
            }
            assertThat(bench.baseline().failed()).isEmpty();
            bench.replica.remove("a/d");
            switch (instead) {
                case SYMLINK ->
                    bench.replica.symlink(
                            bench.outsidePath.toString().getBytes(StandardCharsets.UTF_8), RelPath.of("a/d"));
                case FILE -> bench.replica.write("a/d", "a stranger's");
                case NOTHING ->
                    assertThat(bench.replica.lstat(RelPath.of("a/d"))).isNull();
            }

            bench.source.write("a/d/changed", "anew");
            Outcome outcome = bench.apply("a/d/changed");

            assertThat(outcome.state()).as(outcome.message()).isEqualTo(Outcome.State.DONE);
            assertThat(outcome.failed()).isEmpty();
            assertThat(bench.replica.snapshot()).isEqualTo(bench.source.snapshot());
        }
    }
}
