package io.weir.applier.consume;

import io.weir.applier.reconcile.Inspection;
import io.weir.applier.reconcile.Suspect;
import io.weir.schemas.Drift;
import io.weir.schemas.DriftKind;
import io.weir.schemas.RelPath;
import io.weir.schemas.Verification;
import io.weir.schemas.VerifyLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What two looks at a replica come to. Pure.
 *
 * @param drift what differs and is not on its way, and what could not be looked at
 * @param inFlight how many others differed in the first look
 */
record Verdict(List<Suspect> drift, long inFlight) {
    /** What is named fits into a record, whatever the paths are. */
    private static final int MOST_NAMED = 1_000;

    private static final int MOST_BYTES = 200_000;

    /** Of the paths that were asked for. */
    private static final int MOST_SAID = 5;

    /** The same difference twice, at a path that no change came near to: everything else is in flight. */
    static Verdict of(Inspection first, Inspection second, Watch watch) {
        List<Suspect> drift = new ArrayList<>();
        long inFlight = 0;
        for (Suspect each : first.suspects().values()) {
            Suspect again = second.suspects().get(each.path());
            if (again != null && again.isAsIn(each) && watch.isQuiet(each.path())) {
                drift.add(each);
            } else {
                inFlight += each.entries();
            }
        }
        return new Verdict(drift, inFlight);
    }

    private long count(DriftKind kind) {
        return drift.stream()
                .filter(each -> each.kind() == kind)
                .mapToLong(Suspect::entries)
                .sum();
    }

    /** As a record for topics. */
    Verification toRecord(VerifyLevel level, Inspection first, long repaired) {
        List<Drift> named = new ArrayList<>();
        int bytes = 0;
        for (Suspect each : drift) {
            bytes += each.path().length() + 40;
            if (named.size() == MOST_NAMED || bytes > MOST_BYTES) {
                break;
            }
            named.add(Drift.newBuilder()
                    .setPath(each.path().toField())
                    .setKind(each.kind())
                    .setDetail(each.detail())
                    .build());
        }
        return Verification.newBuilder()
                .setLevel(level)
                .setEntries(first.entries())
                .setFiles(first.files())
                .setBytes(first.bytes())
                .setMissing(count(DriftKind.MISSING))
                .setExtra(count(DriftKind.EXTRA))
                .setDifferent(count(DriftKind.DIFFERENT))
                .setUnsure(count(DriftKind.UNSURE))
                .setInFlight(inFlight + first.deferred())
                .setRepaired(repaired)
                .setDrift(named)
                .build();
    }

    /** In a few words for people: what was found at these paths. */
    static String words(Verification found, List<RelPath> paths) {
        long drift = found.getMissing() + found.getExtra() + found.getDifferent();
        long all = found.getEntries() + drift + found.getUnsure() + found.getInFlight();
        if (all == 0 && !paths.contains(RelPath.ROOT)) {
            // No difference, and no comfort for who mistyped a path.
            return "0 entries compared: neither the source nor the replica has anything to compare at "
                    + paths.stream().limit(MOST_SAID).map(RelPath::toString).collect(Collectors.joining(", "))
                    + (paths.size() > MOST_SAID ? " and " + (paths.size() - MOST_SAID) + " more" : "")
                    + "; check the spelling";
        }
        String text = drift == 0
                ? String.format(Locale.ROOT, "no drift in %,d entries", found.getEntries())
                : String.format(
                        Locale.ROOT,
                        "drift: %,d missing, %,d extra, %,d different; %,d entries compared",
                        found.getMissing(),
                        found.getExtra(),
                        found.getDifferent(),
                        found.getEntries());
        if (found.getLevel() != VerifyLevel.METADATA) {
            text += String.format(Locale.ROOT, ", the content of %,d files", found.getFiles());
        }
        if (found.getUnsure() > 0) {
            text += String.format(Locale.ROOT, "; %,d could not be looked at", found.getUnsure());
        }
        if (found.getInFlight() > 0) {
            text += String.format(Locale.ROOT, "; %,d in flight", found.getInFlight());
        }
        return found.getRepaired() > 0
                ? text + String.format(Locale.ROOT, "; %,d are being made equal", found.getRepaired())
                : text;
    }
}
