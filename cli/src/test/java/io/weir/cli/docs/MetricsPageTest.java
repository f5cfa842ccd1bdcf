package io.weir.cli.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page of metrics names everything the code counts, in metrics and in status records. */
final class MetricsPageTest {
    private static final Path PAGE = Path.of("../docs/metrics.md");
    private static final Pattern METRIC =
            Pattern.compile("weir\\.(?:agent|aggregator|applier|loops|health)\\.[a-z.]*[a-z]");

    /** The aggregator builds its counters from a prefix and these words. */
    private static final Pattern COUNTER = Pattern.compile("counter\\(registry, \"([a-z.]+)\"");

    private static Set<String> inCode() throws IOException {
        Set<String> names = new TreeSet<>();
        for (String module : List.of("service", "agent", "aggregator", "applier")) {
            try (Stream<Path> files = Files.walk(Path.of("..", module, "src/main/java"))) {
                for (Path file :
                        files.filter(each -> each.toString().endsWith(".java")).collect(Collectors.toList())) {
                    String code = Files.readString(file);
                    collect(Pattern.compile("\"(" + METRIC + ")\""), code, "", names);
                    collect(COUNTER, code, "weir." + module + ".", names);
                }
            }
        }
        return names;
    }

    private static void collect(Pattern pattern, String text, String prefix, Set<String> names) {
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            names.add(prefix + matcher.group(1));
        }
    }

    @Test
    void thePageNamesEveryMetric() throws IOException {
        Set<String> onPage = new TreeSet<>();
        collect(Pattern.compile("\\| `(" + METRIC + ")`"), Files.readString(PAGE), "", onPage);
        assertThat(onPage).as("metrics in docs/metrics.md").containsAll(inCode());
    }
}
