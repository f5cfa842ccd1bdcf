package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.agent.SourceSettings;
import io.weir.schemas.RelPath;
import io.weir.service.WeirException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class TypedPathTest {
    private static final List<SourceSettings> KNOWN = List.of(
            new SourceSettings("data", Path.of("/export/data"), List.of()),
            new SourceSettings("inner", Path.of("/export/data/inner"), List.of()));

    @Test
    void relativePathsAreOfWhateverSource() {
        for (String typed : List.of("a/b", "./a/b", "a/b/", "a/b//")) {
            assertThat(TypedPath.of(typed, KNOWN)).isEqualTo(new TypedPath(null, RelPath.of("a/b")));
        }
        assertThat(TypedPath.of(".", List.of()).path()).isEqualTo(RelPath.ROOT);
        assertThat(TypedPath.of("./", List.of()).path()).isEqualTo(RelPath.ROOT);
    }

    @Test
    void absolutePathsAreOfTheInnermostRootAboveThem() {
        assertThat(TypedPath.of("/export/data/a", KNOWN)).isEqualTo(new TypedPath("data", RelPath.of("a")));
        assertThat(TypedPath.of("/export/data/", KNOWN)).isEqualTo(new TypedPath("data", RelPath.ROOT));
        assertThat(TypedPath.of("/export/data/inner/a", KNOWN)).isEqualTo(new TypedPath("inner", RelPath.of("a")));
        assertThatThrownBy(() -> TypedPath.of("/export/database/a", KNOWN))
                .isInstanceOf(WeirException.class)
                .hasMessageContaining("/export/data, /export/data/inner; give it relative")
                .hasMessageNotContaining("--config");
        assertThatThrownBy(() -> TypedPath.ofArgument("/reports", List.of()))
                .isInstanceOf(WeirException.class)
                .hasMessageContaining("is not known here; give it relative to the source's directory, such as reports/")
                .hasMessageContaining("--config FILE");
    }

    @Test
    void bytesThatWeirPrintsEscapedAreTakenBack() {
        byte[] hostile = {'a', '\n', (byte) 0xFF, '\\', 'b'};

        assertThat(TypedPath.of(RelPath.display(hostile), KNOWN).path()).isEqualTo(RelPath.of(hostile));
        assertThat(TypedPath.of("a\\b", KNOWN).path()).isEqualTo(RelPath.of("a\\b"));
        assertThatThrownBy(() -> TypedPath.of("../a", KNOWN))
                .isInstanceOf(WeirException.class)
                .hasMessageContaining("'..' component");
    }
}
