package io.weir.applier.rsync;

import io.weir.schemas.RelPath;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What one rsync call did. Immutable.
 *
 * @param code the exit code
 * @param stalled whether it was killed because it made no progress
 * @param items what it printed, by path
 * @param errors its standard error; when it was cut off, the last line says so
 * @param bytesReceived bytes that rsync read from the wire; 0 when it did not come to its summary
 * @param relay what carried them
 */
public record RsyncRun(
        int code, boolean stalled, Map<RelPath, Item> items, String errors, long bytesReceived, Relay relay) {
    private static final Pattern HARMLESS = Pattern.compile("rsync: .* failed: [^\"]*\\((?:20|40)\\)");
    private static final Pattern OVERLONG =
            Pattern.compile("filename overflows max-path len by [0-9,]+: (?:\\./)?(.+)");

    /** Of a call that nothing but rsync carried. */
    public RsyncRun(int code, boolean stalled, Map<RelPath, Item> items, String errors, long bytesReceived) {
        this(code, stalled, items, errors, bytesReceived, Relay.NONE);
    }

    /** Whether its output was read to the end: the summary is the last that rsync prints. */
    public boolean isSummed() {
        return bytesReceived > 0;
    }

    /** The row of the exit table; a killed call is a matter of transport. */
    public RsyncExit exit() {
        return stalled ? RsyncExit.TIMEOUT : RsyncExit.of(code);
    }

    /**
     * Whether a listing is complete: everything asked for was looked at, and what was not printed is absent, but for what is
     * {@link #overlong}. The only errors that say so are ENOTDIR and ELOOP: the path goes through something that is no
     * directory. Anything not understood makes the listing incomplete, so that nothing is deleted because of it.
     */
    public boolean listsAll() {
        RsyncExit.Kind kind = exit().kind();
        if (kind == RsyncExit.Kind.DONE) {
            return true;
        }
        return kind == RsyncExit.Kind.PARTIAL
                && errors.lines()
                        .filter(line -> !line.isBlank() && !line.startsWith("rsync error: "))
                        .allMatch(line -> HARMLESS.matcher(line).matches() || overlong(line) != null);
    }

    /** The paths that a recursive listing passed over with everything below them, as they have too many bytes for a system call. */
    public Set<RelPath> overlong() {
        Set<RelPath> paths = new TreeSet<>();
        errors.lines().forEach(line -> {
            RelPath path = overlong(line);
            if (path != null) {
                paths.add(path);
            }
        });
        return paths;
    }

    private static @Nullable RelPath overlong(String line) {
        Matcher matcher = OVERLONG.matcher(line);
        if (!matcher.matches()) {
            return null;
        }
        byte[] escaped = matcher.group(1).getBytes(StandardCharsets.UTF_8);
        return ItemizedOutput.path(ItemizedOutput.decode(escaped, 0, escaped.length));
    }

    /** What rsync complained about, in one line for people. */
    public String complaint() {
        String first =
                errors.lines().filter(line -> !line.isBlank()).findFirst().orElse("");
        Optional<Advice> advice = exit().kind() == RsyncExit.Kind.TRANSPORT || exit() == RsyncExit.IPC
                ? Advice.of(errors, relay)
                : Optional.empty();
        if (advice.isPresent() && !stalled) {
            return advice.get().text() + " (exit " + code + "): " + advice.get().line();
        }
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
