package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.schemas.DryRun;
import io.weir.schemas.RelPath;
import java.util.List;
import org.junit.jupiter.api.Test;

class DryRunViewTest {
    private static final Commander.Address BACKUP = new Commander.Address("backup1", "data");

    private final DryRunView view = new DryRunView(1);

    private static DryRunView.Answer answer(boolean kept) {
        DryRun dryRun = DryRun.newBuilder()
                .setListed(12_345)
                .setSent(3)
                .setSentBytes(5_000_000)
                .setDeleted(70)
                .setDeletedBytes(12)
                .setKept(kept)
                .setDeferred(1)
                .setUnsure(1)
                .setSentPaths(
                        List.of(RelPath.of("a\nb").toField(), RelPath.of("c").toField()))
                .setDeletedPaths(List.of(RelPath.of("old").toField()))
                .setUnsurePaths(List.of(RelPath.of("odd").toField()))
                .build();
        return new DryRunView.Answer(BACKUP, dryRun, "nothing was changed");
    }

    @Test
    void pathThatIsNowhereIsNotSaidToBeEqual() {
        DryRunView.Answer nothing =
                new DryRunView.Answer(BACKUP, DryRun.newBuilder().build(), "nothing was changed");

        assertThat(view.text(List.of(nothing))).contains("nothing is there").doesNotContain("0 entries");
    }

    @Test
    void totalsAndTheFirstPathsAreTold() {
        assertThat(view.text(List.of(answer(false)))).isEqualTo("""
                backup1/data: of 12,345 entries at the source 3 would be sent (4.8 MiB); 70 entries (12 B) would be deleted; \
                1 young temporary names would wait; 1 paths could not be compared. Nothing was changed.
                  send    a\\x0ab
                  send    and 2 more
                  delete  old
                  unsure  odd
                """);
    }

    @Test
    void whatNeverIsDeletedIsKept() {
        assertThat(view.text(List.of(answer(true))))
                .contains("70 entries (12 B) that the source does not have would be kept", "  keep    old")
                .doesNotContain("deleted");
    }

    @Test
    void scriptsGetNumbersAndAllPathsThatWereNamed() {
        assertThat(view.json(List.of(answer(false))))
                .contains("\"sent\" : 3", "\"deletedBytes\" : 12", "\"kept\" : false", "\"a\\\\x0ab\", \"c\"");
    }

    @Test
    void missingAnswerSaysWhy() {
        List<DryRunView.Answer> none = List.of(new DryRunView.Answer(BACKUP, null, "connection refused"));

        assertThat(view.text(none)).isEqualTo("backup1/data: connection refused\n");
        assertThat(view.json(none)).contains("\"answered\" : false", "connection refused");
    }
}
