package io.weir.applier.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.schemas.RelPath;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an outcome says was changed, by real rsync. */
class ChangesTest {
    @Test
    void everyChangeIsToldAndNothingElse(@TempDir Path work) throws Exception {
        try (Bench bench = new Bench(work)) {
            bench.source.mkdir("d");
            bench.source.write("d/a", "one");
            bench.source.write("b", "two");
            assertThat(bench.baseline().changes())
                    .containsExactlyInAnyOrder(
                            Change.updated(RelPath.of("d"), true),
                            Change.updated(RelPath.of("d/a"), false),
                            Change.updated(RelPath.of("b"), false));
            assertThat(bench.baseline().changes()).isEmpty();

            RelPath to = RelPath.of("e");
            bench.source.rename(RelPath.of("d"), to);
            bench.source.remove("b");
            Target moved = new Target(to, bench.source.observe(to), true, RelPath.of("d"));
            assertThat(bench.reconcile(bench.source.target("d"), moved, bench.source.target("b"))
                            .changes())
                    .containsExactlyInAnyOrder(
                            Change.renamed(RelPath.of("d"), to, true), Change.deleted(RelPath.of("b"), false));

            bench.source.remove("e");
            assertThat(bench.apply("e").changes()).containsExactly(Change.deleted(to, true));
            assertThat(bench.apply("e", "b").changes()).isEmpty();
        }
    }
}
