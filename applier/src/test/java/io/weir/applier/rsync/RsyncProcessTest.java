package io.weir.applier.rsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class RsyncProcessTest {
    /** rsync works in two or three processes; one that is left holds the output open, and waits for ever. */
    @Test
    @Timeout(120)
    void whatOutlivesAKilledCallEndsWithIt(@TempDir Path work) throws Exception {
        Path pid = work.resolve("pid");
        try (RsyncProcess processes = new RsyncProcess(Duration.ofHours(1))) {
            RsyncRun run = processes.run(
                    List.of("setsid", "sh", "-c", "sleep 1000 & echo $! > '" + pid + "'; kill -9 $$"), List.of());

            assertThat(run.code()).isEqualTo(137);
            String left = Files.readString(pid).strip();
            await().atMost(Duration.ofSeconds(60)).until(() -> hasEnded(left));
        }
    }

    /** ssh hears from the other end every now and then, also when that waits for ever. */
    @Test
    @Timeout(120)
    void whatARelayReadsIsNoProgress(@TempDir Path work) throws Exception {
        Path ssh = Files.writeString(work.resolve("ssh"), "#!/bin/sh\nwhile read x < /proc/uptime; do :; done\n");
        assertThat(ssh.toFile().setExecutable(true)).isTrue();
        try (RsyncProcess processes = new RsyncProcess(Duration.ofSeconds(2))) {
            RsyncRun run = processes.run(List.of("setsid", "sh", "-c", "'" + ssh + "' & wait"), List.of());

            assertThat(run.exit()).isEqualTo(RsyncExit.TIMEOUT);
        }
    }

    /** Also when nobody has asked for its exit code yet. */
    private static boolean hasEnded(String pid) throws IOException {
        try {
            return Files.readAllBytes(Path.of("/proc", pid, "cmdline")).length == 0;
        } catch (NoSuchFileException e) {
            return true;
        }
    }
}
