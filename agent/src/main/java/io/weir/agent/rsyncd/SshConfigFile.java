package io.weir.agent.rsyncd;

import io.weir.posix.Processes;
import io.weir.service.DurableFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration for calls over ssh, and a note of where it is: it lies outside of the agent's state, and lets keys pull for as long
 * as it is there.
 */
final class SshConfigFile {
    private static final Logger log = LoggerFactory.getLogger(SshConfigFile.class);
    private static final int GROUP_OR_OTHERS_WRITE = 0022;
    private static final int STICKY = 01000;

    private final Path note;

    SshConfigFile(Path stateDirectory) {
        this.note = stateDirectory.resolve("rsyncd-ssh.path");
    }

    /** Writes it as a whole, since a call may read it at any moment; the user that logs in need not be the agent's. */
    void write(Path config, byte[] content) throws IOException {
        if (!noted().equals(Optional.of(config))) {
            remove();
            Files.createDirectories(note.getParent());
            DurableFile.replace(note, config.toString().getBytes(StandardCharsets.UTF_8));
        }
        Path aside = Files.createTempFile(config.getParent(), ".new", "");
        Files.write(aside, content);
        Files.setPosixFilePermissions(aside, PosixFilePermissions.fromString("rw-r--r--"));
        Files.move(aside, config, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Takes away what was written before, by this agent or one before it. */
    void remove() {
        try {
            Optional<Path> written = noted();
            if (written.isPresent()) {
                if (isOurs(written.get())) {
                    Files.delete(written.get());
                    log.info("no calls over ssh by this file any more: removed={}", written.get());
                }
                Files.deleteIfExists(note);
            }
        } catch (IOException e) {
            log.warn(
                    "keys in authorized_keys may still pull over ssh, as its configuration cannot be removed; remove it"
                            + " by hand: note={} cause={}",
                    note,
                    e.toString());
        }
    }

    /** The note may be older than the rights that this agent has: nothing else is removed by them. */
    private static boolean isOurs(Path file) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        byte[] head = RsyncdConfig.FOR_SSH.getBytes(StandardCharsets.UTF_8);
        try (InputStream in = Files.newInputStream(file)) {
            return Arrays.equals(in.readNBytes(head.length), head);
        }
    }

    private Optional<Path> noted() throws IOException {
        return Files.exists(note)
                ? Optional.of(Path.of(Files.readString(note, StandardCharsets.UTF_8)))
                : Optional.empty();
    }

    /**
     * Which directory on the way to a file lets somebody else than root and the agent replace that file; empty for none. Links
     * are followed, and both ways looked at.
     */
    static Optional<Path> openDirectory(Path file) throws IOException {
        Path directory = Objects.requireNonNull(file.getParent(), "an absolute file");
        for (Path last : List.of(directory, directory.toRealPath())) {
            for (Path each = last; each != null; each = each.getParent()) {
                if (isOpen(each, each.equals(last))) {
                    return Optional.of(each);
                }
            }
        }
        return Optional.empty();
    }

    private static boolean isOpen(Path directory, boolean isLast) throws IOException {
        int mode = (Integer) Files.getAttribute(directory, "unix:mode");
        long owner = Integer.toUnsignedLong((Integer) Files.getAttribute(directory, "unix:uid"));
        boolean isOthers = owner != 0 && owner != Processes.effectiveUid();
        // In a sticky directory, such as /tmp, nobody replaces what is somebody else's; but who is first takes a name.
        boolean isSticky = (mode & STICKY) != 0 && !isLast;
        return isOthers || ((mode & GROUP_OR_OTHERS_WRITE) != 0 && !isSticky);
    }
}
