package io.weir.schemas;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An ordered list of patterns over paths: the excludes of a source, the filters of a replica, the names that look temporary.
 * Immutable, thread-safe.
 *
 * <p>A pattern works on bytes (of its UTF-8 form) and case matters:
 *
 * <ul>
 *   <li>{@code *} any bytes but '/'; {@code ?} one byte but '/'; {@code [a-z]}, {@code [!0-9]} one (or none) of a set of ASCII
 *       bytes; {@code \} takes the next character as it is, and {@code \xNN} is the byte NN, as Weir prints it in paths.
 *   <li>{@code **} any bytes with '/'; {@code **}{@code /} in front or after a '/' also stands for no directory at all.
 *   <li>A pattern without '/' matches a name anywhere in the tree. With a '/' in front or inside it matches the whole path from
 *       the root: {@code /build}, {@code src/*.o}.
 *   <li>What lies below a matching directory matches too.
 *   <li>A '/' at the end means only what is below: {@code cache/} keeps a directory, and a file, named cache and matches all
 *       that is in such a directory. (A rule cannot ask for the type: what was deleted has none any more.)
 *   <li>{@code !} in front takes matches of earlier patterns back, so that the last pattern that speaks about a path decides. As
 *       nothing is looked at below a matching directory, nothing below one can be taken back: write {@code dir/*} and
 *       {@code !dir/keep}.
 * </ul>
 *
 * The root itself never matches.
 */
public final class PathRules {
    /** No rules: nothing matches. */
    public static final PathRules NONE = new PathRules(List.of());

    private static final byte SLASH = '/';

    /** One pattern: a negated one takes back, an anchored one is held against the whole path. */
    private record Rule(String pattern, Glob glob, boolean negated, boolean anchored, boolean below) {
        boolean speaksAbout(byte[] path, int nameStart, int end, boolean directory) {
            return (directory || !below) && glob.matches(path, anchored ? 0 : nameStart, end);
        }
    }

    private final List<Rule> rules;

    private PathRules(List<Rule> rules) {
        this.rules = rules;
    }

    /**
     * Compiles patterns, in order.
     *
     * @throws IllegalArgumentException naming the first bad pattern, what is wrong and what to write instead
     */
    public static PathRules of(List<String> patterns) {
        return patterns.isEmpty()
                ? NONE
                : new PathRules(patterns.stream().map(PathRules::compile).toList());
    }

    private static Rule compile(String pattern) {
        boolean negated = pattern.startsWith("!");
        String glob = negated ? pattern.substring(1) : pattern;
        boolean leading = glob.startsWith("/");
        glob = leading ? glob.substring(1) : glob;
        boolean below = glob.endsWith("/");
        glob = below ? glob.substring(0, glob.length() - 1) : glob;
        @Nullable String problem = problem(glob);
        if (problem == null) {
            try {
                return new Rule(pattern, Glob.compile(glob), negated, leading || glob.contains("/"), below);
            } catch (IllegalArgumentException e) {
                problem = e.getMessage();
            }
        }
        String shown = RelPath.display(pattern);
        throw new IllegalArgumentException("pattern '" + shown + "' is refused: " + problem);
    }

    private static @Nullable String problem(String glob) {
        if (glob.isEmpty()) {
            return "it names nothing";
        }
        for (String component : glob.split("/", -1)) {
            if (component.isEmpty()) {
                return "it has an empty component, which no path has";
            }
            if (component.equals(".") || component.equals("..")) {
                return "it has a '" + component + "' component, which no path has; start it with '/' to mean the root";
            }
        }
        return null;
    }

    /** Whether there is no rule at all. */
    public boolean isEmpty() {
        return rules.isEmpty();
    }

    /** Whether the rules match this path or a directory above it. */
    public boolean matches(RelPath path) {
        return deciding(path) != null;
    }

    /** The pattern by which this path, or a directory above it, matches; empty when it does not. */
    public Optional<String> patternOf(RelPath path) {
        Rule rule = deciding(path);
        return rule == null ? Optional.empty() : Optional.of(rule.pattern());
    }

    /** The rule that makes a path match. */
    private @Nullable Rule deciding(RelPath path) {
        if (rules.isEmpty() || path.isRoot()) {
            return null;
        }
        byte[] bytes = path.bytes();
        int start = 0;
        for (int i = 0; i <= bytes.length; i++) {
            boolean last = i == bytes.length;
            if (last || bytes[i] == SLASH) {
                Rule rule = decide(bytes, start, i, !last);
                if (rule != null) {
                    return rule;
                }
                start = i + 1;
            }
        }
        return null;
    }

    /** Whether the patterns without '/' match this name, wherever it is; the other patterns are passed over. */
    public boolean matchesName(byte[] name) {
        for (int i = rules.size() - 1; i >= 0; i--) {
            Rule rule = rules.get(i);
            if (!rule.anchored() && rule.speaksAbout(name, 0, name.length, false)) {
                return !rule.negated();
            }
        }
        return false;
    }

    private @Nullable Rule decide(byte[] path, int nameStart, int end, boolean ancestor) {
        for (int i = rules.size() - 1; i >= 0; i--) {
            Rule rule = rules.get(i);
            if (rule.speaksAbout(path, nameStart, end, ancestor)) {
                return rule.negated() ? null : rule;
            }
        }
        return null;
    }
}
