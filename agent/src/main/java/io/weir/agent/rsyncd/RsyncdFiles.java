package io.weir.agent.rsyncd;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;

/** The files of one daemon, in a directory that only the agent's user may enter. */
final class RsyncdFiles {
    private final Path directory;

    RsyncdFiles(Path directory) {
        this.directory = directory;
    }

    /** Makes the directory, mode 0700. */
    void create() throws IOException {
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }

    Path config() {
        return directory.resolve("rsyncd.conf");
    }

    /** {@code user:secret}, as the daemon reads it. */
    Path secrets() {
        return directory.resolve("rsyncd.secrets");
    }

    /** The secret alone, as {@code rsync --password-file} reads it. */
    Path password() {
        return directory.resolve("rsync.password");
    }

    Path lock() {
        return directory.resolve("rsyncd.lock");
    }

    private Path pid() {
        return directory.resolve("rsyncd.pid");
    }

    /** Makes a new random secret for the user and writes it for both ends. */
    void writeSecret(String user) throws IOException {
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        String secret = HexFormat.of().formatHex(random);
        write(secrets(), (user + ":" + secret + "\n").getBytes(StandardCharsets.UTF_8));
        write(password(), (secret + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Writes a file of mode 0600 as a whole. */
    void write(Path file, byte[] content) throws IOException {
        Path aside = Files.createTempFile(
                directory,
                ".new",
                "",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(aside, content);
        Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
    }

    void writePid(long pid) throws IOException {
        write(pid(), (pid + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    /** A daemon that an agent which was killed has left behind: it still runs with this configuration. */
    Optional<Long> leftover() throws IOException {
        if (!Files.exists(pid())) {
            return Optional.empty();
        }
        String text = Files.readString(pid(), StandardCharsets.US_ASCII).strip();
        Path commandLine = Path.of("/proc", text, "cmdline");
        if (!text.matches("[0-9]{1,10}") || !Files.exists(commandLine)) {
            return Optional.empty();
        }
        String arguments = new String(Files.readAllBytes(commandLine), StandardCharsets.UTF_8);
        boolean ours = arguments.contains("--daemon") && arguments.contains("--config=" + config() + "\0");
        return ours ? Optional.of(Long.parseLong(text)) : Optional.empty();
    }
}
