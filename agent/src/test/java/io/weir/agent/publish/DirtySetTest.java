package io.weir.agent.publish;

import static io.weir.agent.publish.MergeTest.captured;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.agent.watch.Captured;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.RelPath;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DirtySetTest {
    private final DirtySet dirty = new DirtySet("data", 100);

    @Test
    void entriesComeOutInTheOrderTheyBecameDirty() throws Exception {
        add(ChangeKind.MODIFIED, "b");
        add(ChangeKind.CLOSED, "a");
        add(ChangeKind.CLOSED, "b");

        List<Dirty> taken = dirty.take(10, 0, TimeUnit.SECONDS);

        assertThat(taken).extracting(each -> each.path() + " " + each.kind()).containsExactly("b CLOSED", "a CLOSED");
        assertThat(dirty.size()).isZero();
        assertThat(dirty.isSettled()).isFalse();
        dirty.done();
        assertThat(dirty.isSettled()).isTrue();
    }

    @Test
    void waitingTakerGetsAnIsolatedEntry() throws Exception {
        CompletableFuture<List<Dirty>> taker = CompletableFuture.supplyAsync(() -> take(10, 60));

        add(ChangeKind.CLOSED, "a");

        assertThat(taker.get(60, TimeUnit.SECONDS)).hasSize(1);
    }

    @Test
    void oldNameOfARenameIsAnEntryOfItsOwn() throws Exception {
        dirty.add(captured(ChangeKind.MOVED, RelPath.of("new"), RelPath.of("old"), 1, false));

        assertThat(take(10, 0))
                .extracting(each -> each.path() + " " + each.kind())
                .containsExactly("new MOVED", "old DELETED");
    }

    @Test
    void restoredEntriesComeFirstAndAreMergedWithWhatCameLater() throws Exception {
        add(ChangeKind.MODIFIED, "a");
        add(ChangeKind.MODIFIED, "b");
        List<Dirty> taken = take(10, 0);
        add(ChangeKind.CLOSED, "c");
        add(ChangeKind.ATTRIBUTES, "b");

        dirty.restore(taken);

        assertThat(take(10, 0))
                .extracting(each -> each.path() + " " + each.kind())
                .containsExactly("a MODIFIED", "b MODIFIED", "c CLOSED");
    }

    @Test
    void fullDirectoriesCollapseIntoOneRescanAndSwallowWhatFollows() throws Exception {
        for (int i = 0; i < 98; i++) {
            add(ChangeKind.CLOSED, "big/f" + i);
        }
        for (int i = 0; i < 5; i++) {
            add(ChangeKind.CLOSED, "d" + i + "/f");
        }
        add(ChangeKind.CLOSED, "big/later");

        List<Dirty> taken = take(1000, 0);

        assertThat(taken).hasSize(6);
        assertThat(taken.get(0).path()).isEqualTo(RelPath.of("big"));
        assertThat(taken.get(0).kind()).isEqualTo(ChangeKind.RESCAN);
        assertThat(taken.get(0).recursive()).isTrue();
        assertThat(dirty.collapses()).isOne();
    }

    @Test
    void aTakenCollapsedDirectoryNoLongerSwallows() throws Exception {
        for (int i = 0; i < 101; i++) {
            add(ChangeKind.CLOSED, "big/f" + i);
        }
        assertThat(take(1000, 0)).hasSize(1);

        add(ChangeKind.CLOSED, "big/later");

        assertThat(take(10, 0)).extracting(Dirty::path).containsExactly(RelPath.of("big/later"));
    }

    @Test
    void whateverIsAddedIsCoveredAndTheBoundHolds() throws Exception {
        for (int round = 0; round < 200; round++) {
            long seed = System.nanoTime() + round;
            Random random = new Random(seed);
            DirtySet small = new DirtySet("data", 2 + random.nextInt(20));
            Set<RelPath> added = new HashSet<>();
            for (int i = 0; i < 200; i++) {
                RelPath path = randomPath(random);
                boolean gap = random.nextInt(50) == 0;
                Captured captured = captured(gap ? ChangeKind.GAP : ChangeKind.CLOSED, path, null, i, gap);
                small.add(captured);
                added.add(path);
                assertThat(small.size()).as("seed %d", seed).isLessThanOrEqualTo(22);
            }
            List<Dirty> taken = new ArrayList<>(small.take(1000, 0, TimeUnit.SECONDS));

            for (RelPath path : added) {
                assertThat(taken)
                        .as("seed %d, path %s", seed, path)
                        .anyMatch(each -> each.path().equals(path) || (each.recursive() && path.isBelow(each.path())));
            }
        }
    }

    private static RelPath randomPath(Random random) {
        RelPath path = RelPath.ROOT;
        int depth = 1 + random.nextInt(4);
        for (int i = 0; i < depth; i++) {
            path = path.child(new byte[] {(byte) ('a' + random.nextInt(4))});
        }
        return path;
    }

    private List<Dirty> take(int max, int seconds) {
        try {
            return dirty.take(max, seconds, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aCheckpointStaysBehindWhatWasDirtyBeforeItAndComesAlone() throws Exception {
        DirtySet small = new DirtySet("data", 4);
        for (String path : List.of("a/1", "a/2", "b/1")) {
            small.add(captured(ChangeKind.CLOSED, RelPath.of(path), null, 1, false));
        }
        small.addCheckpoint(Dirty.checkpoint("first", 2));
        small.addCheckpoint(Dirty.checkpoint("second", 2));
        for (String path : List.of("c/1", "c/2", "c/3", "d/1", "e/1", "f/1", "g/1")) {
            small.add(captured(ChangeKind.CLOSED, RelPath.of(path), null, 3, false));
        }

        List<Dirty> before = small.take(10, 0, TimeUnit.SECONDS);
        List<Dirty> first = small.take(10, 0, TimeUnit.SECONDS);
        List<Dirty> taken = new ArrayList<>(before);
        taken.addAll(first);
        small.add(captured(ChangeKind.CLOSED, RelPath.of("b/1"), null, 4, false));
        small.restore(taken);

        List<List<Dirty>> groups = new ArrayList<>();
        while (small.size() > 0) {
            groups.add(small.take(10, 0, TimeUnit.SECONDS));
        }
        List<String> order = groups.stream()
                .flatMap(List::stream)
                .map(each -> each.isCheckpoint() ? "" + each.checkpoint() : "" + each.path())
                .toList();
        assertThat(order).contains("first", "second");
        assertThat(order.indexOf("first")).isLessThan(order.indexOf("second"));
        for (String path : List.of("a/1", "a/2", "b/1")) {
            assertThat(order.subList(0, order.indexOf("first")))
                    .as("an entry that covers %s", path)
                    .anyMatch(each -> each.equals(".")
                            || each.equals(path)
                            || RelPath.of(path).isBelow(RelPath.of(each)));
        }
        assertThat(groups).allMatch(group -> group.size() == 1 || group.stream().noneMatch(Dirty::isCheckpoint));
    }

    private void add(ChangeKind kind, String path) {
        dirty.add(captured(kind, RelPath.of(path), null, 1, false));
    }
}
