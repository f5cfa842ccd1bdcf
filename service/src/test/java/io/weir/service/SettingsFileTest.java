package io.weir.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SettingsFileTest {
    private static final Setting<Duration> QUIET = Setting.duration("window.quiet", Duration.ofMillis(20), "Quiet.");
    private static final Setting<Long> BYTES = Setting.size("batch.max.bytes", 512 << 10, "Bytes.");
    private static final Setting<Integer> PATHS =
            Setting.count("batch.max.paths", 5000, "Paths.").check(count -> count > 0, "must be at least 1");
    private static final Setting<List<String>> EXCLUDE = Setting.list("exclude", List.of("*.tmp"), "Excluded.");
    private static final Setting<String> NAME = Setting.requiredText("name", "Its name.");
    private static final Setting<Path> ROOT = Setting.requiredPath("root", "Its directory.");

    private static Object parse(String yaml, Function<SettingsNode, Object> reader) {
        return SettingsFile.parse("weir.yaml", yaml, Map.of("SECRET", "s3cret", "ODD", "a$b\\c")::get, reader);
    }

    private static String problemsOf(String yaml, Function<SettingsNode, Object> reader) {
        WeirException failure = catchThrowableOfType(WeirException.class, () -> parse(yaml, reader));
        assertThat(failure).as("problems of %s", yaml).isNotNull();
        assertThat(failure.exitCode()).isEqualTo(ExitCode.SETTINGS);
        return String.valueOf(failure.getMessage());
    }

    @Test
    void nestedAndDottedKeysMeanTheSame() {
        for (String yaml : List.of("window.quiet: 30 ms\n", "window:\n  quiet: 30ms\n", "window: {quiet: 30 ms}\n")) {
            assertThat(parse(yaml, root -> root.get(QUIET))).as(yaml).isEqualTo(Duration.ofMillis(30));
            assertThat(parse(yaml, root -> root.section("window").get(Setting.duration("quiet", Duration.ZERO, ""))))
                    .as(yaml)
                    .isEqualTo(Duration.ofMillis(30));
        }
    }

    @Test
    void anEmptyFileGivesTheDefaults() {
        for (String yaml : List.of("", "# nothing\n", "---\n")) {
            assertThat(parse(yaml, root -> root.get(QUIET))).isEqualTo(Duration.ofMillis(20));
            assertThat(parse(yaml, root -> root.get(EXCLUDE))).isEqualTo(List.of("*.tmp"));
        }
    }

    @Test
    void allProblemsAreToldAtOnceWithTheirLines() {
        String told = problemsOf(
                """
                window.quiet: 20
                window.qiuet: 20 ms
                batch:
                  max.paths: 0
                  max.bytes: 1 KB
                exclude: {a: b}
                exclude: [c]
                """,
                root -> List.of(root.get(QUIET), root.get(BYTES), root.get(PATHS), root.get(EXCLUDE), root.get(NAME)));
        assertThat(told.lines())
                .contains(
                        "  weir.yaml:1: window.quiet: '20': must be a time with its unit (us, ms, s, min, h or d), such as 20 ms",
                        "  weir.yaml:2: window.qiuet: is not a setting; did you mean window.quiet?",
                        "  weir.yaml:4: batch.max.paths: '0': must be at least 1",
                        "  weir.yaml:5: batch.max.bytes: '1 KB': must be a size with its unit (B, KiB, MiB, GiB or TiB), such as 512 KiB",
                        "  weir.yaml: name: is missing; add it (text; must not be empty). Its name.",
                        "  weir.yaml:6: exclude.a: is not a setting; did you mean exclude?");
        assertThat(told).startsWith("6 problems in the settings:");
    }

    @Test
    void aKeyGivenTwiceIsRefusedHoweverItIsWritten() {
        assertThat(problemsOf("window.quiet: 1 s\nwindow:\n  quiet: 2 s\n", root -> root.get(QUIET)))
                .contains("weir.yaml:3: window.quiet: is given twice, first in line 1");
    }

    @Test
    void sectionsOfAListAreReadAndCheckedEach() {
        String yaml = """
                sources:
                  - name: data
                    root: /export/data
                    exclude: ['*.bak', '/cache/']
                  - name: home
                    root: /home
                """;
        Object read = parse(
                yaml,
                root -> root.sections("sources").stream()
                        .map(each -> each.get(NAME) + " " + each.get(ROOT) + " " + each.get(EXCLUDE))
                        .toList());
        assertThat(read).isEqualTo(List.of("data /export/data [*.bak, /cache/]", "home /home [*.tmp]"));
        assertThat(problemsOf(
                        "sources:\n  - nmae: data\n    root: relative\n",
                        root -> root.sections("sources").stream()
                                .map(each -> each.get(NAME) + each.get(ROOT))
                                .toList()))
                .contains(
                        "weir.yaml:2: sources[0].nmae: is not a setting; did you mean name?",
                        "sources[0].name: is missing",
                        "weir.yaml:3: sources[0].root: 'relative': must be an absolute path");
    }

    @Test
    void sectionsOfOtherProcessesAreIgnored() {
        String yaml = "applier:\n  anything: 1\nwindow.quiet: 1 s\n";
        assertThat(parse(yaml, root -> {
                    root.ignore("applier");
                    return root.get(QUIET);
                }))
                .isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void secretsComeFromTheEnvironmentAndFromFiles(@TempDir Path dir) throws IOException {
        Path secret = Files.writeString(dir.resolve("secret"), "from file\n");
        Setting<String> text = Setting.text("text", "", "Text.");
        assertThat(parse("text: 'a ${env:SECRET} b ${env:ODD}'", root -> root.get(text)))
                .isEqualTo("a s3cret b a$b\\c");
        assertThat(parse("text: ${file:" + secret + "}", root -> root.get(text)))
                .isEqualTo("from file");
        assertThat(parse("text: $${env:SECRET}", root -> root.get(text))).isEqualTo("${env:SECRET}");
        assertThat(problemsOf("text: ${env:NONE} ${file:/none/such} ${x}", root -> root.get(text)))
                .contains("${env:NONE} is not set", "${file:/none/such} cannot be read", "${x} must be ${env:NAME}");
        Setting<Integer> count = Setting.count("count", 1, "Count.");
        assertThat(problemsOf("count: ${env:SECRET}", root -> root.get(count)))
                .contains("'${env:SECRET}': must be a whole number")
                .doesNotContain("s3cret");
    }

    @Test
    void malformedYamlSaysWhere() {
        assertThat(problemsOf("a: [1, 2\nb: 3\n", root -> root.get(QUIET))).contains("weir.yaml:");
        assertThat(problemsOf("- a\n", root -> root.get(QUIET))).contains("must be keys with values");
        assertThat(problemsOf("window.quiet: &x 1 s\n---\nb: 2\n", root -> root.get(QUIET)))
                .contains("a second document begins here");
        assertThat(problemsOf("name: &x a\nexclude: *x\n", root -> List.of(root.get(NAME), root.get(EXCLUDE))))
                .contains("weir.yaml:2: exclude: YAML aliases are not supported");
        assertThat(problemsOf("window.quiet:\n", root -> root.get(QUIET))).contains("'': must be a time");
        assertThat(problemsOf("exclude:\n", root -> root.get(EXCLUDE))).contains("write [] for an empty list");
        assertThat(problemsOf("window.quiet: [1 s]\n", root -> root.get(QUIET))).contains("not a list");
    }

    @Test
    void aRecordThatRefusesACombinationIsAProblemToo() {
        assertThat(problemsOf("window.quiet: 1 s", root -> {
                    throw new IllegalArgumentException("window.quiet must be below window.max");
                }))
                .contains("window.quiet must be below window.max");
    }

    @Test
    void aMissingFileIsASettingsProblem(@TempDir Path dir) {
        WeirException failure = catchThrowableOfType(
                WeirException.class, () -> SettingsFile.read(dir.resolve("none.yaml"), root -> root.get(QUIET)));
        assertThat(failure.exitCode()).isEqualTo(ExitCode.SETTINGS);
        assertThat(failure).hasMessageContaining("none.yaml").hasMessageContaining("--config");
    }
}
