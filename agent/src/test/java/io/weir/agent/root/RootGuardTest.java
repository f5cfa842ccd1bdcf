package io.weir.agent.root;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.agent.watch.SourceRoot;
import io.weir.posix.Fd;
import io.weir.service.WeirException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RootGuardTest {
    private final Path work;

    private Path tree;
    private SourceRoot root;

    RootGuardTest(@TempDir Path work) {
        this.work = work;
    }

    @BeforeEach
    void makeTree() throws Exception {
        tree = Files.createDirectory(work.resolve("tree"));
        root = new SourceRoot("data", tree.toString().getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void theVeryFirstStartMakesTheMarkerAndLaterOnesFindIt() throws Exception {
        RootGuard first = RootGuard.identify(root, null);

        assertThat(first.first()).isTrue();
        assertThat(tree.resolve(".weir/id-" + first.uuid())).isEmptyFile();
        RootGuard again = RootGuard.identify(root, first.uuid());
        assertThat(again.first()).isFalse();
        try (Fd fd = again.open()) {
            again.requireMarker(fd);
        }
        RootGuard withoutState = RootGuard.identify(root, null);
        assertThat(withoutState.uuid()).isEqualTo(first.uuid());
        assertThat(withoutState.first()).isFalse();
    }

    @Test
    void aKnownSourceNeverGetsANewMarker() {
        assertThatThrownBy(() -> RootGuard.identify(root, UUID.randomUUID()))
                .isInstanceOf(SourceUnavailableException.class)
                .hasMessageContaining("is its disk mounted?");
        assertThat(tree.resolve(".weir")).doesNotExist();
    }

    @Test
    void anotherDirectoryInThePlaceOfTheRootIsNoticed() throws Exception {
        RootGuard guard = RootGuard.identify(root, null);
        Files.move(tree, work.resolve("moved"));
        assertThatThrownBy(guard::open).hasMessageContaining("cannot be opened");

        Files.createDirectory(tree);
        assertThatThrownBy(guard::open).hasMessageContaining("another directory");
    }

    @Test
    void aMissingRootSaysWhatToDo() {
        SourceRoot missing = new SourceRoot("data", "/no/such/root".getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(() -> RootGuard.identify(missing, null))
                .isInstanceOf(SourceUnavailableException.class)
                .hasMessageContaining("create or mount it");
    }

    @Test
    void touchingChangesNothingButTheTimeOfItsOwnDirectory() throws Exception {
        RootGuard guard = RootGuard.identify(root, null);
        Path own = tree.resolve(".weir");
        Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwxr-x--x"));
        Object before = Files.getAttribute(own, "unix:ctime");

        guard.touchOwn();

        assertThat(Files.getPosixFilePermissions(own)).isEqualTo(PosixFilePermissions.fromString("rwxr-x--x"));
        assertThat(Files.getLastModifiedTime(own))
                .isLessThanOrEqualTo((FileTime) Files.getAttribute(own, "unix:ctime"));
        assertThat((FileTime) Files.getAttribute(own, "unix:ctime")).isGreaterThanOrEqualTo((FileTime) before);
    }

    @Test
    void stateSurvivesAndDamageIsSaid() throws Exception {
        UUID uuid = UUID.randomUUID();
        StateFile.open(work, "data")
                .update(state -> state.begun(uuid, "a life", "a boot", OptionalLong.empty())
                        .claimed(7, "a life", false));

        assertThat(StateFile.open(work, "data").state())
                .isEqualTo(new SourceState(uuid, 7, List.of("a life"), "a boot", Debt.NONE));
        assertThat(StateFile.open(work, "other").state()).isEqualTo(SourceState.NONE);

        Files.writeString(work.resolve("data.state"), "weir source state 1\nepoch=x\n");
        assertThatThrownBy(() -> StateFile.open(work, "data"))
                .isInstanceOf(WeirException.class)
                .hasMessageContaining("data.state");
    }
}
