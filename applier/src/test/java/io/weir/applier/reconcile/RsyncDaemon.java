package io.weir.applier.reconcile;

import io.weir.applier.rsync.RsyncEndpoint;
import io.weir.posix.Processes;
import io.weir.service.RsyncProgram;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;

/** A read-only rsync daemon on a free loopback port, which serves one directory as the module {@code m}. */
final class RsyncDaemon implements AutoCloseable {
    private final Process process;
    private final int port;

    private RsyncDaemon(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** As root when the tests are. */
    static RsyncDaemon serve(Path directory, Path work) throws IOException {
        return serve(directory, work, 0);
    }

    /** As another user, when the tests are root. */
    static RsyncDaemon serve(Path directory, Path work, int uid) throws IOException {
        int port = freePort();
        boolean root = Processes.effectiveUid() == 0;
        Path settings = work.resolve("rsyncd.conf");
        Files.writeString(
                settings,
                String.join(
                        "\n",
                        "port = " + port,
                        "address = 127.0.0.1",
                        "use chroot = " + (root ? "yes" : "no"),
                        "socket options = TCP_NODELAY",
                        "[m]",
                        "path = " + directory,
                        "read only = yes",
                        root ? "uid = " + uid + "\ngid = " + uid + "\n" : ""));
        Process process = new ProcessBuilder(
                        "setsid", RsyncProgram.configuredPath(), "--daemon", "--no-detach", "--config=" + settings)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        RsyncDaemon daemon = new RsyncDaemon(process, port);
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(daemon::accepts);
        return daemon;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private boolean accepts() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    RsyncEndpoint endpoint() {
        return new RsyncEndpoint("rsync://127.0.0.1:" + port + "/m");
    }

    /** Ends it with its children, which may be stuck in opening a fifo. */
    @Override
    public void close() throws IOException {
        Processes.killGroup(process.pid(), Processes.SIGKILL);
        process.destroyForcibly();
    }
}
