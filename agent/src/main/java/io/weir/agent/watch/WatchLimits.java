package io.weir.agent.watch;

import io.weir.posix.DirEntry;
import io.weir.posix.Errno;
import io.weir.posix.ErrnoException;
import io.weir.posix.Fd;
import io.weir.posix.Fs;
import io.weir.posix.Kind;
import io.weir.schemas.PathRules;
import io.weir.schemas.RelPath;
import io.weir.service.ExitCode;
import io.weir.service.WeirException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/** What a source needs of the kernel, and what to tell a person when it gives no more watches or instances. */
public final class WatchLimits {
    private static final Path SYSCTLS = Path.of("/proc/sys/fs/inotify");

    private WatchLimits() {}

    /** The limit of watches was reached with {@code held} of them ours. */
    static WeirException watches(SourceRoot root, PathRules excludes, int held, ErrnoException cause) {
        String limit = value("max_user_watches");
        long directories = Math.max(countDirectories(root, excludes), held);
        long needed = directories;
        try {
            // What other programs of this user hold is the limit less ours; leave some room to grow.
            needed = Long.parseLong(limit) - held + directories + directories / 4;
        } catch (NumberFormatException e) {
            limit = "unknown";
        }
        return new WeirException(
                ExitCode.UNAVAILABLE,
                "cannot watch source " + root + ": the limit fs.inotify.max_user_watches=" + limit
                        + " is used up after " + held + " watches, and the source has " + directories
                        + " directories. Set it to at least " + needed + " (sysctl -w fs.inotify.max_user_watches="
                        + needed + "; in /etc/sysctl.d to keep it). In a container it is the host's setting.",
                cause);
    }

    /** No inotify instance could be opened. */
    static WeirException instances(SourceRoot root, ErrnoException cause) {
        String remedy = cause.errno() == Errno.EMFILE
                ? "the limit fs.inotify.max_user_instances=" + value("max_user_instances")
                        + " is used up, or that of open files (ulimit -n). Raise it (sysctl -w"
                        + " fs.inotify.max_user_instances=1024) or stop other programs of this user that watch files."
                : cause.getMessage();
        return new WeirException(ExitCode.UNAVAILABLE, "cannot watch source " + root + ": " + remedy, cause);
    }

    /** The value of a limit as text; the kernel gives it in one read only, so what reads byte by byte gets its first digit. */
    static String value(String sysctl) {
        try (BufferedReader reader = Files.newBufferedReader(SYSCTLS.resolve(sysctl))) {
            String line = reader.readLine();
            return line == null ? "unknown" : line.strip();
        } catch (IOException e) {
            return "unknown";
        }
    }

    /** Directories that would be watched; those that cannot be read are left out. In any thread. */
    public static long countDirectories(SourceRoot root, PathRules excludes) {
        long count = 0;
        Deque<RelPath> pending = new ArrayDeque<>();
        pending.add(RelPath.ROOT);
        try (Fd top = root.open()) {
            count++;
            for (RelPath path = pending.poll(); path != null; path = pending.poll()) {
                count += addDirectories(top, path, excludes, pending);
            }
        } catch (IOException e) {
            return count;
        }
        return count;
    }

    private static long addDirectories(Fd top, RelPath path, PathRules excludes, Deque<RelPath> pending) {
        long count = 0;
        try (Fd directory = Fs.openBeneath(top, path.components())) {
            for (DirEntry entry : Fs.list(directory)) {
                if (entry.type() == Kind.DIRECTORY) {
                    RelPath child = path.child(entry.name());
                    if (!child.isTooLong() && !child.isOwn() && !excludes.matches(child)) {
                        pending.push(child);
                        count++;
                    }
                }
            }
        } catch (IOException e) {
            return count;
        }
        return count;
    }
}
