package io.weir.applier.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.schemas.RelPath;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A source that changes with every look at it: what is given up on is named. */
class ChangingSourceTest {
    private static final RelPath D = RelPath.of("d");

    @Test
    void directoryThatAppearsInTheLastRoundIsNamedWithAllBelowIt(@TempDir Path work) throws Exception {
        try (FakeRsync rsync = new FakeRsync(work);
                Bench bench = new Bench(work)) {
            bench.source.write("d", "a file");
            Path d = work.resolve("source/d");
            // As many pulls as there are rounds find another file; only the last of them finds a directory.
            rsync.order(String.join(
                    "\n",
                    "if [ -n \"$pull\" ]; then",
                    "  echo pull >> '" + work.resolve("pulls") + "'",
                    "  if [ $(wc -l < '" + work.resolve("pulls") + "') -lt 8 ]; then echo more >> '" + d + "'",
                    "  elif [ ! -d '" + d + "' ]; then rm '" + d + "'; mkdir '" + d + "'; echo below > '" + d
                            + "/f'; fi",
                    "  $real \"$@\"",
                    "  exit 23",
                    "fi"));

            Outcome outcome = bench.reconcile(bench.source.target("d"));

            assertThat(outcome.state()).isEqualTo(Outcome.State.DONE);
            assertThat(outcome.failed()).containsOnlyKeys(D);
            assertThat(outcome.whole()).containsExactly(D);
        }
    }

    @Test
    void temporaryNameThatIsListedByItselfDoesNotWaitForItsDirectory(@TempDir Path work) throws Exception {
        try (Bench bench = new Bench(work)) {
            bench.source.mkdir("d");
            bench.source.write("d/.x.swp", "young");
            bench.source.link(RelPath.of("d/.x.swp"), RelPath.of("outside"));

            Outcome outcome = bench.reconcile(
                    new Target(D, bench.source.observe(D), true, null),
                    bench.source.target("d/.x.swp"),
                    bench.source.target("outside"));

            assertThat(outcome.deferred()).isEmpty();
            assertThat(bench.replica.snapshot()).isEqualTo(bench.source.snapshot());
        }
    }
}
