package io.weir.agent.rsyncd;

import io.weir.service.Secrets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/** The files of the daemons of one agent, in a directory that only the agent's user may enter. */
final class RsyncdFiles {
    private final Path directory;

    private RsyncdFiles(Path directory) {
        this.directory = directory;
    }

    /** Those of an agent. */
    static RsyncdFiles in(Path stateDirectory) {
        return new RsyncdFiles(stateDirectory.toAbsolutePath().resolve("rsyncd"));
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

    /** What is written for the end that encrypts. */
    Path stunnelConfig() {
        return directory.resolve("stunnel.conf");
    }

    /** Makes a new random secret for the user and writes it for both ends. */
    void writeSecret(String user) throws IOException {
        String secret = Secrets.random();
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

    /** Keeps the number of a process. */
    void writeNumber(String name, long pid) throws IOException {
        write(directory.resolve(name), (pid + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    /** A daemon that an agent which was killed has left behind: it still runs with this last word in its command. */
    Optional<Long> leftover(String name, String lastWord) throws IOException {
        Path pid = directory.resolve(name);
        if (!Files.exists(pid)) {
            return Optional.empty();
        }
        String text = Files.readString(pid, StandardCharsets.US_ASCII).strip();
        Path commandLine = Path.of("/proc", text, "cmdline");
        if (!text.matches("[0-9]{1,10}") || !Files.exists(commandLine)) {
            return Optional.empty();
        }
        String arguments = new String(Files.readAllBytes(commandLine), StandardCharsets.UTF_8);
        return arguments.endsWith("\0" + lastWord + "\0") ? Optional.of(Long.parseLong(text)) : Optional.empty();
    }
}
