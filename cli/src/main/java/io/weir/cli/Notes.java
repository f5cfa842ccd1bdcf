package io.weir.cli;

import io.weir.agent.SourceSettings;
import io.weir.schemas.Change;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.PathRules;
import io.weir.schemas.RelPath;
import io.weir.schemas.TemporaryNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Why nothing, or nothing newer, is known of a path. Pure. */
final class Notes {
    private static final String TEMPORARY = "its name looks temporary: it is sent if it is still there after"
            + " `aggregator.temp.grace`, and else never";

    private Notes() {}

    /**
     * Why a path is never replicated; empty when no reason is known.
     *
     * @param settings of the source, when they are known here
     */
    static Optional<String> exclusion(RelPath path, Optional<SourceSettings> settings) {
        return path.isOwn()
                ? Optional.of("it is Weir's own")
                : settings.flatMap(each -> PathRules.of(each.exclude()).patternOf(path))
                        .map(pattern -> "the agent leaves it out by the rule '" + pattern + "' in `exclude`");
    }

    /**
     * What else may be why.
     *
     * @param hasSettings whether the source's settings are known here
     * @param isServed whether an agent has said that it serves the source
     * @param newest the newest change that goes into a batch; null when there is none
     * @param carried the newest batch that the path is in; null when there is none
     */
    static List<String> of(
            RelPath path,
            boolean hasSettings,
            boolean isServed,
            ChangeSearch.Found found,
            @Nullable Change newest,
            @Nullable Carried carried) {
        List<String> notes = new ArrayList<>();
        if (!isServed) {
            notes.add("no agent has said that it serves this source; is the name right?");
        }
        if (isUnseen(path, found)) {
            if (found.isCut()) {
                notes.add("what was before the oldest record that Kafka has is no longer kept");
            }
            if (TemporaryNames.isTemporary(path)) {
                notes.add(TEMPORARY);
            }
            if (!hasSettings) {
                notes.add("whether the agent leaves it out by its `exclude` is not known here");
            }
        }
        found.changes().stream()
                .map(Seen::change)
                .filter(each -> each.getKind() == ChangeKind.GAP)
                .reduce((one, other) -> other)
                .ifPresent(gap -> notes.add("changes before " + HistoryView.time(gap.getCapturedAt())
                        + " may not have been observed: " + gap.getReason()
                        + "; what they left was found by a scan"));
        if (newest != null && (carried == null || !carried.holds(newest))) {
            notes.add(waiting(path, newest));
        }
        if (found.unreadable() > 0) {
            notes.add(found.unreadable() + " records of changes cannot be read; a newer Weir may have written them");
        }
        return notes;
    }

    /** Which options of the command line tell more; nothing for who asks on a page. */
    static List<String> hints(RelPath path, boolean hasSettings, ChangeSearch.Found found) {
        List<String> hints = new ArrayList<>();
        if (isUnseen(path, found)) {
            hints.add("--since TIME looks further back");
            if (!hasSettings) {
                hints.add("--config FILE with the agent's settings, or --data DIR of the `weir up`, tells whether the"
                        + " agent leaves it out");
            }
        }
        return hints;
    }

    /** Whether no change of the path itself was found. */
    private static boolean isUnseen(RelPath path, ChangeSearch.Found found) {
        return found.changes().stream().allMatch(each -> isAbove(each.change(), path));
    }

    private static boolean isAbove(Change change, RelPath path) {
        return path.isBelow(RelPath.of(change.getPath()));
    }

    private static String waiting(RelPath path, Change newest) {
        if (TemporaryNames.isTemporary(path)) {
            return TEMPORARY;
        }
        return newest.getKind() == ChangeKind.MODIFIED || newest.getKind() == ChangeKind.CREATED
                ? "it is being written: it is sent when it is closed, or after `aggregator.settle`"
                : "the aggregator has not sent it yet; look at its state";
    }
}
