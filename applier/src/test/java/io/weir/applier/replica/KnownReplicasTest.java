package io.weir.applier.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.service.ExitCode;
import io.weir.service.WeirException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A replica that is not where it was is told from a new one. */
class KnownReplicasTest {
    private static final UUID ID = UUID.fromString("00000000-0000-0000-0000-000000000001");

    private final Path state;
    private final Path root;

    KnownReplicasTest(@TempDir Path work) {
        state = work.resolve("state");
        root = work.resolve("mnt/replica");
    }

    private KnownReplicas known() {
        return KnownReplicas.open(state, "backup1");
    }

    @BeforeEach
    void isRemembered() throws IOException {
        assertThat(known().isLost(root)).isFalse();
        assertThat(state).doesNotExist();
        Files.createDirectories(root.resolve(".weir"));
        Files.createFile(root.resolve(".weir/replica-" + ID));
        known().remember(root, ID);
        assertThat(known().isLost(root)).isFalse();
        known().refuseLost("data", root, false);
    }

    @Test
    void emptyMountPointAndMissingDirectoryAreLost() throws IOException {
        Files.move(root, root.resolveSibling("elsewhere"));
        assertThat(known().isLost(root)).isTrue();

        Files.createDirectory(root);
        assertThat(known().isLost(root)).isTrue();
        assertThat(known().isLost(root.resolveSibling("elsewhere"))).isFalse();
        assertThatThrownBy(() -> known().refuseLost("data", root, false))
                .isInstanceOfSatisfying(
                        WeirException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.UNAVAILABLE))
                .hasMessageContainingAll(root.toString(), "Mount its disk", "adopt: true");
        known().refuseLost("data", root, true);
    }

    @Test
    void otherReplicasOfTheHostAreRememberedByThemselves() throws IOException {
        Files.delete(root.resolve(".weir/replica-" + ID));

        assertThat(known().isLost(root)).isTrue();
        assertThat(KnownReplicas.open(state, "backup2").isLost(root)).isFalse();
    }

    @Test
    void whatCannotBeReadOrWrittenSaysWhatToDo() throws IOException {
        Files.writeString(state.resolve("backup1.known"), "\\u00zz=1\n");
        assertThatThrownBy(this::known).hasMessageContainingAll(state.toString(), "make it readable");

        KnownReplicas inFile = KnownReplicas.open(state.resolve("backup1.known"), "backup1");
        assertThatThrownBy(() -> inFile.remember(root, ID)).hasMessageContaining("applier.state.dir");
        assertThat(inFile.isLost(root.resolveSibling("other"))).isFalse();
    }
}
