package io.weir.applier.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.schemas.FileType;
import io.weir.schemas.Observed;
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

    @Test
    void pathBelowADirectoryThatCannotBeLookedAtIsNotTakenForGone(@TempDir Path work) throws Exception {
        try (FakeRsync rsync = new FakeRsync(work);
                Bench bench = new Bench(work)) {
            bench.source.mkdir("d");
            bench.source.write("d/f", "still there");
            assertThat(bench.baseline().failed()).isEmpty();
            // The file itself is listed; then its directory cannot be.
            rsync.order("""
                    if [ -z "$pull" ]; then
                      list=$(mktemp); tr '\\0' '\\n' > $list
                      if grep -qx d $list; then
                        echo 'rsync: [sender] link_stat "/d" (in data) failed: Input/output error (5)' >&2
                        grep -vx d $list | tr '\\n' '\\0' | $real "$@"; rm $list; exit 23
                      fi
                      tr '\\n' '\\0' < $list | $real "$@"; end=$?; rm $list; exit $end
                    fi
                    """);
            RelPath file = RelPath.of("d/f");

            Outcome outcome = bench.reconcile(new Target(
                    file, Observed.newBuilder().setType(FileType.ABSENT).build(), false, null));

            assertThat(outcome.failed()).containsOnlyKeys(file);
            assertThat(bench.replica.snapshot()).containsKey(file);
        }
    }
}
