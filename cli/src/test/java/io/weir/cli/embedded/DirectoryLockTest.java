package io.weir.cli.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.service.ExitCode;
import io.weir.service.WeirException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryLockTest {
    private final Path directory;

    DirectoryLockTest(@TempDir Path top) {
        this.directory = top.resolve("data");
    }

    @Test
    void askingTellsAndLeavesNoTrace() {
        assertThat(DirectoryLock.isAbandoned(directory)).as("never used").isFalse();
        DirectoryLock.refuseHeld(directory);
        assertThat(directory).doesNotExist();

        try (DirectoryLock held = DirectoryLock.take(directory)) {
            assertThat(DirectoryLock.isAbandoned(directory))
                    .as("held by %s", held)
                    .isFalse();
            assertThatThrownBy(() -> DirectoryLock.refuseHeld(directory))
                    .isInstanceOfSatisfying(
                            WeirException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.CONFLICT))
                    .hasMessageContaining("--data");
        }

        assertThat(DirectoryLock.isAbandoned(directory)).as("given back").isTrue();
        DirectoryLock.refuseHeld(directory);
        DirectoryLock.take(directory).close();
    }
}
