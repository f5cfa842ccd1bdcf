package io.weir.agent.watch;

import io.weir.posix.Fd;
import io.weir.posix.Fs;
import io.weir.schemas.RelPath;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The directory of a source. Immutable; the path is resolved anew for each {@link #open()}.
 *
 * @param source the source's name
 * @param path the absolute path of its root, bytes as the kernel takes them
 */
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and out, and compared by content
public record SourceRoot(String source, byte[] path) {
    /** Copies the path. */
    public SourceRoot {
        path = path.clone();
    }

    /** The absolute path, a copy. */
    @Override
    public byte[] path() {
        return path.clone();
    }

    /**
     * Opens the root directory; the caller closes it.
     *
     * @throws IOException when it is missing, no directory, or may not be read
     */
    public Fd open() throws IOException {
        return Fs.openDirectory(path);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SourceRoot root && source.equals(root.source) && Arrays.equals(path, root.path);
    }

    @Override
    public int hashCode() {
        return 31 * source.hashCode() + Arrays.hashCode(path);
    }

    /** For people: name and escaped path. */
    @Override
    public String toString() {
        return source + " at " + RelPath.display(path);
    }
}
