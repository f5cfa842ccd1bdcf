package io.weir.e2e;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.weir.posix.Processes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A real sshd of its own on loopback, as the one of a file server, which lets this user in by keys only. It would allow everything that
 * sshd can do, so that what is refused is refused because of the key's line.
 */
final class Sshd implements AutoCloseable {
    private static final int CONNECT_MILLIS = 1_000;

    private final Path folder;
    private final int port;
    private final Process process;

    private Sshd(Path folder, int port, Process process) {
        this.folder = folder;
        this.port = port;
        this.process = process;
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    }

    /** Skips the test with a clear line where there is no sshd. */
    static void required() throws IOException {
        assumeTrue(
                Files.isExecutable(program()),
                "skipped: no sshd at " + program() + "; as root ./verify gets one, WEIR_SSHD names another");
        // Started by root it works as this user until somebody has logged in.
        assumeTrue(
                Processes.effectiveUid() != 0
                        || Files.readAllLines(Path.of("/etc/passwd")).stream()
                                .anyMatch(each -> each.startsWith("sshd:")),
                "skipped: sshd needs a user 'sshd'; as root ./verify makes it");
    }

    private static Path program() {
        return Path.of(System.getenv().getOrDefault("WEIR_SSHD", "/usr/sbin/sshd"));
    }

    /** Who logs in: as whom the tests run. */
    static String user() {
        return System.getProperty("user.name");
    }

    /** Starts one below a folder, on a port. */
    static Sshd start(Path folder, int port) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        if (Processes.effectiveUid() == 0) {
            // What a package or a unit makes; sshd wants to be shut in there.
            Files.createDirectories(Path.of("/run/sshd"));
        }
        if (!Files.exists(folder.resolve("host_key"))) {
            newKey(folder.resolve("host_key"));
        }
        Path config = Files.writeString(folder.resolve("sshd_config"), """
                ListenAddress 127.0.0.1:%d
                HostKey %s
                PidFile none
                AuthorizedKeysFile %s
                # Tests keep their files where everybody may write.
                StrictModes no
                UsePAM no
                PasswordAuthentication no
                KbdInteractiveAuthentication no
                PermitRootLogin forced-commands-only
                AllowTcpForwarding yes
                X11Forwarding yes
                PermitTunnel yes
                Subsystem sftp internal-sftp
                Banner %s
                LogLevel VERBOSE
                """.formatted(
                        port, folder.resolve("host_key"), authorizedKeys(folder), banner(folder)));
        Process process = new ProcessBuilder(program().toString(), "-D", "-e", "-f", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("sshd.log").toFile()))
                .start();
        Sshd sshd = new Sshd(folder, port, process);
        await("sshd, see " + folder.resolve("sshd.log"))
                .atMost(EventuallyEqual.DEADLINE)
                .failFast("it ended", () -> !process.isAlive())
                .until(sshd::answers);
        return sshd;
    }

    /** File servers greet people, and calls must not take that for an error. */
    private static Path banner(Path folder) throws IOException {
        return Files.writeString(folder.resolve("banner"), "Authorized users only. rsync: error\n");
    }

    private static Path authorizedKeys(Path folder) {
        return folder.resolve("authorized_keys");
    }

    private boolean answers() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
            return new String(socket.getInputStream().readNBytes(4), StandardCharsets.US_ASCII).equals("SSH-");
        } catch (IOException notYet) {
            return false;
        }
    }

    int port() {
        return port;
    }

    /** Lets keys in from now on; one line of authorized_keys(5) each. */
    void authorize(String... lines) throws IOException {
        Files.writeString(authorizedKeys(folder), String.join("\n", lines) + "\n");
    }

    /** What known_hosts must say. */
    String knownHost() throws IOException {
        return "[127.0.0.1]:" + port + " " + publicKey(folder.resolve("host_key"));
    }

    String log() throws IOException {
        return Files.readString(folder.resolve("sshd.log"));
    }

    /** Makes a key without a passphrase. */
    static Path newKey(Path file) throws IOException, InterruptedException {
        Files.deleteIfExists(file);
        Shell.run(
                file.toAbsolutePath().getParent(),
                "ssh-keygen",
                "-q",
                "-t",
                "ed25519",
                "-N",
                "",
                "-C",
                "a test's key",
                "-f",
                file.toString());
        return file;
    }

    /** The line beside a private key. */
    static String publicKey(Path file) throws IOException {
        return Files.readString(Path.of(file + ".pub")).strip();
    }

    /** Ends it; calls under way go on. */
    @Override
    public void close() {
        process.destroyForcibly();
        await("the end of sshd").until(() -> !process.isAlive());
    }
}
