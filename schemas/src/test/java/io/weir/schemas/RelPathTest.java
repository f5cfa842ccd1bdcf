package io.weir.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RelPathTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "/a", "/", "a/", "a//b", "./a", "a/.", "..", "a/../b", "a\0b", "../.."})
    void unsafePathsAreRefused(String path) {
        assertThatThrownBy(() -> RelPath.of(path))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is refused");
    }

    @ParameterizedTest
    @ValueSource(strings = {".", "a", "a/b", "...", "..a", ".weir-like", "-rf", " ", "\n", "a -> b"})
    void anyOtherNameIsKept(String path) {
        assertThat(RelPath.of(path).bytes()).isEqualTo(path.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void ownFolderIsKnown() {
        assertThat(RelPath.of(".weir").isOwn()).isTrue();
        assertThat(RelPath.of(".weir/id-1").isOwn()).isTrue();
        assertThat(RelPath.of(".weird").isOwn()).isFalse();
        assertThat(RelPath.of("a/.weir").isOwn()).isFalse();
    }

    @Property
    void subtreeIsOneRangeOfTheOrder(@ForAll("paths") List<RelPath> paths, @ForAll("path") RelPath directory) {
        TreeSet<RelPath> all = new TreeSet<>(paths);
        all.add(directory);
        all.add(RelPath.ROOT);

        boolean ended = false;
        for (RelPath path : all.tailSet(directory, false)) {
            assertThat(path.isBelow(directory) && ended)
                    .as("%s after the end of %s", path, directory)
                    .isFalse();
            ended |= !path.isBelow(directory);
        }
        assertThat(all.headSet(directory)).noneMatch(path -> path.isBelow(directory));
    }

    @Property
    void orderAgreesWithEquals(@ForAll("path") RelPath a, @ForAll("path") RelPath b) {
        assertThat(a.compareTo(b) == 0).isEqualTo(a.equals(b));
        assertThat(Integer.signum(a.compareTo(b))).isEqualTo(-Integer.signum(b.compareTo(a)));
    }

    @Property
    void rebaseThereAndBackIsTheSame(@ForAll("path") RelPath path, @ForAll("path") RelPath to) {
        RelPath from = child(path, "dir");
        RelPath below = child(from, "x/y");

        RelPath moved = below.rebase(from, to);

        assertThat(moved.isBelow(to)).isTrue();
        assertThat(moved.rebase(to, from)).isEqualTo(below);
        assertThat(from.rebase(from, to)).isEqualTo(to);
    }

    @Test
    void rebaseOfAnUnrelatedPathIsRefused() {
        assertThatThrownBy(() -> RelPath.of("ab").rebase(RelPath.of("a"), RelPath.of("c")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Property
    void displayIsExact(@ForAll("names") byte[] name) {
        assertThat(RelPath.parse(RelPath.display(name)).bytes()).isEqualTo(name);
    }

    @Property
    void displayIsAPatternForItself(@ForAll("names") byte[] name) {
        boolean special = new String(name, StandardCharsets.ISO_8859_1).matches("(?s).*[*?\\[!].*");
        if (!special) {
            RelPath path = RelPath.of(name);
            assertThat(path.isRoot() || PathRules.of(List.of(path.toString())).matches(path))
                    .isTrue();
        }
    }

    @Test
    void displayHidesWhatATerminalWouldObey() {
        assertThat(RelPath.display(new byte[] {'a', 0x1B, '[', '2', 'J', '\n', (byte) 0xFF, '\\'}))
                .isEqualTo("a\\x1b[2J\\x0a\\xff\\x5c");
        assertThat(RelPath.display("a\u001b[2J\nö\\")).isEqualTo("a\\x1b[2J\\x0aö\\x5c");
        assertThat(RelPath.of("\u202eabc").toString()).doesNotContain("\u202e");
        assertThat(RelPath.of("ünï 😀").toString()).isEqualTo("ünï 😀");
    }

    @Test
    void parseRefusesABackslashThatIsNoEscape() {
        assertThat(RelPath.parse("a\\x5cb\\xff/c").bytes()).containsExactly('a', '\\', 'b', 0xFF, '/', 'c');
        assertThatThrownBy(() -> RelPath.parse("a\\b"))
                .hasMessageContaining("'a\\b'")
                .hasMessageContaining("\\x5c");
        assertThatThrownBy(() -> RelPath.parse("a\\x2f\\x2fb")).hasMessageContaining("empty component");
    }

    private static RelPath child(RelPath path, String below) {
        String latin = new String(path.bytes(), StandardCharsets.ISO_8859_1) + "/" + below;
        return RelPath.of(latin.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Provide
    Arbitrary<List<RelPath>> paths() {
        return path().list().ofMaxSize(40);
    }

    @Provide
    Arbitrary<RelPath> path() {
        return Arbitraries.of("a", "b", "a!", "a b", "a-", "\u0001", "ü", "a0")
                .list()
                .ofMinSize(1)
                .ofMaxSize(4)
                .map(parts -> RelPath.of(String.join("/", parts)));
    }

    @Provide
    Arbitrary<byte[]> names() {
        return Arbitraries.bytes()
                .filter(b -> b != 0 && b != '/')
                .array(byte[].class)
                .ofMinSize(1)
                .ofMaxSize(12)
                .filter(name -> !(name[0] == '.' && (name.length == 1 || (name.length == 2 && name[1] == '.'))));
    }
}
