package io.weir.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.awaitility.Awaitility;

/** A program named rsync, first in the PATH of an applier, that does what a scenario says: run, fail, hang, or die half-way. */
final class RsyncWrapper {
    private static final String SCRIPT = """
            #!/bin/sh
            # Asked for its version it always answers.
            for word; do [ "$word" = --version ] && exec "$REAL" --version; done
            read -r mode value < "$DIR/mode"
            echo "$mode $value" >> "$DIR/calls"
            case $mode in
              run) exec "$REAL" "$@" ;;
              exit) exit "$value" ;;
              hang) exec tail -f /dev/null ;;
              die) exec timeout --foreground -s KILL "$value" "$REAL" "$@" ;;
            esac
            """;

    private final Path directory;

    private RsyncWrapper(Path directory) {
        this.directory = directory;
    }

    /** Makes it in a directory of its own; it runs the real one. */
    static RsyncWrapper in(Path directory) throws IOException {
        RsyncWrapper wrapper = new RsyncWrapper(Files.createDirectories(directory));
        wrapper.mode("run");
        Files.createFile(directory.resolve("calls"));
        Path script = Files.writeString(
                Files.createDirectory(directory.resolve("bin")).resolve("rsync"),
                SCRIPT.replace("$REAL", real().toString()).replace("$DIR", directory.toString()));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        return wrapper;
    }

    private static Path real() {
        for (String place : System.getenv("PATH").split(":", -1)) {
            Path candidate = Path.of(place, "rsync");
            if (Files.isExecutable(candidate)) {
                return candidate;
            }
        }
        throw new IllegalStateException("no rsync in the PATH");
    }

    /** What an applier needs to find it. */
    Map<String, String> environment() {
        return Map.of("PATH", directory.resolve("bin") + ":" + System.getenv("PATH"));
    }

    /** What it does from now on: {@code run}, {@code exit CODE}, {@code hang} or {@code die SECONDS}. */
    void mode(String mode) throws IOException {
        Path fresh = Files.writeString(directory.resolve("mode.new"), mode + "\n");
        Files.move(
                fresh, directory.resolve("mode"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Waits until it was called in this mode. */
    void awaitCall(String mode) {
        awaitCalls(mode, 1);
    }

    /** Waits until it was called so often in this mode. */
    void awaitCalls(String mode, int atLeast) {
        Awaitility.await(atLeast + " calls that " + mode)
                .atMost(EventuallyEqual.DEADLINE)
                .until(() -> Files.readAllLines(directory.resolve("calls")).stream()
                                .filter(line -> line.strip().equals(mode))
                                .count()
                        >= atLeast);
    }
}
