package io.weir.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathRulesTest {
    @ParameterizedTest
    @CsvSource({
        "*.o, a.o, true",
        "*.o, src/deep/a.o, true",
        "*.o, a.o/inside, true",
        "*.o, a.oo, false",
        "/build, build, true",
        "/build, build/x, true",
        "/build, sub/build, false",
        "build, sub/build, true",
        "src/*.o, src/a.o, true",
        "src/*.o, src/sub/a.o, false",
        "src/*.o, x/src/a.o, false",
        "src/**.o, src/sub/a.o, true",
        "**/logs, logs, true",
        "**/logs, a/b/logs, true",
        "**/logs, a/blogs, false",
        "a/**/z, a/z, true",
        "a/**/z, a/b/c/z, true",
        "a/**/z, a/bz, false",
        "a/**, a, false",
        "a/**, a/b/c, true",
        "cache/, cache, false",
        "cache/, cache/x, true",
        "cache/, sub/cache/x/y, true",
        "/cache/, sub/cache/x, false",
        "?, a, true",
        "?, ab, false",
        "[a-c]x, bx, true",
        "[a-c]x, dx, false",
        "[!a-c]x, dx, true",
        "[^a-c]x, bx, false",
        "[]]x, ]x, true",
        "[a-]x, -x, true",
        "[\\]]x, ]x, true",
        "\\*, *, true",
        "\\*, a, false",
        "\\!a, !a, true",
        "\\x41b, Ab, true",
        "*a*b*c, xxaxxbxxc, true",
        "*a*b*c, xxbxxaxxc, false",
        "**x*/y, ax/bxc/y, true",
    })
    void patternsMatchAsDocumented(String pattern, String path, boolean expected) {
        assertThat(PathRules.of(List.of(pattern)).matches(RelPath.of(path))).isEqualTo(expected);
    }

    @Test
    void lastPatternThatSpeaksDecides() {
        PathRules rules = PathRules.of(List.of("*.log", "!keep.log", "/old/keep.log"));

        assertThat(rules.matches(RelPath.of("a.log"))).isTrue();
        assertThat(rules.matches(RelPath.of("sub/keep.log"))).isFalse();
        assertThat(rules.matches(RelPath.of("old/keep.log"))).isTrue();
    }

    @Test
    void nothingBelowAMatchingDirectoryIsTakenBack() {
        assertThat(PathRules.of(List.of("dir", "!dir/keep")).matches(RelPath.of("dir/keep")))
                .isTrue();
        PathRules content = PathRules.of(List.of("dir/*", "!dir/keep"));
        assertThat(content.matches(RelPath.of("dir/keep/x"))).isFalse();
        assertThat(content.matches(RelPath.of("dir/other/x"))).isTrue();
    }

    @Test
    void rootNeverMatches() {
        assertThat(PathRules.of(List.of("*", "**", "?")).matches(RelPath.ROOT)).isFalse();
    }

    @Test
    void bytesThatAreNoTextCanBeMatched() {
        RelPath path = RelPath.of(new byte[] {'a', (byte) 0xFF});

        assertThat(PathRules.of(List.of("a?")).matches(path)).isTrue();
        assertThat(PathRules.of(List.of("a\\xff")).matches(path)).isTrue();
        assertThat(PathRules.of(List.of(path.toString())).matches(path)).isTrue();
    }

    @Test
    void namesAreHeldAgainstPatternsWithoutSlashOnly() {
        PathRules rules = PathRules.of(List.of("*.tmp", "/a", "!b.tmp"));

        assertThat(rules.matchesName("x.tmp".getBytes(StandardCharsets.UTF_8))).isTrue();
        assertThat(rules.matchesName("b.tmp".getBytes(StandardCharsets.UTF_8))).isFalse();
        assertThat(rules.matchesName("a".getBytes(StandardCharsets.UTF_8))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "/", "!", "a//b", "../a", "a/./b", "[a", "[z-a]", "a\\", "[[:alpha:]]", "[ü]", "[a/b]", "a\0"
            })
    void badPatternsAreRefusedByName(String pattern) {
        assertThatThrownBy(() -> PathRules.of(List.of("fine", pattern)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("pattern '" + RelPath.display(pattern) + "'");
    }

    @Test
    void manyStarsStayCheap() {
        PathRules rules = PathRules.of(List.of("**a*a*a*a*a*a*a*a*a*a*a*a*a*a*ab"));

        assertThat(rules.matches(RelPath.of("a".repeat(2000)))).isFalse();
    }

    /** The matcher agrees with a regular expression that says the same. */
    @Property
    void agreesWithARegularExpression(@ForAll("globs") String glob, @ForAll("paths") String path) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < glob.length(); i++) {
            char c = glob.charAt(i);
            if (glob.startsWith("**", i)) {
                int from = i;
                while (i + 1 < glob.length() && glob.charAt(i + 1) == '*') {
                    i++;
                }
                boolean directories = (from == 0 || glob.charAt(from - 1) == '/') && glob.startsWith("/", i + 1);
                i += directories ? 1 : 0;
                regex.append(directories ? "(?:[^/]+/)*" : ".*");
            } else {
                regex.append(c == '*' ? "[^/]*" : c == '?' ? "[^/]" : Pattern.quote(String.valueOf(c)));
            }
        }
        byte[] bytes = path.getBytes(StandardCharsets.UTF_8);

        assertThat(Glob.compile(glob).matches(bytes, 0, bytes.length))
                .as("%s against %s", glob, path)
                .isEqualTo(Pattern.matches(regex.toString(), path));
    }

    @Provide
    Arbitrary<String> globs() {
        return Arbitraries.of("a", "b", "/", "*", "**", "?", "**/")
                .list()
                .ofMaxSize(7)
                .map(parts -> String.join("", parts));
    }

    @Provide
    Arbitrary<String> paths() {
        return Arbitraries.of("a", "b", "ab", "aab", "ba")
                .list()
                .ofMinSize(1)
                .ofMaxSize(5)
                .map(parts -> String.join("/", parts));
    }

    @Test
    void thePatternThatDecidesIsNamedAsItWasWritten() {
        PathRules rules = PathRules.of(List.of("*.o", "!keep.o", "/build"));

        assertThat(rules.patternOf(RelPath.of("src/a.o"))).contains("*.o");
        assertThat(rules.patternOf(RelPath.of("build/keep.o"))).contains("/build");
        assertThat(rules.patternOf(RelPath.of("src/keep.o"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ".x.swp",
                "4913",
                "x~",
                "#x#",
                ".#x",
                "~$doc.docx",
                ".~lock.doc.odt#",
                ".name.a1B2c3",
                "x.part",
                "f.crdownload",
                ".nfs000001",
                ".goutputstream-ABC",
                "dir/x.tmp",
                "sedAb12Cd"
            })
    void temporaryNamesAreKnown(String path) {
        assertThat(TemporaryNames.isTemporary(RelPath.of(path))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {".", "x.txt", "x.tmp/file", ".bashrc", "Cargo.lock", "49130", "~home", "sed"})
    void ordinaryNamesAreNotTemporary(String path) {
        assertThat(TemporaryNames.isTemporary(RelPath.of(path))).isFalse();
    }
}
