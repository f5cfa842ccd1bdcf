package io.weir.agent.root;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.weir.agent.watch.SourceRoot;
import io.weir.posix.Fd;
import io.weir.posix.Processes;
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

    /** As on a host whose tree was the source, came back as a replica, and was promoted again. */
    @Test
    void aTreeThatWasPromotedAfterTheKnownOneIsTheSource() throws Exception {
        UUID known = UUID.randomUUID();
        UUID now = RootGuard.identify(root, null).uuid();
        Path promoted = tree.resolve(".weir/promoted");
        Files.writeString(promoted, "version=1\nfrom=" + known + "\nto=" + UUID.randomUUID() + "\nformer=\nend\n");
        assertThatThrownBy(() -> RootGuard.identify(root, known)).hasMessageContaining("is its disk mounted?");

        Files.writeString(promoted, "version=1\nfrom=" + known + "\nto=" + now + "\nformer=\nend\n");
        assertThat(RootGuard.identify(root, known).uuid()).isEqualTo(now);
        Files.writeString(
                promoted,
                "version=1\nfrom=" + UUID.randomUUID() + "\nto=" + now + "\nformer=" + UUID.randomUUID() + "," + known
                        + "\nend\n");
        assertThat(RootGuard.identify(root, known).first()).isFalse();
        assertThatThrownBy(() -> RootGuard.identify(root, UUID.randomUUID()))
                .hasMessageContaining("is its disk mounted?");
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

    /** As after an upgrade from an agent that ran as root: every file can be read, and yet no sweep would come to an end. */
    @Test
    void anOwnDirectoryOfSomebodyElseIsRefusedWithWhatToType() throws Exception {
        assumeTrue(Processes.effectiveUid() == 0, "skipped: not root, who alone may become somebody else");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "skipped: no setpriv (package util-linux)");
        Path odd = Files.createDirectory(work.resolve("it's"));
        RootGuard.identify(new SourceRoot("data", odd.toString().getBytes(StandardCharsets.UTF_8)), null);

        Process process = new ProcessBuilder(
                        "setpriv",
                        "--reuid=65534",
                        "--regid=65534",
                        "--clear-groups",
                        "--inh-caps=-all,+dac_read_search",
                        "--ambient-caps=-all,+dac_read_search",
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Identify.class.getName(),
                        odd.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(said).isEqualTo(7);
        assertThat(said)
                .contains("has a directory .weir that is not the agent's")
                .contains("install -d -o 65534 -m 755 '" + work + "/it'\\''s/.weir'");
    }

    /** An agent's start, as far as it matters here. */
    static final class Identify {
        private Identify() {}

        public static void main(String[] arguments) {
            try {
                RootGuard.identify(new SourceRoot("data", arguments[0].getBytes(StandardCharsets.UTF_8)), null);
            } catch (SourceUnavailableException e) {
                System.out.println(e.getMessage());
                System.exit(7);
            }
        }
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
