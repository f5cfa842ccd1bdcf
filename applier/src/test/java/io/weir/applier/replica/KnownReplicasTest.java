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

    private boolean isLost(String replica, Path directory) {
        return KnownReplicas.open(state, replica).isLost("data", directory);
    }

    private void refuseLost(boolean adopt) {
        KnownReplicas.open(state, "backup1").refuseLost("data", root, adopt);
    }

    /** As the first start with a new directory does. */
    private static void claim(Path directory, KnownReplicas known) {
        try (ReplicaRoot opened = ReplicaRoot.open("data", directory, false)) {
            opened.claim(ID);
            known.remember(opened);
        }
    }

    @BeforeEach
    void isRemembered() {
        assertThat(isLost("backup1", root)).isFalse();
        assertThat(state).doesNotExist();
        claim(root, KnownReplicas.open(state, "backup1"));
        assertThat(isLost("backup1", root)).isFalse();
        refuseLost(false);
    }

    @Test
    void emptyMountPointAndMissingDirectoryAreLost() throws IOException {
        Files.move(root, root.resolveSibling("elsewhere"));
        assertThat(isLost("backup1", root)).isTrue();

        Files.createDirectory(root);
        assertThat(isLost("backup1", root)).isTrue();
        assertThat(isLost("backup1", root.resolveSibling("elsewhere"))).isFalse();
        assertThatThrownBy(() -> refuseLost(false))
                .isInstanceOfSatisfying(
                        WeirException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.UNAVAILABLE))
                .hasMessageContainingAll(root.toString(), "Mount its disk", "adopt: true");
        refuseLost(true);
    }

    /** Who once filled a mount point whose disk was away has a replica of the same source below it. */
    @Test
    void anotherReplicaOfTheSameSourceIsNotTheOneThatWasThere() throws IOException {
        Files.move(root, root.resolveSibling("elsewhere"));
        claim(root, KnownReplicas.open(state, "another"));

        assertThat(isLost("backup1", root)).isTrue();
        assertThat(isLost("another", root)).isFalse();
    }

    @Test
    void aReplicaOfBeforeIsRememberedFromItsNextStart() throws IOException {
        Path old = root.resolveSibling("old");
        Files.createDirectories(old.resolve(".weir"));
        Files.createFile(old.resolve(".weir/replica-" + ID));
        claim(old, KnownReplicas.open(state, "backup1"));

        assertThat(isLost("backup1", old)).isFalse();
        Files.move(old, root.resolveSibling("away"));
        assertThat(isLost("backup1", old)).isTrue();
    }

    @Test
    void otherReplicasOfTheHostAreRememberedByThemselves() throws IOException {
        Files.delete(root.resolve(".weir/replica-" + ID));

        assertThat(isLost("backup1", root)).isTrue();
        assertThat(isLost("backup2", root)).isFalse();
    }

    @Test
    void whatCannotBeReadOrWrittenSaysWhatToDo() throws IOException {
        Path other = root.resolveSibling("other");
        KnownReplicas inFile = KnownReplicas.open(Files.createFile(state.resolveSibling("file")), "backup1");
        assertThatThrownBy(() -> claim(other, inFile)).hasMessageContaining("applier.state.dir");
        assertThat(inFile.isLost("data", other)).isFalse();

        Files.writeString(state.resolve("backup1.known"), "\\u00zz=1\n");
        assertThatThrownBy(() -> isLost("backup1", root)).hasMessageContainingAll(state.toString(), "make it readable");
    }
}
