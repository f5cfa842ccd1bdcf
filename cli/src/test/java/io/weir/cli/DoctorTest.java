package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.cli.Doctor.Finding;
import io.weir.cli.Doctor.Level;
import io.weir.service.RsyncProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorTest {
    private final Path directory;

    DoctorTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void rsyncIsJudgedByItsVersion() {
        assertThat(judge("rsync  version 3.2.7  protocol version 31\n ACLs, xattrs"))
                .isEqualTo(Level.OK);
        assertThat(judge("rsync  version v3.1.3  protocol version 31\n ACLs, xattrs"))
                .isEqualTo(Level.WARN);
        assertThat(judge("rsync  version 3.2.7  protocol version 31\n no ACLs, xattrs"))
                .isEqualTo(Level.WARN);
        assertThat(judge("rsync  version 3.0.9  protocol version 30")).isEqualTo(Level.FAIL);
        assertThat(judge("hello")).isEqualTo(Level.FAIL);
        assertThat(new Doctor(directory).rsync("/no/such/rsync").text()).contains("apt-get install rsync");
    }

    private static Level judge(String printed) {
        return Doctor.judgeRsync(() -> RsyncProgram.parse("rsync", printed)).level();
    }

    @Test
    void watchesAreHeldAgainstTheLimit() throws IOException {
        Path source = directory.resolve("s");
        Files.createDirectories(source.resolve("a/b"));
        Files.createDirectories(source.resolve("c"));

        assertThat(watches(source, 3).level()).isEqualTo(Level.FAIL);
        assertThat(watches(source, 3).text()).contains("4 directories", "sysctl fs.inotify.max_user_watches=8");
        assertThat(watches(source, 7).level()).isEqualTo(Level.WARN);
        assertThat(watches(source, 8).level()).isEqualTo(Level.OK);
    }

    private Finding watches(Path source, int limit) throws IOException {
        Path limits = Files.createDirectories(directory.resolve("proc/sys/fs/inotify"));
        Files.writeString(limits.resolve("max_user_watches"), limit + "\n");
        return new Doctor(directory.resolve("proc")).watches(List.of(source));
    }

    @Test
    void markersAreTold() throws IOException {
        Path replica = Files.createDirectory(directory.resolve("r"));
        Doctor doctor = new Doctor(directory);

        assertThat(doctor.replica(replica)).first().extracting(Finding::level).isEqualTo(Level.OK);
        Files.writeString(replica.resolve("mine"), "x");
        assertThat(doctor.replica(replica)).first().extracting(Finding::level).isEqualTo(Level.FAIL);
        Files.createFile(Files.createDirectory(replica.resolve(".weir")).resolve("replica-1"));
        assertThat(doctor.replica(replica)).first().extracting(Finding::level).isEqualTo(Level.OK);
        assertThat(doctor.source(directory.resolve("none")))
                .first()
                .extracting(Finding::level)
                .isEqualTo(Level.FAIL);
    }
}
