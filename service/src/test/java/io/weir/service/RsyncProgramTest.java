package io.weir.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RsyncProgramTest {
    private static final String GOOD =
            "rsync  version v3.2.7  protocol version 31\nCapabilities:\n    ACLs, xattrs, optional\n";
    private static final String OLD = "rsync  version 3.1.3  protocol version 31\n    append, no ACLs, no xattrs\n";

    @Test
    void readsVersionAndCapabilities() {
        assertThat(RsyncProgram.parse("rsync", GOOD))
                .isEqualTo(new RsyncProgram("rsync", "3.2.7", true, true, true, true));
        assertThat(RsyncProgram.parse("rsync", OLD))
                .isEqualTo(new RsyncProgram("rsync", "3.1.3", false, false, false, false));
    }

    @Test
    void refusesOldOnesAndOthers() {
        assertThatThrownBy(() -> RsyncProgram.parse("/x/rsync", "rsync  version 3.1.2  protocol version 31"))
                .isInstanceOfSatisfying(
                        WeirException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.UNAVAILABLE))
                .hasMessageContainingAll("3.1.2", "too old", "install the package 'rsync'");
        assertThatThrownBy(() -> RsyncProgram.parse("/x/rsync", "openrsync: protocol version 29"))
                .hasMessageContaining("no version of rsync");
    }

    @Test
    void asksTheProgram(@TempDir Path directory) throws IOException {
        Path program =
                Files.writeString(directory.resolve("rsync"), "#!/bin/sh\necho 'rsync  version 3.2.7  protocol'\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));

        assertThat(RsyncProgram.find(program.toString()).version()).isEqualTo("3.2.7");
        assertThatThrownBy(() -> RsyncProgram.find("/no/such/rsync"))
                .isInstanceOf(WeirException.class)
                .hasMessageContainingAll("/no/such/rsync", "apt-get install rsync");
    }
}
