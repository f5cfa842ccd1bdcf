package io.weir.applier.replica;

import io.weir.service.DurableFile;
import io.weir.service.ExitCode;
import io.weir.service.WeirException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;

/**
 * The directories in which this host kept a replica, remembered outside of them: a replica's disk that is not mounted must not
 * look like a new, empty replica. Thread-safe.
 */
public final class KnownReplicas {
    private final String replica;
    private final Path file;
    /** Tokens of replicas by directory. */
    private final Properties known = new Properties();

    /** Of a replica; nothing is known before it is {@link #read}. */
    public KnownReplicas(Path stateDirectory, String replica) {
        this.replica = replica;
        file = stateDirectory.resolve(replica + ".known");
    }

    /**
     * What is remembered of a replica's directories; nothing at its first start. Makes nothing.
     *
     * @throws WeirException UNAVAILABLE when it cannot be read
     */
    public static KnownReplicas open(Path stateDirectory, String replica) {
        KnownReplicas known = new KnownReplicas(stateDirectory, replica);
        known.read();
        return known;
    }

    /**
     * Takes in what is remembered, by another process too. What is known already stays known, also when the file is gone with a disk.
     *
     * @throws WeirException UNAVAILABLE when it cannot be read
     */
    public synchronized void read() {
        Properties found = new Properties();
        try {
            if (Files.exists(file)) {
                found.load(new ByteArrayInputStream(Files.readAllBytes(file)));
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new WeirException(
                    ExitCode.UNAVAILABLE,
                    "read what is known of replica " + replica + " from " + file + ": " + e
                            + "; make it readable, or remove it once the replica's disk is mounted",
                    e);
        }
        known.putAll(found);
    }

    /**
     * Whether a directory held a replica before, and does not hold that one now.
     *
     * @throws WeirException UNAVAILABLE when that cannot be told
     */
    public synchronized boolean isLost(String source, Path root) {
        String token = known.getProperty(key(root));
        return token != null && !ReplicaRoot.token(source, root).equals(Optional.of(token));
    }

    /**
     * Refuses a directory whose replica is not there.
     *
     * @param adopt whether it may be filled anew
     * @throws WeirException UNAVAILABLE: it may come back
     */
    public void refuseLost(String source, Path root, boolean adopt) {
        if (!adopt && isLost(source, root)) {
            throw new WeirException(
                    ExitCode.UNAVAILABLE,
                    "open replica of source " + source + ": " + root
                            + " held one before, and it is not there now: nothing is"
                            + " copied. Mount its disk, and it goes on by itself; if the replica is gone and is to be made"
                            + " anew, set `adopt: true` for this source (`weir up --adopt`)");
        }
    }

    /**
     * A directory holds this replica from now on; that is on disk when this returns.
     *
     * @throws WeirException UNAVAILABLE when it cannot be written
     */
    public synchronized void remember(ReplicaRoot root) {
        Optional<String> token = root.token();
        if (token.isEmpty() || token.get().equals(known.getProperty(key(root.path())))) {
            return;
        }
        Properties more = new Properties();
        more.putAll(known);
        more.setProperty(key(root.path()), token.get());
        try {
            Files.createDirectories(file.resolveSibling("."));
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            more.store(text, "Directories in which this host keeps a replica, and what is in its marker.");
            DurableFile.replace(file, text.toByteArray());
        } catch (IOException e) {
            throw new WeirException(
                    ExitCode.UNAVAILABLE,
                    "remember the replica in " + root.path() + " in " + file + ": " + e
                            + "; make it writable for this user, or set applier.state.dir",
                    e);
        }
        known.putAll(more);
    }

    private static String key(Path root) {
        return root.toAbsolutePath().normalize().toString();
    }
}
