package io.weir.cli.server;

import io.weir.cli.Shell;
import io.weir.cli.embedded.LocalKafka;
import io.weir.service.DurableFile;
import io.weir.service.ExitCode;
import io.weir.service.WeirException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The one directory of a small site's server, which holds all it has: settings, keys, users, Kafka's log. Only its owner may look
 * into it. Immutable.
 *
 * @param path of the directory, absolute
 */
public record ServerDirectory(Path path) {
    /** What the authority's certificate is called, here and in bundles. */
    static final String AUTHORITY_NAME = "weir-ca.pem";

    /** Of a directory that only its owner may look into. */
    static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    /** Makes the path absolute. */
    public ServerDirectory {
        path = path.toAbsolutePath().normalize();
    }

    /** The server's settings file. */
    public Path settings() {
        return path.resolve("server.yaml");
    }

    /** The settings by which commands on this machine reach the broker as its owner; written at every start. */
    public Path ownerSettings() {
        return path.resolve("weir.yaml");
    }

    Path aggregator() {
        return path.resolve("aggregator");
    }

    /** The authority's key, in a store. */
    Path authority() {
        return path.resolve("authority.p12");
    }

    Path authorityPassword() {
        return path.resolve("authority.password");
    }

    /** The authority's certificate, which everyone may have. */
    Path authorityCertificate() {
        return path.resolve(AUTHORITY_NAME);
    }

    /** The broker's key and certificate. */
    Path certificate() {
        return path.resolve("server.pem");
    }

    /** A directory for each user on another host. */
    Path clients() {
        return path.resolve("clients");
    }

    /** Makes that for the users when it is missing, for its owner only. */
    void makeClients() throws IOException {
        Files.createDirectories(clients(), PRIVATE);
    }

    /**
     * Does something while nobody else, in any process, changes keys or clients here. Not to be called within itself.
     *
     * @throws WeirException (CONFLICT) when another one has been at it for minutes
     */
    <T> T alone(Supplier<T> work) {
        SiteLock lock = SiteLock.take(path.resolve("site.lock"));
        try {
            return work.get();
        } finally {
            lock.close();
        }
    }

    /** Whether a server was set up here. */
    public boolean isSetUp() {
        return Files.exists(settings());
    }

    /** Whether its server runs now, in another process. */
    boolean isRunning() {
        return LocalKafka.isRunning(path);
    }

    /** Makes the directory when it is missing, for its owner only. */
    void make() {
        try {
            if (!Files.isDirectory(path)) {
                Path parent = path.getParent();
                if (parent != null) {
                    Files.createDirectories(parent);
                }
                Files.createDirectory(path, PRIVATE);
            }
        } catch (IOException e) {
            throw new WeirException(
                    ExitCode.FAILURE, "make directory " + path + ": " + e + "; give another with --dir", e);
        }
    }

    /**
     * Refuses to work in someone else's directory, as what root writes there its service could not read, and in one that others may
     * look into, as Kafka's log in it is readable. One that is missing is taken.
     *
     * @throws WeirException (CONFLICT) when another user owns it, or others may look into it
     */
    public void requirePrivate() {
        try {
            if (!Files.isDirectory(path)) {
                return;
            }
            UserPrincipal owner = Files.getOwner(path);
            // A process in proc(5) belongs to its effective user.
            if (!owner.equals(Files.getOwner(Path.of("/proc/self")))) {
                throw new WeirException(
                        ExitCode.CONFLICT,
                        "use directory " + path + ": it belongs to " + owner.getName()
                                + ", who runs the server; run this as that user: runuser -u "
                                + Shell.word(owner.getName()) + " -- " + Shell.weir("server") + " ...");
            }
            Set<PosixFilePermission> mode = Files.getPosixFilePermissions(path);
            if (!PRIVATE.value().containsAll(mode)) {
                throw new WeirException(
                        ExitCode.CONFLICT,
                        "use directory " + path + ": others may look into it (" + PosixFilePermissions.toString(mode)
                                + "), and it holds keys and passwords; take that away: chmod 700 "
                                + Shell.word(path.toString()) + ", or give another with --dir");
            }
        } catch (IOException e) {
            throw new WeirException(ExitCode.FAILURE, "look at directory " + path + ": " + e, e);
        }
    }

    /**
     * Refuses a directory without a server.
     *
     * @throws WeirException (SETTINGS) saying how to set one up
     */
    public void requireSetUp() {
        if (!isSetUp()) {
            throw new WeirException(
                    ExitCode.SETTINGS,
                    "use the server in " + path + ": there is no " + settings() + "; set it up: "
                            + Shell.weir("server", "init", "--dir", path.toString()) + " --host NAME");
        }
    }

    /** Writes a file that only its owner may read. */
    static void writePrivately(Path file, String text) throws IOException {
        DurableFile.replacePrivately(file, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes a file for its owner only, unless it is there: a secret that was given out stays. */
    static void keepOrWrite(Path file, String text) throws IOException {
        if (!Files.exists(file)) {
            writePrivately(file, text);
        }
    }
}
