package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.cli.Doctor.Finding;
import io.weir.cli.Doctor.Level;
import io.weir.schemas.PathRules;
import io.weir.service.RsyncProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorTest {
    private static final UUID ID = UUID.fromString("00000000-0000-0000-0000-000000000001");

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
        assertThat(watches(source, 3, "/a").text()).contains("2 directories");
    }

    private Finding watches(Path source, int limit, String... excludes) throws IOException {
        Path limits = Files.createDirectories(directory.resolve("proc/sys/fs/inotify"));
        Files.writeString(limits.resolve("max_user_watches"), limit + "\n");
        return new Doctor(directory.resolve("proc"))
                .watches(List.of(new Doctor.Source("", source, null, PathRules.of(List.of(excludes)))));
    }

    @Test
    void markersAreTold() throws IOException {
        Path replica = Files.createDirectory(directory.resolve("r"));
        Doctor doctor = new Doctor(directory);

        assertThat(level(doctor.replica(copy(replica, false)))).isEqualTo(Level.OK);
        Path own = Files.createDirectory(replica.resolve(".weir"));
        assertThat(level(doctor.replica(copy(replica, false)))).isEqualTo(Level.OK);
        Files.writeString(replica.resolve("mine"), "x");
        assertThat(level(doctor.replica(copy(replica, false)))).isEqualTo(Level.FAIL);
        assertThat(doctor.replica(new Doctor.Replica("data", replica, false, true)))
                .singleElement()
                .satisfies(lost ->
                        assertThat(lost.text()).contains("mount its disk").doesNotContain("adopt"));
        assertThat(level(doctor.replica(copy(replica, true)))).isEqualTo(Level.WARN);
        Files.createFile(own.resolve("replica-1"));
        assertThat(level(doctor.replica(copy(replica, false)))).isEqualTo(Level.OK);
        assertThat(level(doctor.source(
                        new Doctor.Source("", directory.resolve("none"), null, PathRules.NONE), List.of())))
                .isEqualTo(Level.FAIL);
    }

    @Test
    void markerThatIsMissingIsMadeOnlyWhenNobodyKnowsTheSource() throws IOException {
        Path source = Files.createDirectory(directory.resolve("s"));
        Path replica = Files.createDirectory(directory.resolve("r"));
        Files.createFile(Files.createDirectory(replica.resolve(".weir")).resolve("replica-" + ID));
        Doctor doctor = new Doctor(directory);
        Doctor.Source unknown = new Doctor.Source("data", source, null, PathRules.NONE);
        Doctor.Source known = new Doctor.Source("data", source, ID, PathRules.NONE);

        assertThat(doctor.source(unknown, List.of()))
                .containsExactly(new Finding(
                        Level.WARN,
                        "source " + source,
                        "has no marker in .weir; the first start of an agent makes it"));
        assertThat(doctor.source(known, List.of()))
                .singleElement()
                .satisfies(found -> assertThat(found.level()).isEqualTo(Level.FAIL))
                .satisfies(
                        found -> assertThat(found.text()).contains("mount it").doesNotContain("touch"));
        Files.createFile(source.resolve("a file"));
        assertThat(doctor.source(unknown, List.of(copy(replica, false))))
                .singleElement()
                .satisfies(found -> assertThat(found.level()).isEqualTo(Level.FAIL))
                .satisfies(
                        found -> assertThat(found.text()).contains("refuses", "touch " + source + "/.weir/id-" + ID));
        assertThat(doctor.source(known, List.of()))
                .singleElement()
                .satisfies(found -> assertThat(found.level()).isEqualTo(Level.FAIL))
                .satisfies(found -> assertThat(found.text()).contains("stays unavailable", "id-" + ID));
        Files.createFile(Files.createDirectory(source.resolve(".weir")).resolve("id-" + ID));
        assertThat(level(doctor.source(known, List.of()))).isEqualTo(Level.OK);
    }

    @Test
    void theLimitsOfAgentsAreLookedAtWhereOneMayBeMeant() throws IOException {
        String applier = """
                applier.replica: one
                applier.state.dir: %s
                applier.sources:
                  - name: data
                    root: %s
                    url: rsync://files/data/
                """.formatted(directory.resolve("applier"), directory.resolve("r"));
        String agent = """
                agent.state.dir: %s
                agent.sources:
                  - name: data
                    root: %s
                """.formatted(directory.resolve("agent"), Files.createDirectory(directory.resolve("s")));

        assertThat(subjects(applier))
                .contains("replica " + directory.resolve("r"))
                .noneMatch(each -> each.contains("inotify"));
        assertThat(subjects(agent)).contains("inotify watches", "inotify queue");
        assertThat(subjects(applier + agent)).contains("inotify watches", "inotify queue");
        assertThat(new DoctorCommand().local())
                .as("nothing is named")
                .extracting(Finding::subject)
                .contains("inotify queue");
    }

    private List<String> subjects(String settings) throws IOException {
        DoctorCommand command = new DoctorCommand();
        command.options.config =
                Files.writeString(directory.resolve("weir.yaml"), "kafka.bootstrap.servers: a:1\n" + settings);
        return command.local().stream().map(Finding::subject).toList();
    }

    private static Doctor.Replica copy(Path root, boolean adopt) {
        return new Doctor.Replica("data", root, adopt, false);
    }

    private static Level level(List<Finding> findings) {
        return findings.get(0).level();
    }
}
