package io.weir.applier.rsync;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The rsync options a replica may set: an allow-list, each value checked, so that no setting can bring a delete option, another
 * program or another path into the argument list. Immutable.
 *
 * @param bwlimit kibibytes per second, or 0 for no limit
 * @param baselineBwlimit the same for baselines, in the place of {@code bwlimit}; 0 for no other limit than that
 * @param compress compress on the wire ({@code -z})
 * @param wholeFile send whole files, not differences ({@code -W})
 * @param checksum compare content instead of size and time ({@code -c})
 * @param inPlaceAbove files of at least this many bytes are updated in place; {@link Long#MAX_VALUE} for never
 * @param chmod a mode change for {@code --chmod}, or null
 * @param chown {@code user:group} for {@code --chown}, or null
 * @param usermap a map for {@code --usermap}, or null
 * @param groupmap a map for {@code --groupmap}, or null
 * @param timeout how long a call may make no progress before it is killed
 * @param nice CPU niceness of rsync, 0 to 19
 * @param ionice I/O class: {@code idle} or {@code best-effort}, or null
 */
public record RsyncOptions(
        long bwlimit,
        long baselineBwlimit,
        boolean compress,
        boolean wholeFile,
        boolean checksum,
        long inPlaceAbove,
        @Nullable String chmod,
        @Nullable String chown,
        @Nullable String usermap,
        @Nullable String groupmap,
        Duration timeout,
        int nice,
        @Nullable String ionice) {
    /** Nothing set: differences only, no limits, a call may stand still for a minute. */
    public static final RsyncOptions DEFAULTS = new RsyncOptions(
            0, 0, false, false, false, Long.MAX_VALUE, null, null, null, null, Duration.ofSeconds(60), 0, null);

    /** The names {@link #of} takes, for documentation and suggestions. */
    public static final List<String> NAMES = List.of(
            "bwlimit",
            "compress",
            "whole-file",
            "checksum",
            "in-place-above",
            "chmod",
            "chown",
            "usermap",
            "groupmap",
            "timeout",
            "nice",
            "ionice");

    private static final Pattern CHMOD =
            Pattern.compile("[DF]?([ugoa]*[-+=][rwxXst]*|[0-7]{3,4})(,[DF]?([ugoa]*[-+=][rwxXst]*|[0-7]{3,4}))*");
    private static final Pattern CHOWN =
            Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*(:[A-Za-z0-9_][A-Za-z0-9._-]*)?|:[A-Za-z0-9_][A-Za-z0-9._-]*");
    private static final Pattern MAP = Pattern.compile("[A-Za-z0-9_*?-][A-Za-z0-9._*?-]*:[A-Za-z0-9_][A-Za-z0-9._-]*"
            + "(,[A-Za-z0-9_*?-][A-Za-z0-9._*?-]*:[A-Za-z0-9_][A-Za-z0-9._-]*)*");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,15}) ?([kmg]?)(i?b)?");
    private static final Pattern TIME = Pattern.compile("(\\d{1,9}) ?(ms|s|m|h|min)?");

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming the first option that is refused and what is expected
     */
    public RsyncOptions {
        check(bwlimit >= 0, "bwlimit", "a number of kibibytes per second, 0 or more");
        check(baselineBwlimit >= 0, "baseline bwlimit", "a number of kibibytes per second, 0 or more");
        check(inPlaceAbove > 0, "in-place-above", "a size above 0");
        check(matches(CHMOD, chmod), "chmod", "modes as in Dg+s,ug+w,Fo-w");
        check(matches(CHOWN, chown), "chown", "user, user:group or :group");
        check(matches(MAP, usermap), "usermap", "from:to pairs separated by commas");
        check(matches(MAP, groupmap), "groupmap", "from:to pairs separated by commas");
        check(
                chown == null || (usermap == null && groupmap == null),
                "chown",
                "chown, or usermap and groupmap, not both");
        check(timeout.toMillis() >= 1000, "timeout", "one second or more");
        check(nice >= 0 && nice <= 19, "nice", "0 to 19");
        check(ionice == null || ionice.equals("idle") || ionice.equals("best-effort"), "ionice", "idle or best-effort");
    }

    private static boolean matches(Pattern pattern, @Nullable String value) {
        return value == null || pattern.matcher(value).matches();
    }

    private static void check(boolean ok, String name, String expected) {
        if (!ok) {
            throw new IllegalArgumentException("rsync option '" + name + "' is refused: expected " + expected);
        }
    }

    /**
     * Reads options by name, as a settings file has them: {@code bwlimit: 20m}, {@code compress: true}, {@code timeout: 60s}.
     *
     * @throws IllegalArgumentException naming every unknown option and every value that is refused
     */
    public static RsyncOptions of(Map<String, String> settings) {
        Map<String, String> left = new TreeMap<>(settings);
        List<String> problems = new ArrayList<>();
        left.keySet().stream()
                .filter(name -> !NAMES.contains(name))
                .forEach(name -> problems.add(
                        "rsync option '" + name + "' is not allowed: choose from " + String.join(", ", NAMES)));
        RsyncOptions options = DEFAULTS;
        try {
            options = read(left);
        } catch (IllegalArgumentException e) {
            problems.add(String.valueOf(e.getMessage()));
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
        return options;
    }

    private static RsyncOptions read(Map<String, String> values) {
        return new RsyncOptions(
                kibibytes(size(values, "bwlimit", 0)),
                0,
                flag(values, "compress"),
                flag(values, "whole-file"),
                flag(values, "checksum"),
                size(values, "in-place-above", Long.MAX_VALUE),
                values.get("chmod"),
                values.get("chown"),
                values.get("usermap"),
                values.get("groupmap"),
                time(values, "timeout"),
                nice(values),
                values.get("ionice"));
    }

    private static long kibibytes(long bytes) {
        return (bytes + 1023) / 1024;
    }

    /** The same with a limit of its own for baselines, in bytes per second; 0 for none. */
    public RsyncOptions withBaselineBwlimit(long bytes) {
        return limited(bwlimit, kibibytes(bytes));
    }

    /** The options of a baseline's pulls. */
    public RsyncOptions ofBaseline() {
        return baselineBwlimit == 0 ? this : limited(baselineBwlimit, baselineBwlimit);
    }

    private RsyncOptions limited(long limit, long baselineLimit) {
        return new RsyncOptions(
                limit,
                baselineLimit,
                compress,
                wholeFile,
                checksum,
                inPlaceAbove,
                chmod,
                chown,
                usermap,
                groupmap,
                timeout,
                nice,
                ionice);
    }

    private static boolean flag(Map<String, String> values, String name) {
        String value = values.getOrDefault(name, "false");
        check(value.equals("true") || value.equals("false"), name, "true or false");
        return value.equals("true");
    }

    private static long size(Map<String, String> values, String name, long fallback) {
        String value = values.get(name);
        if (value == null) {
            return fallback;
        }
        Matcher matcher = SIZE.matcher(value.trim().toLowerCase(Locale.ROOT));
        // A bare number is KiB per second to rsync and bytes to others.
        check(
                matcher.matches()
                        && (value.trim().equals("0") || !matcher.group(2).isEmpty() || matcher.group(3) != null),
                name,
                "a size with its unit, such as 20 MiB or 20m (a limit is for each second); 0 is none");
        long factor = switch (matcher.group(2)) {
            case "k" -> 1L << 10;
            case "m" -> 1L << 20;
            case "g" -> 1L << 30;
            default -> 1L;
        };
        return Math.multiplyExact(Long.parseLong(matcher.group(1)), factor);
    }

    private static int nice(Map<String, String> values) {
        String value = values.getOrDefault("nice", "0").trim();
        check(value.matches("\\d{1,2}"), "nice", "0 to 19");
        return Integer.parseInt(value);
    }

    private static Duration time(Map<String, String> values, String name) {
        String value = values.get(name);
        if (value == null) {
            return DEFAULTS.timeout();
        }
        Matcher matcher = TIME.matcher(value.trim().toLowerCase(Locale.ROOT));
        check(matcher.matches(), name, "a time such as 60s or 2m");
        long amount = Long.parseLong(matcher.group(1));
        String unit = matcher.group(2);
        if (unit == null || unit.equals("s")) {
            return Duration.ofSeconds(amount);
        }
        return switch (unit) {
            case "ms" -> Duration.ofMillis(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofMinutes(amount);
        };
    }
}
