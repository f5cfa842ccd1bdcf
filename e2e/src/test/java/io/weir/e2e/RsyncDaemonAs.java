package io.weir.e2e;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** An rsync daemon that an administrator runs instead of the agent's, which reads the source as another user than root. */
final class RsyncDaemonAs implements AutoCloseable {
    private final Process process;

    private RsyncDaemonAs(Process process) {
        this.process = process;
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    }

    /** Serves the source as module {@code data}; for everybody on loopback, without a password. */
    static RsyncDaemonAs start(String user, Path source, int port, Path folder) throws IOException {
        Path config = Files.writeString(
                folder.resolve("own-rsyncd.conf"), """
                address = 127.0.0.1
                port = %d
                use chroot = yes
                uid = %s
                read only = yes
                numeric ids = yes
                log file = %s
                [data]
                path = %s
                """.formatted(port, user, folder.resolve("own-rsyncd.log"), source));
        Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("rw-r--r--"));
        return new RsyncDaemonAs(new ProcessBuilder("rsync", "--daemon", "--no-detach", "--config=" + config)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("own-rsyncd.out").toFile())
                .start());
    }

    /** Whether it runs. */
    boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        await("the end of the rsync daemon").until(() -> !process.isAlive());
    }
}
