package io.weir.applier.reconcile;

import io.weir.service.RsyncProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/** A script in place of rsync that does what a test says, for reconcilers that are opened while it is in place. */
final class FakeRsync implements AutoCloseable {
    private static final String PROPERTY = "weir.rsync";

    private final @Nullable String before = System.getProperty(PROPERTY);
    private final Path order;

    /** Runs the real one until it is told otherwise. */
    FakeRsync(Path work) throws IOException {
        String real = RsyncProgram.configuredPath();
        order = work.resolve("order");
        Path script = work.resolve("fake-rsync");
        Files.writeString(
                script,
                String.join(
                        "\n",
                        "#!/bin/sh",
                        "real=" + real,
                        "pull=",
                        "for argument; do case $argument in --temp-dir=*) pull=1;; esac; done",
                        "if [ \"$1\" != --version ] && [ -f '" + order + "' ]; then . '" + order + "'; fi",
                        "exec $real \"$@\"",
                        ""));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        System.setProperty(PROPERTY, script.toString());
    }

    /** Shell that runs before the real one: {@code $pull} is set in a pull, {@code $real} is the program, {@code "$@"} its arguments. */
    void order(String shell) throws IOException {
        // Written aside, as a call may be about to read it.
        Path fresh = order.resolveSibling("order.new");
        Files.writeString(fresh, shell + "\n");
        Files.move(fresh, order, StandardCopyOption.ATOMIC_MOVE);
    }

    /** From here on it does what rsync does. */
    void behave() throws IOException {
        Files.deleteIfExists(order);
    }

    @Override
    public void close() {
        if (before == null) {
            System.clearProperty(PROPERTY);
        } else {
            System.setProperty(PROPERTY, before);
        }
    }
}
