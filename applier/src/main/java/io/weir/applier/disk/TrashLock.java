package io.weir.applier.disk;

import io.weir.posix.ErrnoException;
import io.weir.posix.Fd;
import io.weir.posix.Fs;
import io.weir.schemas.RelPath;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Held by whoever reads versions out of a replica's trash, or empties it: nothing may go while it is copied. A lock of
 * {@code .weir/trash.lock}, which goes with the process. Thread-safe.
 */
final class TrashLock implements AutoCloseable {
    private static final RelPath OWN = RelPath.of(".weir");
    private static final byte[] NAME = "trash.lock".getBytes(StandardCharsets.US_ASCII);
    private static final int MODE = 0600;

    private final Fd file;

    private TrashLock(Fd file) {
        this.file = file;
    }

    /** Takes it; empty when somebody has it. */
    static Optional<TrashLock> tryTake(ReplicaTree tree) throws ErrnoException {
        Fd file;
        try (Fd own = tree.openDirectory(OWN)) {
            file = Fs.openOrCreateFile(own, NAME, MODE);
        }
        try {
            if (Fs.tryLock(file)) {
                return Optional.of(new TrashLock(file));
            }
        } catch (ErrnoException e) {
            file.close();
            throw e;
        }
        file.close();
        return Optional.empty();
    }

    @Override
    public void close() {
        file.close();
    }

    @Override
    public String toString() {
        return "trash.lock, " + file;
    }
}
