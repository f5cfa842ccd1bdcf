package io.weir.applier.position;

import java.io.IOException;
import java.nio.file.Path;

/** Makes durable what was written below a directory, before a position says so. */
@FunctionalInterface
public interface DiskSync {
    /** Writes everything of the directory's file system to its disk: {@code syncfs(2)}. */
    void sync(Path root) throws IOException;
}
