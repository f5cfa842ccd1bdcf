package io.weir.agent.rsyncd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.weir.agent.watch.SourceRoot;
import io.weir.posix.Processes;
import io.weir.service.Heartbeat;
import io.weir.service.WeirException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against the real rsync, which a shell starts in the place of sshd. */
class SshModulesTest {
    private final Path work;

    SshModulesTest(@TempDir Path work) {
        this.work = work;
    }

    private SshModules modules(String user, Path config, Path root) {
        SourceRoot source = new SourceRoot("data", root.toString().getBytes(StandardCharsets.UTF_8));
        return new SshModules(
                new SshSettings(user, config),
                List.of(),
                List.of(source),
                work,
                Heartbeat.unwatched("ssh"),
                (component, cause) -> {
                    throw new AssertionError(component, cause);
                });
    }

    @Test
    void aUserWhoIsNotRootReadsTheSourceAndWritesNothing() throws Exception {
        assumeTrue(Processes.effectiveUid() == 0, "skipped: not root, who alone may become somebody else");
        open(work);
        Path root = open(Files.createDirectory(work.resolve("root")));
        Files.writeString(root.resolve("f"), "content");
        Files.createSymbolicLink(root.resolve("link"), Path.of("/etc/hostname"));
        Path config = open(Files.createDirectory(work.resolve("etc"))).resolve("rsyncd-ssh.conf");
        Path copy = Files.createDirectory(work.resolve("copy"));
        Path shell = Files.writeString(
                work.resolve("shell"),
                "#!/bin/sh\nexec setpriv --reuid=65534 --regid=65534 --clear-groups rsync --server --daemon --config="
                        + config + " .\n");
        assertThat(shell.toFile().setExecutable(true)).isTrue();
        try (SshModules modules = modules("nobody", config, root)) {
            modules.start();

            assertThat(rsync("--rsh=" + shell, "-a", "files::data/", copy + "/"))
                    .isZero();
            assertThat(copy.resolve("f")).hasContent("content");
            assertThat(Files.readSymbolicLink(copy.resolve("link"))).isEqualTo(Path.of("/etc/hostname"));
            Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxrwxrwx"));
            assertThat(rsync("--rsh=" + shell, copy + "/f", "files::data/g")).isNotZero();
            assertThat(root.resolve("g")).doesNotExist();
        }
    }

    private static Path open(Path directory) throws Exception {
        return Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static int rsync(String... arguments) throws Exception {
        List<String> command = new java.util.ArrayList<>(List.of("rsync"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    @Test
    void aPlaceWhereOthersWriteIsRefused() throws Exception {
        Path directory = Files.createDirectory(work.resolve("open"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));

        try (SshModules modules = modules(System.getProperty("user.name"), directory.resolve("c"), work)) {
            assertThatThrownBy(modules::start)
                    .isInstanceOf(WeirException.class)
                    .hasMessageContaining("may write to " + directory);
        }
    }

    @Test
    void aPlaceThatSomebodyElseCanReplaceIsRefused() throws Exception {
        Path above = Files.createDirectory(work.resolve("above"));
        Path config = open(Files.createDirectory(above.resolve("own"))).resolve("c");
        for (String permissions : List.of("rwxrwxr-x", "rwxr-xrwx")) {
            Files.setPosixFilePermissions(above, PosixFilePermissions.fromString(permissions));
            assertRefused(config, above);
        }
        open(above);
        Path link = Files.createSymbolicLink(work.resolve("link"), above.resolve("own"));
        Files.setPosixFilePermissions(above, PosixFilePermissions.fromString("rwxrwxr-x"));
        assertRefused(link.resolve("c"), above);
    }

    @Test
    void aPlaceThatIsSomebodyElsesIsRefused() throws Exception {
        assumeTrue(Processes.effectiveUid() == 0, "skipped: not root, who alone may give a directory away");
        Path theirs = open(Files.createDirectory(work.resolve("theirs")));
        Path config = open(Files.createDirectory(theirs.resolve("own"))).resolve("c");
        Files.setAttribute(theirs, "unix:uid", 65534);

        assertRefused(config, theirs);
    }

    private void assertRefused(Path config, Path because) {
        try (SshModules modules = modules(System.getProperty("user.name"), config, work)) {
            assertThatThrownBy(modules::start)
                    .isInstanceOf(WeirException.class)
                    .hasMessageContaining("may write to " + because.toString());
        }
        assertThat(config).doesNotExist();
    }

    @Test
    void whatWasWrittenIsTakenAwayOnceItIsElsewhereOrOff() throws Exception {
        String user = System.getProperty("user.name");
        Path first = work.resolve("first");
        Path second = work.resolve("second");
        try (SshModules modules = modules(user, first, work)) {
            modules.start();
        }
        assertThat(first).exists();
        try (SshModules modules = modules(user, second, work)) {
            modules.start();
        }
        assertThat(first).doesNotExist();
        assertThat(second).exists();

        try (SshModulesOff off = new SshModulesOff(work)) {
            off.start();
        }
        assertThat(second).doesNotExist();
    }

    @Test
    void whatIsNotItsOwnIsNotTakenAway() throws Exception {
        Path other = Files.writeString(work.resolve("other"), "somebody's");
        Files.writeString(work.resolve("rsyncd-ssh.path"), other.toString());

        try (SshModulesOff off = new SshModulesOff(work)) {
            off.start();
        }
        assertThat(other).hasContent("somebody's");
    }

    @Test
    void onlyRootServesSomebodyElse() {
        assumeTrue(Processes.effectiveUid() != 0, "skipped: root may serve everybody");

        try (SshModules modules = modules("somebody-else", work.resolve("c"), work)) {
            assertThatThrownBy(modules::start).hasMessageContaining("may only serve its own user");
        }
    }
}
