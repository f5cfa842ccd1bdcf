package io.weir.aggregator;

import static io.weir.aggregator.ChangeBuilder.linked;
import static io.weir.schemas.ChangeKind.ATTRIBUTES;
import static io.weir.schemas.ChangeKind.CHECKPOINT;
import static io.weir.schemas.ChangeKind.CLOSED;
import static io.weir.schemas.ChangeKind.CREATED;
import static io.weir.schemas.ChangeKind.DELETED;
import static io.weir.schemas.ChangeKind.LINKED;
import static io.weir.schemas.ChangeKind.MODIFIED;
import static io.weir.schemas.FileType.ABSENT;
import static io.weir.schemas.FileType.DIRECTORY;
import static io.weir.schemas.FileType.FILE;
import static io.weir.schemas.FileType.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.schemas.Batch;
import io.weir.schemas.BatchPath;
import io.weir.schemas.Change;
import io.weir.schemas.RelPath;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Windows, settling, temporary names, pruning and what stays until a commit. A path is shown with {@code -} when absent,
 * {@code /} when recursive, {@code <} before its old name.
 */
class SourceBufferTest {
    private final ChangeBuilder agent = new ChangeBuilder();
    private final MemoryStore store = new MemoryStore();
    private SourceBuffer buffer = store.restored(ChangeBuilder.settings(), 0);
    private long now = 1_000_000;

    @Test
    void changeToAnIdleSourceGoesAtOnceAndABurstWaitsForTheWindow() {
        apply(agent.change(CLOSED, "a", FILE));
        assertThat(flush()).containsExactly("a");

        now += 5;
        apply(agent.change(CLOSED, "b", FILE));
        apply(agent.change(CLOSED, "b", FILE));
        apply(agent.change(CLOSED, "c", FILE));
        assertThat(flush()).isEmpty();

        now += 15;
        assertThat(flush()).containsExactly("b", "c");
    }

    @Test
    void fullBatchDoesNotWait() {
        buffer = store.restored(ChangeBuilder.settings(3, 100_000), now);
        apply(agent.change(CLOSED, "a", FILE));
        assertThat(flush()).containsExactly("a");

        apply(agent.change(CLOSED, "b", FILE));
        apply(agent.change(CLOSED, "c", FILE));
        assertThat(flush()).isEmpty();
        apply(agent.change(CLOSED, "d", FILE));
        assertThat(flush()).containsExactly("b", "c", "d");
    }

    @Test
    void windowGrowsWithBigBatchesAndShrinksWithSmallOnes() {
        FlushPolicy policy = new FlushPolicy(ChangeBuilder.settings());

        assertThat(policy.nextWindow(20, 500)).isEqualTo(40);
        assertThat(policy.nextWindow(160, 500)).isEqualTo(200);
        assertThat(policy.nextWindow(200, 50)).isEqualTo(200);
        assertThat(policy.nextWindow(200, 3)).isEqualTo(100);
        assertThat(policy.nextWindow(20, 3)).isEqualTo(20);
    }

    @Test
    void openFileWaitsToBeClosedOrToSettle() {
        apply(agent.change(CREATED, "a", FILE));
        apply(agent.change(ATTRIBUTES, "a", FILE));
        apply(agent.change(CREATED, "b", FILE));
        assertThat(flush()).isEmpty();

        apply(agent.change(CLOSED, "a", FILE));
        assertThat(flush()).containsExactly("a");

        now += 999;
        assertThat(flush()).isEmpty();
        now += 1;
        assertThat(flush()).containsExactly("b");
    }

    @Test
    void fileThatNeverRestsGoesAtSettleMax() {
        List<String> sent = new ArrayList<>();
        int millis = 0;
        for (; sent.isEmpty(); millis += 100) {
            apply(agent.change(MODIFIED, "log", FILE));
            sent.addAll(flush());
            now += 100;
        }

        assertThat(sent).containsExactly("log");
        assertThat(millis).isBetween(30_000, 30_200);
    }

    @Test
    void temporaryNameWaitsAndIsSentAsAbsentWhenItIsGone() {
        apply(agent.change(CREATED, "a.tmp", FILE));
        apply(agent.change(CLOSED, "a.tmp", FILE));
        apply(agent.change(CLOSED, "b.tmp", FILE));
        apply(agent.change(DELETED, "a.tmp", ABSENT));
        now += 9_999;
        assertThat(flush()).isEmpty();

        now += 1;
        assertThat(flush()).containsExactly("a.tmp -", "b.tmp");
    }

    @Test
    void renameOverTheTargetGoesAtOnceWithoutTheTemporaryName() {
        apply(agent.change(CREATED, "a.tmp", FILE));
        apply(agent.change(CLOSED, "a.tmp", FILE));
        apply(agent.moved("a.tmp", "a", FILE));
        assertThat(flush()).containsExactly("a");

        apply(agent.change(DELETED, "a.tmp", ABSENT));
        now += 10_000;
        assertThat(flush()).containsExactly("a.tmp -");
    }

    @Test
    void checkpointFlushesWhateverWaitsAndFollowsIt() {
        apply(agent.change(CLOSED, "a", FILE));
        flush();
        apply(agent.change(CLOSED, "b", FILE));
        apply(agent.change(CREATED, "open", FILE));
        apply(agent.change(CLOSED, "c.tmp", FILE));
        assertThat(flush()).isEmpty();

        List<Batch> batches = checkpoint("c1");

        assertThat(batches)
                .extracting(SourceBufferTest::show)
                .containsExactly(List.of("b", "c.tmp", "open"), List.of());
        assertThat(batches).extracting(Batch::getCheckpoint).containsExactly(null, "c1");
        assertThat(batches).extracting(Batch::getSequence).containsExactly(2L, 3L);
        assertThat(buffer.pendingPaths()).isZero();
        now += 60_000;
        assertThat(flush()).isEmpty();
    }

    @Test
    void checkpointBehindAHoleFollowsTheRescan() {
        apply(agent.change(CLOSED, "a", FILE));
        flush();
        agent.skip();

        List<Batch> batches = checkpoint("c1");

        assertThat(batches).extracting(SourceBufferTest::show).containsExactly(List.of(". /"), List.of());
        assertThat(batches.get(1).getCheckpoint()).isEqualTo("c1");
    }

    @Test
    void afterACrashACheckpointThatIsReadAgainBringsEverythingBeforeItAgain() {
        Change a = agent.change(CREATED, "a", FILE);
        Change b = agent.change(CLOSED, "b.tmp", FILE);
        apply(a);
        store.commit();
        apply(b);
        Change checkpoint = agent.build(CHECKPOINT, ".", ChangeBuilder.observed(UNKNOWN))
                .setCheckpoint("c1")
                .build();
        checkpoint(checkpoint);

        int writes = store.writes();
        for (int kept = 0; kept <= writes; kept++) {
            MemoryStore crashed = store.copy();
            crashed.keep(kept);
            buffer = crashed.restored(ChangeBuilder.settings(), now);
            // The offset behind the first change was committed.
            apply(b);
            List<Batch> batches = checkpoint(checkpoint);

            assertThat(batches).extracting(SourceBufferTest::show).containsExactly(List.of("a", "b.tmp"), List.of());
            assertThat(batches.get(1).getCheckpoint()).isEqualTo("c1");
        }
    }

    @Test
    void numberOfACheckpointIsKeptWithTheCommit() {
        checkpoint("c1");
        buffer.committed();
        store.commit();

        buffer = store.restored(ChangeBuilder.settings(), now);
        assertThat(checkpoint("c2")).extracting(Batch::getSequence).containsExactly(2L);
    }

    @Test
    void nameThatWasRenamedAwayIsAskedForUntilItsOwnRecordSaysThatItIsGone() {
        apply(agent.moved("a", "b", FILE));
        assertThat(flush()).containsExactly("a ? /", "b < a");

        now += 1_000;
        apply(agent.change(DELETED, "a", ABSENT));
        assertThat(flush()).containsExactly("a -");
    }

    @Test
    void temporaryNameThatWasSeenGoneBeforeItsRenameWasToldIsNotAskedFor() {
        apply(agent.change(DELETED, "a.tmp", ABSENT));
        apply(agent.moved("a.tmp", "a", FILE));
        assertThat(flush()).containsExactly("a < a.tmp");

        now += 10_000;
        assertThat(flush()).containsExactly("a.tmp -");
    }

    @Test
    void nameThatWasTakenAgainBeforeItsRenameWasToldIsNotForgotten() {
        // The agent keeps one record a path where its first change was, and looks at it later: it is there again.
        apply(agent.change(CLOSED, "a", FILE));
        apply(agent.change(CLOSED, "d/x", FILE));
        apply(agent.moved("a", "b", ABSENT));
        apply(agent.moved("d", "e", ABSENT));

        assertThat(flush()).containsExactly("a ? /", "b -", "d ? /", "e -");
    }

    @Test
    void nameThatWasRenamedAwayStaysWithTheOthersOfItsInode() {
        apply(agent.change(CLOSED, "a", linked(7)));
        apply(agent.moved("a", "b", ABSENT));
        apply(agent.change(LINKED, "c", linked(7)));

        List<BatchPath> paths = buffer.flush(now += 1_000).get(0).getPaths();
        assertThat(paths)
                .filteredOn(path -> path.getObserved().getIno() == 7)
                .extracting(path -> RelPath.of(path.getPath()).toString())
                .containsExactlyInAnyOrder("a", "c");
    }

    @Test
    void editorThatMovesTheOldFileAwayFlushesTheTarget() {
        apply(agent.moved("notes", "notes~", FILE));
        apply(agent.change(CREATED, "notes", FILE));
        apply(agent.change(CLOSED, "notes", FILE));
        apply(agent.change(DELETED, "notes~", ABSENT));

        assertThat(flush()).containsExactly("notes");
        now += 10_000;
        assertThat(flush()).containsExactly("notes~ -");
    }

    @Test
    void createdAndDeletedEndsAsAbsent() {
        apply(agent.change(CREATED, "a", FILE));
        apply(agent.change(DELETED, "a", ABSENT));

        assertThat(flush()).containsExactly("a -");
    }

    @Test
    void renameThenWriteIsOneHintAndOneUpdate() {
        apply(agent.moved("a", "b", FILE));
        apply(agent.moved("b", "c", FILE));
        apply(agent.change(MODIFIED, "c", FILE));
        apply(agent.change(CLOSED, "c", FILE));

        assertThat(flush()).containsExactly("a ? /", "b ? /", "c < a");
    }

    @Test
    void deletedDirectoryPrunesWhatIsBelow() {
        apply(agent.change(CLOSED, "d/a", FILE));
        apply(agent.change(CREATED, "d/b/c", FILE));
        apply(agent.change(CLOSED, "d-", FILE));
        apply(agent.change(DELETED, "d", ABSENT));
        apply(agent.change(DELETED, "d/late", ABSENT));

        assertThat(flush()).containsExactly("d -", "d-");
        store.commit();
        assertThat(store.paths()).containsExactlyInAnyOrder("d", "d-");
    }

    @Test
    void directoryThatComesBackIsRecursive() {
        apply(agent.change(DELETED, "d", ABSENT));
        apply(agent.change(CREATED, "d", DIRECTORY));
        apply(agent.change(CREATED, "d/a", FILE));

        assertThat(flush()).containsExactly("d /");
    }

    @Test
    void renamedDirectoryIsRecursiveAndItsOldNameAbsent() {
        apply(agent.change(CLOSED, "d/a", FILE));
        apply(agent.moved("d", "e", DIRECTORY));
        apply(agent.change(DELETED, "d", ABSENT));
        apply(agent.change(CLOSED, "e/a", FILE));

        assertThat(flush()).containsExactly("d -", "e / < d");
    }

    @Test
    void typeChangePrunesWhatIsBelow() {
        apply(agent.change(CLOSED, "d/a", FILE));
        apply(agent.change(CLOSED, "d", FILE));

        assertThat(flush()).containsExactly("d");
    }

    @Test
    void manyPathsBelowANewDirectoryCollapse() {
        apply(agent.change(CLOSED, "first", FILE));
        flush();
        apply(agent.change(CREATED, "new", DIRECTORY));
        apply(agent.change(ATTRIBUTES, "old", DIRECTORY));
        for (int i = 0; i < 20; i++) {
            apply(agent.change(CLOSED, "new/" + i, FILE));
            apply(agent.change(CLOSED, "old/" + i, FILE));
        }
        now += 20;

        assertThat(flush()).hasSize(22).contains("new /", "old", "old/7").noneMatch(path -> path.startsWith("new/"));
    }

    @Test
    void namesOfOneInodeWaitForEachOtherAndGoTogether() {
        apply(agent.change(CLOSED, "a", linked(5)));
        assertThat(flush()).isEmpty();
        apply(agent.change(LINKED, "b", linked(5)));
        assertThat(flush()).containsExactly("a", "b");

        now += 1000;
        apply(agent.change(CLOSED, "a", linked(5)));
        assertThat(flush()).isEmpty();
        now += 199;
        assertThat(flush()).isEmpty();
        now += 1;
        assertThat(flush()).as("with the name it was sent with before").containsExactly("a", "b ?");
    }

    @Test
    void temporaryNameThatStaysGoesWithTheOtherNamesOfItsInode() {
        apply(agent.change(CREATED, "a.tmp", linked(5)));
        apply(agent.change(LINKED, "a", linked(5)));
        assertThat(flush()).containsExactly("a");
        store.commit();
        buffer.committed();

        now += 10_000;
        assertThat(flush()).containsExactly("a", "a.tmp");
        now += 60_000;
        assertThat(flush()).isEmpty();
    }

    @Test
    void nameThatWaitsForAnotherOneGoesWithATreeThatMayHoldIt() {
        apply(agent.change(CLOSED, "a", linked(5)));
        apply(agent.moved("old", "new", DIRECTORY));
        assertThat(flush()).contains("a");
    }

    @Test
    void namesOfAnInodeGoTogetherAndWaitTogether() {
        apply(agent.change(MODIFIED, "a", linked(5)));
        apply(agent.change(LINKED, "b", linked(5)));
        assertThat(flush()).isEmpty();

        apply(agent.change(CLOSED, "a", linked(5)));
        assertThat(flush()).containsExactly("a", "b");
    }

    @Test
    void namesThatWentJustBeforeGoAlongWithANameMadeSince() {
        apply(agent.change(CLOSED, "a", linked(5)));
        apply(agent.change(LINKED, "b", linked(5)));
        assertThat(flush()).containsExactly("a", "b");

        apply(agent.change(CREATED, "c", linked(5)));
        now += 200;
        assertThat(flush()).containsExactly("a ?", "b ?", "c");

        apply(agent.change(DELETED, "b", ABSENT));
        now += 200;
        assertThat(flush()).containsExactly("b -");
        apply(agent.change(CLOSED, "a", linked(5)));
        now += 200;
        assertThat(flush()).containsExactly("a", "c ?");
    }

    @Test
    void sentPathStaysInTheStoreUntilACommit() {
        apply(agent.change(CLOSED, "a", FILE));
        flush();
        store.commit();
        assertThat(store.paths()).containsExactly("a");

        buffer.committed();
        store.commit();
        assertThat(store.paths()).isEmpty();
    }

    @Test
    void changeOnASentPathMakesItFreshAgain() {
        apply(agent.change(CLOSED, "a", FILE));
        flush();
        apply(agent.change(DELETED, "a", ABSENT));
        buffer.committed();
        store.commit();
        assertThat(store.paths()).containsExactly("a");

        now += 20;
        assertThat(flush()).containsExactly("a -");
    }

    @Test
    void restartSendsWhatWasNotCommittedUnderTheSameSequence() {
        apply(agent.change(CLOSED, "a", FILE));
        assertThat(buffer.flush(now)).extracting(Batch::getSequence).containsExactly(1L);
        buffer.committed();
        apply(agent.change(CLOSED, "b", FILE));
        now += 20;
        assertThat(buffer.flush(now)).extracting(Batch::getSequence).containsExactly(2L);
        store.commit();

        buffer = store.restored(ChangeBuilder.settings(), now);
        List<Batch> again = buffer.flush(now);

        assertThat(again).extracting(Batch::getSequence).containsExactly(2L);
        assertThat(again).flatExtracting(SourceBufferTest::show).containsExactly("b");
        assertThat(buffer.gate()).isEqualTo(new EpochGate(1, 3));
    }

    @Test
    void clockThatIsSetBackHoldsNothing() {
        apply(agent.change(CLOSED, "a", FILE));
        flush();
        now -= 3_600_000;
        apply(agent.change(CLOSED, "b", FILE));

        assertThat(flush()).containsExactly("b");
    }

    @Test
    void fullBufferSendsEverything() {
        for (int i = 0; i < 1000; i++) {
            apply(agent.change(CREATED, "f" + i + ".tmp", FILE));
        }

        assertThat(flush()).hasSize(1000);
    }

    private void apply(Change change) {
        assertThat(buffer.accept(change, now).gap()).isNull();
        ByteBuffer from = change.getMovedFrom();
        buffer.apply(change, RelPath.of(change.getPath()), from == null ? null : RelPath.of(from), now);
    }

    private List<Batch> checkpoint(String id) {
        return checkpoint(agent.build(CHECKPOINT, ".", ChangeBuilder.observed(UNKNOWN))
                .setCheckpoint(id)
                .build());
    }

    private List<Batch> checkpoint(Change change) {
        assertThat(buffer.accept(change, now).verdict()).isNotEqualTo(EpochGate.Verdict.STALE);
        return buffer.checkpoint(change, change.getCheckpoint(), now);
    }

    private List<String> flush() {
        List<String> shown = new ArrayList<>();
        buffer.flush(now).forEach(batch -> shown.addAll(show(batch)));
        return shown;
    }

    static List<String> show(Batch batch) {
        List<String> shown = new ArrayList<>();
        for (BatchPath each : batch.getPaths()) {
            ByteBuffer from = each.getMovedFrom();
            shown.add(RelPath.of(each.getPath())
                    + (each.getObserved().getType() == ABSENT ? " -" : "")
                    + (each.getObserved().getType() == UNKNOWN ? " ?" : "")
                    + (each.getRecursive() ? " /" : "")
                    + (from == null ? "" : " < " + RelPath.of(from)));
        }
        return shown;
    }
}
