package io.weir.applier.disk;

import io.weir.posix.Errno;
import io.weir.posix.ErrnoException;
import io.weir.posix.Fd;
import io.weir.posix.Fs;
import io.weir.schemas.RelPath;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This run's directory {@code .weir/tmp/<run>} in a replica. An rsync that outlived its applier goes on and renames its files into
 * place seconds later; as each run has a directory of its own and removes all others, such an orphan cannot finish a file.
 * Thread-safe.
 */
public final class TempArea implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(TempArea.class);
    private static final RelPath TEMPORARY = RelPath.of(".weir/tmp");
    private static final int PRIVATE = 0700;

    private final ReplicaTree tree;
    private final Deleter deleter;
    private final String run = UUID.randomUUID().toString();

    private TempArea(ReplicaTree tree, Deleter deleter) {
        this.tree = tree;
        this.deleter = deleter;
    }

    /**
     * Removes what earlier runs left and makes this run's directories.
     *
     * @throws ErrnoException when the disk refuses
     */
    public static TempArea create(ReplicaTree tree, Deleter deleter) throws ErrnoException {
        TempArea area = new TempArea(tree, deleter);
        area.ensure();
        deleter.purgeTemporary(TEMPORARY, area.run.getBytes(StandardCharsets.US_ASCII));
        return area;
    }

    /**
     * Makes the directories where they are missing.
     *
     * @throws ErrnoException when the disk refuses
     */
    public void ensure() throws ErrnoException {
        for (String path : List.of(".weir", ".weir/tmp", ".weir/tmp/" + run, files(), ".weir/tmp/" + run + "/empty")) {
            RelPath directory = RelPath.of(path);
            try (Fd parent = tree.openDirectory(directory.parent())) {
                Fs.mkdir(parent, directory.name(), PRIVATE);
            } catch (ErrnoException e) {
                if (e.errno() != Errno.EEXIST) {
                    throw e;
                }
            }
        }
    }

    /** Where rsync builds files, relative to the replica's root. */
    public String files() {
        return ".weir/tmp/" + run + "/files";
    }

    /** An empty directory below the replica's root. */
    public Path empty(Path root) {
        return root.resolve(".weir").resolve("tmp").resolve(run).resolve("empty");
    }

    /**
     * Writes and removes a small file: whether the disk takes data at all.
     *
     * @throws ErrnoException when it does not: ENOSPC, EDQUOT, EROFS, EIO
     */
    public void probe() throws ErrnoException {
        ensure();
        byte[] name = ("probe-" + UUID.randomUUID()).getBytes(StandardCharsets.US_ASCII);
        try (Fd directory = tree.openDirectory(RelPath.of(".weir/tmp/" + run))) {
            Fd file = Fs.createFile(directory, name, 0600);
            try (file) {
                Fs.write(file, new byte[4096]);
            } finally {
                Fs.unlink(directory, name);
            }
        }
    }

    /** Removes this run's directory. */
    @Override
    public void close() {
        try {
            deleter.purgeTemporary(TEMPORARY, new byte[0]);
        } catch (ErrnoException e) {
            // The next start removes it.
            log.warn("removing temporary files failed cause={}", e.getMessage());
        }
    }
}
