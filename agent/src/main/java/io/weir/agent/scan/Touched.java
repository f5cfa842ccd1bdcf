package io.weir.agent.scan;

import io.weir.schemas.RelPath;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What events told while a sweep ran: that is no find of the sweep. Immutable. */
final class Touched {
    private final Set<RelPath> paths = new HashSet<>();
    private final Set<RelPath> trees = new HashSet<>();

    Touched(List<JournalRecord> records) {
        for (JournalRecord record : records) {
            paths.add(record.path());
            if (!(record instanceof JournalRecord.Put put) || put.created()) {
                trees.add(record.path());
            }
        }
    }

    /** Whether the path, or a directory above it as a whole, was told. */
    boolean covers(RelPath path) {
        if (paths.contains(path) || trees.contains(RelPath.ROOT)) {
            return true;
        }
        return !path.isRoot() && path.ancestors().stream().anyMatch(trees::contains);
    }

    /** What is left of the differences. */
    List<Difference> rest(List<Difference> differences) {
        return differences.stream().filter(each -> !covers(each.path())).toList();
    }
}
