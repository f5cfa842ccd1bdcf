package io.weir.applier.rsync;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps rsync from following symbolic links in a replica: it writes by paths, and a local user may swap a directory for a link in the
 * midst of it. Pulls run in a mount namespace of their own, in which the replica's root is mounted with {@code nosymfollow}; a process
 * that waits for its input holds it, so it is gone with this process however that ends. Thread-safe.
 *
 * <p>Needs Linux 5.10, util-linux 2.36 and root, or CAP_SYS_ADMIN and CAP_SYS_CHROOT with the no_new_privs flag, without which a
 * set-user-ID {@code mount} loses them. Else pulls are not confined, which is said once.
 */
public final class Confinement implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Confinement.class);
    private static final String READY = "ready";
    private static final long CLOSE_SECONDS = 5;
    /** What is mounted below the root stays where it is, and what is mounted there later arrives. */
    private static final String HOLD = "mount --rbind -- \"$1\" \"$1\" && mount -o remount,bind,nosymfollow -- \"$1\""
            + " && cd / && echo " + READY + " && exec cat";

    private final Path root;
    private @Nullable Process holder;
    private boolean isImpossible;

    /** Of pulls into a replica's root; nothing is started yet. */
    public Confinement(Path root) {
        this.root = root;
    }

    /**
     * What to put in front of a command for it to run confined; nothing where that is not possible. Starts what is needed, at most
     * once as long as that lives.
     */
    public synchronized List<String> prefix() {
        Process now = holder;
        if (!isImpossible && (now == null || !now.isAlive())) {
            now = start();
            holder = now;
            isImpossible = now == null;
        }
        return now == null ? List.of() : List.of("nsenter", "--mount=/proc/" + now.pid() + "/ns/mnt", "--");
    }

    private @Nullable Process start() {
        String why;
        try {
            Process process = new ProcessBuilder(
                            "unshare", "-m", "--propagation", "slave", "sh", "-c", HOLD, "weir-hold", root.toString())
                    .redirectErrorStream(true)
                    .start();
            // Not closed: its end would be the holder's.
            BufferedReader said =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            String line = said.readLine();
            if (READY.equals(line)) {
                return process;
            }
            process.destroyForcibly();
            why = String.valueOf(line);
        } catch (IOException e) {
            why = e.getMessage();
        }
        log.warn(
                "pulls are not confined: a local user who may write to the replica can lead rsync out of it by swapping a"
                        + " directory for a symbolic link; run as root, or with the capabilities of Weir's unit, on Linux 5.10 or later, or mount the replica with"
                        + " nosymfollow: root={} cause={}",
                root,
                why);
        return null;
    }

    @Override
    public synchronized void close() {
        isImpossible = true;
        Process now = holder;
        holder = null;
        if (now != null) {
            now.destroy();
            try {
                if (!now.waitFor(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                    now.destroyForcibly();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
