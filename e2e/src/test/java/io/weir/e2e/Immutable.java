package io.weir.e2e;

import io.weir.posix.Processes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A directory in which nobody can make an entry, until this is closed. Root makes it so, where the file system has such a thing. */
final class Immutable implements AutoCloseable {
    private final Path directory;
    private boolean isSet;

    /** Makes it so, if that is possible. */
    Immutable(Path directory) throws IOException, InterruptedException {
        this.directory = directory;
        this.isSet = Processes.effectiveUid() == 0 && attribute("+i");
    }

    /** Whether it is so. */
    boolean isSet() {
        return isSet;
    }

    private boolean attribute(String change) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("chattr", change, directory.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    }

    @Override
    public void close() throws IOException {
        if (!isSet) {
            return;
        }
        try {
            isSet = !attribute("-i");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while freeing " + directory, e);
        }
    }
}
