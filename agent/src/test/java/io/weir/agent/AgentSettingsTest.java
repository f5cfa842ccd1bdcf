package io.weir.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgentSettingsTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "global", "Global", "a/b", "a b", "-a", ".a", "a]", "ü"})
    void namesThatTopicsFilesOrRsyncCannotHoldAreRefused(String name) {
        assertThat(SourceSettings.isName(name)).isFalse();
        assertThatThrownBy(() -> source(name, "/x")).hasMessageContaining("must match");
    }

    @Test
    void twoSourcesOfOneNameAreRefused() {
        assertThatThrownBy(() -> AgentSettings.of(Path.of("/state"), List.of(source("a", "/x"), source("a", "/y"))))
                .hasMessageContaining("same name");
        assertThatThrownBy(() -> AgentSettings.of(Path.of("/state"), List.of())).hasMessageContaining("one source");
    }

    @Test
    void defaultsServeOnLoopbackWithARandomSecret() {
        AgentSettings settings = AgentSettings.of(Path.of("/state"), List.of(source("a", "/x")));

        assertThat(settings.rsyncd().address()).isEqualTo("127.0.0.1");
        assertThat(settings.rsyncd().port()).isZero();
        assertThat(settings.rsyncd().secretsFile()).isEmpty();
        assertThat(settings.dirtyPaths()).isEqualTo(1_000_000);
    }

    private static SourceSettings source(String name, String root) {
        return new SourceSettings(name, Path.of(root), List.of());
    }
}
