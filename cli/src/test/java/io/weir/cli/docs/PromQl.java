package io.weir.cli.docs;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which metrics and labels a query of Prometheus names. It does not judge how they are put together. */
final class PromQl {
    private static final String NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
    private static final Pattern STRING = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"");
    private static final Pattern RANGE = Pattern.compile("\\[[^\\]]*\\]");
    private static final Pattern GROUPING =
            Pattern.compile("\\b(?:by|without|on|ignoring|group_left|group_right)\\s*\\(([^)]*)\\)");
    private static final Pattern MATCHER = Pattern.compile("(" + NAME + ")\\s*(?:=~|!~|!=|=)");
    private static final Pattern WORD = Pattern.compile("(?<![0-9a-zA-Z_:.])(" + NAME + ")\\s*(\\(|\\{([^}]*)\\})?");
    private static final Set<String> OPERATORS = Set.of("and", "or", "unless", "bool", "offset");
    private static final Set<String> FUNCTIONS = Set.of(
            "sum",
            "max",
            "min",
            "avg",
            "count",
            "topk",
            "rate",
            "increase",
            "absent",
            "histogram_quantile",
            "clamp_min",
            "clamp_max",
            "changes");

    private final Map<String, Set<String>> labels = new TreeMap<>();
    private final Set<String> grouped = new TreeSet<>();

    private PromQl(String query) {
        String plain = RANGE.matcher(STRING.matcher(query).replaceAll("\"\"")).replaceAll("");
        Matcher grouping = GROUPING.matcher(plain);
        while (grouping.find()) {
            names(grouping.group(1)).forEach(grouped::add);
        }
        Matcher word = WORD.matcher(GROUPING.matcher(plain).replaceAll(" "));
        while (word.find()) {
            take(query, word.group(1), word.group(2), word.group(3));
        }
    }

    /** What a query names; one that has a function nobody knows is refused. */
    static PromQl of(String query) {
        return new PromQl(query);
    }

    private void take(String query, String name, @Nullable String after, @Nullable String matchers) {
        if (after != null && after.startsWith("(")) {
            if (!FUNCTIONS.contains(name) && !OPERATORS.contains(name)) {
                throw new IllegalArgumentException("function " + name + " in: " + query);
            }
        } else if (!OPERATORS.contains(name)) {
            Set<String> matched = labels.computeIfAbsent(name, key -> new TreeSet<>());
            if (matchers != null) {
                Matcher matcher = MATCHER.matcher(matchers);
                while (matcher.find()) {
                    matched.add(matcher.group(1));
                }
            }
        }
    }

    private static List<String> names(String list) {
        List<String> names = new ArrayList<>();
        Arrays.stream(list.split(",", -1))
                .map(String::strip)
                .filter(each -> !each.isEmpty())
                .forEach(names::add);
        return names;
    }

    /** The labels that are matched, by metric. */
    Map<String, Set<String>> labels() {
        return labels;
    }

    /** The labels by which is grouped or joined. */
    Set<String> grouped() {
        return grouped;
    }
}
