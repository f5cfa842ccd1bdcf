package io.weir.applier.consume;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.applier.reconcile.Outcome;
import io.weir.schemas.RelPath;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class HeldPathsTest {
    private final Map<RelPath, Outcome.Stopped> paths = new TreeMap<>();

    private void add(String path) {
        paths.put(RelPath.of(path), new Outcome.Stopped(false, "why " + path));
    }

    @Test
    void fewPathsStayAsTheyAre() {
        add("a/b/c");
        add("d");
        assertThat(HeldPaths.collapse(paths, 2)).isEqualTo(paths);
    }

    @Test
    void manyPathsBecomeTheDeepestDirectoriesThatAreFewEnough() {
        for (int i = 0; i < 100; i++) {
            add("a/b/f" + i);
            add("a/c/d/f" + i);
        }
        add("e");

        Map<RelPath, Outcome.Stopped> few = HeldPaths.collapse(paths, 10);

        assertThat(few.keySet()).containsExactly(RelPath.of("a/b"), RelPath.of("a/c"), RelPath.of("e"));
        assertThat(few.get(RelPath.of("a/b")).recursive()).isTrue();
        assertThat(few.get(RelPath.of("e")).recursive()).isFalse();
    }

    @Test
    void directoryThatIsAmongItsOwnPathsStandsForAllOfThem() {
        add("d");
        for (int i = 0; i < 11; i++) {
            add("d/f" + i);
        }

        assertThat(HeldPaths.collapse(paths, 10))
                .containsExactly(Map.entry(RelPath.of("d"), new Outcome.Stopped(true, "why d")));
    }

    @Test
    void manyInTheRootBecomeTheRoot() {
        for (int i = 0; i < 11; i++) {
            add("f" + i);
        }
        assertThat(HeldPaths.collapse(paths, 10).keySet()).containsExactly(RelPath.ROOT);
    }
}
