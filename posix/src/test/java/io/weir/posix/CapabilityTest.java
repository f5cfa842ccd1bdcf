package io.weir.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CapabilityTest {
    /** What a process that is started in this way finds in its own status. */
    private static long ofProcess(String... starting) throws Exception {
        String[] command = new String[starting.length + 2];
        System.arraycopy(starting, 0, command, 0, starting.length);
        command[starting.length] = "cat";
        command[starting.length + 1] = "/proc/self/status";
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String status = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(status).isZero();
        return Capability.effective(status);
    }

    @Test
    void aProcessThatIsStartedHasTheSame() throws Exception {
        long mask = ofProcess();

        for (Capability each : Capability.values()) {
            assertThat(each.isEffective()).as(each.name()).isEqualTo(each.isIn(mask));
        }
    }

    @Test
    void anotherUserThanRootMayHaveSome() throws Exception {
        assumeTrue(Processes.effectiveUid() == 0, "only root may give capabilities to another user");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "no setpriv here (package util-linux)");

        long mask = ofProcess(
                "setpriv", "--reuid=65534", "--clear-groups", "--inh-caps=-all,+chown", "--ambient-caps=-all,+chown");

        assertThat(Capability.CHOWN.isIn(mask)).isTrue();
        assertThat(Capability.SYS_CHROOT.isIn(mask)).isFalse();
    }

    @Test
    void rootMayLackSome() throws Exception {
        assumeTrue(Processes.effectiveUid() == 0, "only root has some to give away");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "no setpriv here (package util-linux)");

        long mask = ofProcess("setpriv", "--bounding-set=-chown");

        assertThat(Capability.CHOWN.isIn(mask)).isFalse();
        assertThat(Capability.SYS_CHROOT.isIn(mask)).isTrue();
    }

    @Test
    void aStatusWithoutTheLineHasNone() {
        assertThat(Capability.effective("Name:\tcat\nUid:\t0\n")).isZero();
        assertThat(Capability.effective("CapInh:\tffffffffffffffff\nCapEff:\tffffffffffffffff\n"))
                .isEqualTo(-1L);
    }
}
