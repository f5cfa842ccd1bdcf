package io.weir.posix;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What this process may do beyond its user's rights (capabilities(7)). Root has all of them unless they were taken away, and any
 * other user may have been given some, so that they tell what works and the user's number does not. Thread-safe.
 */
public enum Capability {
    /** To change owners of files. */
    CHOWN(0),
    /** To send signals to processes of others. */
    KILL(5),
    /** To become a member of any group. */
    SETGID(6),
    /** To become any user. */
    SETUID(7),
    /** To use chroot(2). */
    SYS_CHROOT(18);

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String EFFECTIVE = "CapEff:";

    /** The number of its bit in linux/capability.h. */
    private final int bit;

    Capability(int bit) {
        this.bit = bit;
    }

    /** Whether this process, and what it starts, has it in effect. */
    public boolean isEffective() {
        return isIn(Effective.MASK);
    }

    /** Whether this process has any in effect, those without a name here too. */
    public static boolean isAnyEffective() {
        return Effective.MASK != 0;
    }

    boolean isIn(long mask) {
        return (mask >>> bit & 1) != 0;
    }

    /** Reads the line CapEff of proc_pid_status(5): 64 bits in hexadecimal. */
    static long effective(String status) {
        return status.lines()
                .filter(line -> line.startsWith(EFFECTIVE))
                .map(line -> Long.parseUnsignedLong(
                        line.substring(EFFECTIVE.length()).strip(), 16))
                .findFirst()
                .orElse(0L);
    }

    /** Nothing here changes them, so that they are read once. */
    private static final class Effective {
        static final long MASK = read();

        private static long read() {
            try {
                return effective(Files.readString(STATUS, StandardCharsets.ISO_8859_1));
            } catch (IOException e) {
                throw new UncheckedIOException("read the capabilities of this process from " + STATUS, e);
            }
        }
    }
}
