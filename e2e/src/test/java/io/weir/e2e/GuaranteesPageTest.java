package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page of guarantees names tests; each of them exists. */
class GuaranteesPageTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern NAME = Pattern.compile("`(\\w+(?:IT|Test))#(\\w+)`");

    @Test
    void everyNamedTestExists() throws IOException {
        Map<String, String> sources = sources();
        List<String> missing = new ArrayList<>();
        int named = 0;
        Matcher matcher = NAME.matcher(Files.readString(ROOT.resolve("docs/guarantees.md")));
        while (matcher.find()) {
            named++;
            String text = sources.getOrDefault(matcher.group(1), "");
            if (!text.contains("void " + matcher.group(2) + "(")) {
                missing.add(matcher.group(1) + "#" + matcher.group(2));
            }
        }
        assertThat(missing)
                .as("tests that docs/guarantees.md names and that do not exist")
                .isEmpty();
        assertThat(named).isGreaterThan(20);
    }

    private static Map<String, String> sources() throws IOException {
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path tests : modules.map(module -> module.resolve("src/test/java"))
                    .filter(Files::isDirectory)
                    .toList()) {
                try (Stream<Path> files = Files.walk(tests)) {
                    for (Path file : files.filter(each -> each.toString().endsWith(".java"))
                            .toList()) {
                        found.put(file.getFileName().toString().replace(".java", ""), Files.readString(file));
                    }
                }
            }
        }
        return found;
    }
}
