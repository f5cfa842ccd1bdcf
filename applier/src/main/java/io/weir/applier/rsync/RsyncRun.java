package io.weir.applier.rsync;

import io.weir.schemas.RelPath;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What one rsync call did. Immutable.
 *
 * @param code the exit code
 * @param stalled whether it was killed because it made no progress
 * @param items what it printed, by path
 * @param errors its standard error, at most the first 64 KiB
 * @param bytesReceived bytes that rsync read from the wire; 0 when it was killed
 */
public record RsyncRun(int code, boolean stalled, Map<RelPath, Item> items, String errors, long bytesReceived) {
    private static final Pattern HARMLESS = Pattern.compile("rsync: .* failed: [^\"]*\\((?:20|40)\\)");

    /** The row of the exit table; a killed call is a matter of transport. */
    public RsyncExit exit() {
        return stalled ? RsyncExit.TIMEOUT : RsyncExit.of(code);
    }

    /**
     * Whether a listing is complete: everything asked for was looked at, and what was not printed is absent. The only errors
     * that say so are ENOTDIR and ELOOP: the path goes through something that is no directory. Anything not understood makes the
     * listing incomplete, so that nothing is deleted because of it.
     */
    public boolean listsAll() {
        RsyncExit.Kind kind = exit().kind();
        if (kind == RsyncExit.Kind.DONE) {
            return true;
        }
        return kind == RsyncExit.Kind.PARTIAL
                && errors.lines()
                        .filter(line -> !line.isBlank() && !line.startsWith("rsync error: "))
                        .allMatch(line -> HARMLESS.matcher(line).matches());
    }

    /** What rsync complained about, in one line for people. */
    public String complaint() {
        String first =
                errors.lines().filter(line -> !line.isBlank()).findFirst().orElse("");
        String why = stalled ? "it made no progress and was killed" : exit().reason() + " (exit " + code + ")";
        return first.isEmpty() ? why : why + ": " + first;
    }

    /** The complaint that names this path, or the general one. */
    public String complaintAbout(RelPath path) {
        String name = path.toString();
        return errors.lines()
                .filter(line -> line.contains("/" + name + "\"") || line.contains("\"" + name + "\""))
                .findFirst()
                .orElseGet(this::complaint);
    }
}
