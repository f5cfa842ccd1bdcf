package io.weir.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProcessesTest {
    @Test
    void knowsTheUser() throws IOException {
        assertThat(Processes.effectiveUid())
                .isEqualTo(((Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid")).longValue());
    }

    @Test
    void signalsAProcessOnceItIsThere() throws Exception {
        Process child = new ProcessBuilder("cat").start();
        assertThat(Processes.kill(child.pid(), Processes.SIGKILL)).isTrue();
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(child.exitValue()).isEqualTo(128 + Processes.SIGKILL);
    }

    @Test
    void signalsAGroupWithAllItsProcesses() throws Exception {
        Process child = new ProcessBuilder("setsid", "sh", "-c", "echo $$; cat & wait").start();
        byte[] line =
                child.getInputStream().readNBytes(Long.toString(child.pid()).length());
        assertThat(new String(line, StandardCharsets.US_ASCII)).isEqualTo(Long.toString(child.pid()));
        assertThat(Processes.killGroup(child.pid(), Processes.SIGKILL)).isTrue();
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        // The grandchild held the pipe: its end shows that it is gone, too.
        assertThat(child.getInputStream().readAllBytes()).hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void refusesToSignalEverything() {
        for (long pid : List.of(-1L, 0L, 1L, 1L << 32)) {
            assertThatThrownBy(() -> Processes.kill(pid, Processes.SIGKILL))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> Processes.killGroup(pid, Processes.SIGKILL))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void nicesTheCallingThreadOnly() throws Exception {
        Thread nice = new Thread(() -> {
            try {
                Processes.setThreadNice(5);
            } catch (ErrnoException e) {
                throw new IllegalStateException(e);
            }
        });
        nice.start();
        nice.join();
        // Field 19 of proc_pid_stat(5), behind the name in parentheses.
        String stat = Files.readString(Path.of("/proc/thread-self/stat"));
        assertThat(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[16]).isNotEqualTo("5");
    }

    @Test
    void readsMountsWithOddNames() throws IOException {
        String text = """
                36 35 98:0 /mnt1 /mnt\\0402\\012\u00ff rw,noatime master:1 - ext3 /dev/root rw
                37 36 0:300 / / rw - tmpfs tmpfs rw
                """;
        List<Mount> mounts = Mounts.parse(text.getBytes(StandardCharsets.ISO_8859_1));
        assertThat(mounts).hasSize(2);
        assertThat(mounts.get(0).mountPoint()).isEqualTo("/mnt 2\n\u00ff".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(mounts.get(0).id()).isEqualTo(36);
        assertThat(mounts.get(0).fsType()).isEqualTo("ext3");
        assertThat(mounts.get(0).dev()).isEqualTo(98 << 8);
        assertThat(mounts.get(1).dev()).isEqualTo((300 & 0xFF) | (0x100 << 12));
        assertThatThrownBy(() -> Mounts.parse("1 2 3\n".getBytes(StandardCharsets.ISO_8859_1)))
                .isInstanceOf(IOException.class);
    }

    @Test
    void ownMountsHoldTheWorkingDirectory() throws IOException {
        try (Fd here = Fs.openDirectory(new byte[] {'.'})) {
            Stat stat = Fs.fstat(here);
            assertThat(Mounts.read()).anySatisfy(m -> assertThat(m.id()).isEqualTo(stat.mountId()));
        }
    }
}
