package io.weir.agent.scan;

import io.weir.agent.watch.Captured;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.Origin;
import io.weir.schemas.RelPath;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns differences into changes: what left one place and is at another has been renamed. Pure.
 *
 * <p>A rename is a hint; the change says no more than that both paths are to be looked at. The state of a directory itself
 * goes with any change right below it, and is told only when there is none.
 */
final class Findings {
    private record Inode(Entry.What kind, long id) {}

    private final long atMicros;
    private final Map<Inode, RelPath> departed = new HashMap<>();
    private final Set<RelPath> changedBelow = new HashSet<>();

    private Findings(long atMicros) {
        this.atMicros = atMicros;
    }

    /** The changes of all differences of a scan, directories before what is in them. */
    static List<Captured> changes(List<Difference> differences, long atMicros) {
        Findings findings = new Findings(atMicros);
        for (Difference each : differences) {
            findings.note(each);
        }
        List<Captured> changes = new ArrayList<>(differences.size());
        differences.stream()
                .sorted(Comparator.comparing(Difference::path))
                .map(findings::change)
                .forEach(change -> {
                    if (change != null) {
                        changes.add(change);
                    }
                });
        return changes;
    }

    private void note(Difference each) {
        Entry known = each.known();
        Entry seen = each.seen();
        if (known != null && (seen == null || !known.isSame(seen))) {
            departed.put(new Inode(known.kind(), known.id()), each.path());
        }
        if (seen != null && !each.path().isRoot()) {
            changedBelow.add(each.path().parent());
        }
    }

    private @Nullable Captured change(Difference each) {
        if (each.unlearned()) {
            return captured(ChangeKind.RESCAN, each.path(), null, true, "it is not known what was published below it");
        }
        Entry known = each.known();
        Entry seen = each.seen();
        if (seen == null) {
            return captured(ChangeKind.DELETED, each.path(), null, known != null && known.isDirectory(), null);
        }
        if (seen.isDirectory() && !each.whole()) {
            return changedBelow.contains(each.path())
                    ? null
                    : captured(ChangeKind.ATTRIBUTES, each.path(), null, false, null);
        }
        RelPath from = each.movable() ? departed.get(new Inode(seen.kind(), seen.id())) : null;
        if (from != null && !from.equals(each.path()) && !each.path().isBelow(from)) {
            return captured(ChangeKind.MOVED, each.path(), from, each.whole(), null);
        }
        // CLOSED: a reader need not wait for an event that was before.
        return captured(each.whole() ? ChangeKind.CREATED : ChangeKind.CLOSED, each.path(), null, each.whole(), null);
    }

    private Captured captured(
            ChangeKind kind, RelPath path, @Nullable RelPath from, boolean recursive, @Nullable String reason) {
        return new Captured(kind, path, from, recursive, Origin.SCAN, atMicros, reason);
    }
}
