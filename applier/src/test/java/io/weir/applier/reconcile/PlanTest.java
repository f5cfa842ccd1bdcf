package io.weir.applier.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.applier.rsync.Item;
import io.weir.applier.rsync.RsyncRun;
import io.weir.schemas.FileType;
import io.weir.schemas.Observed;
import io.weir.schemas.RelPath;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PlanTest {
    private static Target target(String path, FileType type, boolean recursive, @Nullable String movedFrom) {
        Observed observed = Observed.newBuilder()
                .setType(type)
                .setSize(Plan.HINT_FROM)
                .setLinks(1)
                .build();
        return new Target(RelPath.of(path), observed, recursive, movedFrom == null ? null : RelPath.of(movedFrom));
    }

    private static Target target(String path, FileType type) {
        return target(path, type, false, null);
    }

    private static Plan plan(Plan.Local local, Target... targets) {
        return Plan.of(List.of(targets), 10, Selection.of(List.of(), List.of("*.iso")), path -> local);
    }

    private static List<RelPath> paths(String... paths) {
        return Arrays.stream(paths).map(RelPath::of).toList();
    }

    @Test
    void presentPathsArePulledAndAbsentOnesAsked() {
        Plan plan = plan(
                Plan.Local.OTHER,
                target("a", FileType.FILE),
                target("d", FileType.DIRECTORY, true, null),
                target("gone", FileType.ABSENT),
                target("gone/x", FileType.FILE),
                target("doubt", FileType.UNKNOWN));

        assertThat(plan.todo()).containsExactlyElementsOf(paths("a", "d"));
        assertThat(plan.ask()).containsExactlyElementsOf(paths("doubt", "gone", "gone/x"));
        assertThat(plan.expand()).containsExactlyElementsOf(paths("d"));
    }

    @Test
    void fileWhereTheReplicaHasDirectoryIsAsked() {
        Plan plan = plan(Plan.Local.DIRECTORY, target("a", FileType.FILE), target("d", FileType.DIRECTORY));

        assertThat(plan.ask()).containsExactlyElementsOf(paths("a"));
        assertThat(plan.todo()).containsExactlyElementsOf(paths("d"));
    }

    @Test
    void whatCameAndWentRefreshesItsDirectory() {
        Plan plan = plan(Plan.Local.ABSENT, target("d/a", FileType.ABSENT), target("b", FileType.ABSENT));

        assertThat(plan.ask()).isEmpty();
        assertThat(plan.refresh()).containsExactlyElementsOf(paths("d"));
    }

    @Test
    void ownAndFilteredPathsAreLeftOut() {
        Plan plan = plan(Plan.Local.OTHER, target(".weir/position", FileType.ABSENT), target("x.iso", FileType.FILE));

        assertThat(plan.targets()).isEmpty();
        assertThat(plan.todo()).isEmpty();
        assertThat(plan.ask()).isEmpty();
    }

    @Test
    void rootIsExpandedNeverPulled() {
        Plan plan = plan(Plan.Local.DIRECTORY, target(".", FileType.DIRECTORY, true, null));

        assertThat(plan.expand()).containsExactly(RelPath.ROOT);
        assertThat(plan.todo()).isEmpty();
    }

    @Test
    void swapsChainsAndNestedRenamesAreNoHints() {
        assertThat(plan(Plan.Local.OTHER, target("b", FileType.FILE, false, "a"))
                        .hints())
                .isEqualTo(Map.of(RelPath.of("b"), RelPath.of("a")));
        assertThat(plan(
                                Plan.Local.OTHER,
                                target("b", FileType.FILE, false, "a"),
                                target("a", FileType.FILE, false, "b"),
                                target("d", FileType.DIRECTORY, true, "c"),
                                target("e", FileType.FILE, false, "d/x"))
                        .hints())
                .isEmpty();
        assertThat(plan(Plan.Local.OTHER, target("d/e", FileType.DIRECTORY, true, "d"))
                        .hints())
                .isEmpty();
    }

    @Test
    void linkGroupsStayInOneChunk() {
        LinkGroups links = new LinkGroups();
        LinkGroups.Inode inode = new LinkGroups.Inode(1, 7);
        links.join(RelPath.of("a"), inode);
        links.join(RelPath.of("z"), inode);
        links.join(RelPath.of("m"), RelPath.of("z"));

        List<List<RelPath>> chunks = links.chunks(paths("a", "b", "c", "m", "z"), 3);

        assertThat(chunks).containsExactly(paths("a", "m", "z"), paths("b", "c"));
    }

    @Test
    void pullIsHeldToAccountForEveryPath() {
        Map<RelPath, Item> items = Map.of(
                RelPath.of("same"), new Item(RelPath.of("same"), 'f', false, 0, 0, null, ".f         "),
                RelPath.of("set"), new Item(RelPath.of("set"), 'f', true, 0, 0, null, ".f...p....."));
        List<RelPath> listed = paths("gone", "same", "set");

        Set<RelPath> whole = Accounting.unsettled(listed, new RsyncRun(0, false, items, "", 0), path -> false);
        Set<RelPath> partial = Accounting.unsettled(listed, new RsyncRun(23, false, items, "", 0), path -> false);

        assertThat(whole).containsExactlyElementsOf(paths("gone"));
        assertThat(partial).containsExactlyElementsOf(paths("gone", "set"));
    }
}
