package io.weir.cli.applier;

import static org.awaitility.Awaitility.await;

import io.weir.applier.rsync.RsyncEndpoint;
import io.weir.service.RsyncProgram;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A source's directory behind an rsync daemon on loopback, which can go away and come back at the same address. */
public final class RsyncModule implements AutoCloseable {
    private final Path settings;
    private final int port;
    private @Nullable Process process;

    /** Started; as root it serves as this user. */
    public RsyncModule(Path directory, Path work, int uid) throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        settings = Files.createTempFile(work, "rsyncd", ".conf");
        boolean root = isRoot();
        Files.writeString(
                settings,
                String.join(
                        "\n",
                        "port = " + port,
                        "address = 127.0.0.1",
                        "use chroot = " + (root ? "yes" : "no"),
                        "[m]",
                        "path = " + directory,
                        "read only = yes",
                        root ? "uid = " + uid + "\ngid = " + uid + "\n" : ""));
        start();
    }

    static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    void start() throws IOException {
        process = new ProcessBuilder(RsyncProgram.configuredPath(), "--daemon", "--no-detach", "--config=" + settings)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        await().atMost(Duration.ofMinutes(1)).until(this::accepts);
    }

    private boolean accepts() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Where to pull from. */
    public RsyncEndpoint endpoint() {
        return new RsyncEndpoint("rsync://127.0.0.1:" + port + "/m");
    }

    /** As a host that goes away: nothing listens any more. */
    void stop() {
        Process running = process;
        if (running != null) {
            running.descendants().forEach(ProcessHandle::destroyForcibly);
            running.destroyForcibly().onExit().join();
            process = null;
        }
    }

    @Override
    public void close() {
        stop();
    }
}
