package io.weir.applier.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.schemas.RelPath;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No order leads out of the directory that the settings allow. */
class RestoreTargetTest {
    private static final Path BASE = Path.of("/srv/restored");
    private static final Instant AS_OF = Instant.parse("2026-01-31T03:00:00Z");

    private static RestoreTarget of(String to) {
        return RestoreTarget.of(to, BASE, AS_OF, "../1a2b3c4d-0000/etc");
    }

    @Test
    void orderHasADirectoryOfItsOwnOrOneInTheAllowedOne() {
        assertThat(of("").whole()).isEqualTo(RelPath.of("20260131T030000Z-1a2b3c4d"));
        assertThat(of("").partial()).isEqualTo(RelPath.of("20260131T030000Z-1a2b3c4d.partial-1a2b3c4d"));
        assertThat(of("monday").whole()).isEqualTo(RelPath.of("monday"));
        assertThat(of("a/monday/").partial()).isEqualTo(RelPath.of("a/monday.partial-1a2b3c4d"));
        assertThat(of("/srv/restored/a/b").whole()).isEqualTo(RelPath.of("a/b"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/etc",
                "/srv/restored",
                "/srv/restored/",
                "/srv/restored/../x",
                "/srv/restoredx/y",
                "..",
                "../x",
                "a/../../x",
                "a//b",
                ".",
                "./x",
                ".weir/x",
                "data/.weir",
                "data/.weir/promoted",
                "/",
                "a\0b"
            })
    void everythingElseIsRefused(String to) {
        assertThatThrownBy(() -> of(to))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("refused");
    }
}
