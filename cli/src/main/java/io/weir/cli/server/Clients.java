package io.weir.cli.server;

import io.weir.cli.Shell;
import io.weir.service.DurableFile;
import io.weir.service.ExitCode;
import io.weir.service.Secrets;
import io.weir.service.WeirException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The users of the site, as a directory each in the server's own: what is to be copied to their hosts. It is the truth about who
 * may use Kafka: users and rights there are made equal to it. Used by one thread.
 */
final class Clients {
    private final ServerDirectory directory;

    Clients(ServerDirectory directory) {
        this.directory = directory;
    }

    /** What is to be copied to a client's host. */
    Path bundle(Client client) {
        return directory.clients().resolve(client.user());
    }

    /**
     * Makes what a client needs, with a new password, unless it is there.
     *
     * @param home the directory on the client's host where it will be
     * @return whether it was made now
     * @throws WeirException (CONFLICT) when it was made for another directory
     */
    boolean add(Client client, String servers, Path home) {
        Path bundle = bundle(client);
        if (Files.isDirectory(bundle)) {
            requireFor(home, client, bundle);
            return false;
        }
        Path aside = directory.clients().resolve("." + client.user() + ".new");
        try {
            directory.makeClients();
            remove(aside);
            Files.createDirectory(aside, ServerDirectory.PRIVATE);
            ServerDirectory.writePrivately(passwordFile(aside, client), Secrets.random() + "\n");
            writeOpenly(
                    aside.resolve(ServerDirectory.AUTHORITY_NAME),
                    Files.readAllBytes(directory.authorityCertificate()));
            writeOpenly(
                    aside.resolve(settingsName(client)),
                    settings(client, servers, home).getBytes(StandardCharsets.UTF_8));
            DurableFile.move(aside, bundle);
            return true;
        } catch (IOException e) {
            throw new WeirException(ExitCode.FAILURE, "make the bundle of " + client.user() + ": " + e, e);
        }
    }

    private static void requireFor(Path home, Client client, Path bundle) {
        Path file = bundle.resolve(settingsName(client));
        try {
            if (!Files.readString(file).contains("${file:" + passwordFile(home, client) + "}")) {
                throw new WeirException(
                        ExitCode.CONFLICT,
                        "enroll " + client.user() + " --to " + home + ": it was enrolled before for another directory,"
                                + " and " + file + " names files there; change them in it, or `weir server remove "
                                + client.role().word() + " " + client.name() + "` first");
            }
        } catch (IOException e) {
            throw new WeirException(ExitCode.FAILURE, "read " + file + ": " + e, e);
        }
    }

    /** What has no secret may be read by any user of the host it is copied to, whatever the umask here. */
    private static void writeOpenly(Path file, byte[] content) throws IOException {
        DurableFile.replace(file, content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }

    private static Path passwordFile(Path bundle, Client client) {
        return bundle.resolve(client.user() + ".password");
    }

    /** The settings file in a bundle, which is that of the client's process. */
    static String settingsName(Client client) {
        return client.role().word() + ".yaml";
    }

    private static String settings(Client client, String servers, Path home) {
        String own = switch (client.role()) {
            case AGENT -> "# What follows is yours: `agent.sources` and `agent.rsyncd`.\n";
            case APPLIER -> "applier.replica: " + client.name() + "\n# What follows is yours: `applier.sources`.\n";
            case AGGREGATOR, OPERATOR -> "";
        };
        return """
                # How the %s %s reaches Kafka; made by `weir server enroll`. docs/settings.md has all settings.
                kafka.bootstrap.servers: '%s'
                kafka.security.protocol: SASL_SSL
                kafka.sasl.mechanism: SCRAM-SHA-512
                kafka.sasl.jaas.config: >-
                  org.apache.kafka.common.security.scram.ScramLoginModule required
                  username="%s" password="${file:%s}";
                kafka.ssl.truststore.type: PEM
                kafka.ssl.truststore.location: %s
                %s""".formatted(
                        client.role().word(),
                        client.name(),
                        servers,
                        client.user(),
                        passwordFile(home, client),
                        home.resolve(ServerDirectory.AUTHORITY_NAME),
                        own);
    }

    /**
     * Takes a client's bundle away.
     *
     * @return whether there was one
     */
    boolean remove(Client client) {
        Path bundle = bundle(client);
        try {
            Path aside = directory.clients().resolve("." + client.user() + ".gone");
            // One that was half removed has its password still.
            remove(aside);
            if (!Files.isDirectory(bundle)) {
                return false;
            }
            DurableFile.move(bundle, aside);
            remove(aside);
            return true;
        } catch (IOException e) {
            throw new WeirException(ExitCode.FAILURE, "remove " + bundle + ": " + e, e);
        }
    }

    private static void remove(Path flat) throws IOException {
        try (Stream<Path> files = Files.list(flat)) {
            for (Path each : files.toList()) {
                Files.delete(each);
            }
        } catch (NoSuchFileException e) {
            return;
        }
        Files.delete(flat);
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    /**
     * All clients with their passwords.
     *
     * @throws WeirException (SETTINGS) naming what there is that is no client's
     */
    Map<Client, String> all() {
        Map<Client, String> all = new TreeMap<>(Comparator.comparing(Client::user));
        List<Path> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory.clients())) {
            files.filter(each -> !name(each).startsWith(".")).forEach(found::add);
        } catch (NoSuchFileException e) {
            return all;
        } catch (IOException e) {
            throw new WeirException(ExitCode.FAILURE, "list " + directory.clients() + ": " + e, e);
        }
        for (Path each : found) {
            Client client = Client.of(name(each))
                    .orElseThrow(() -> new WeirException(
                            ExitCode.SETTINGS,
                            "use " + each + ": it is no client's, as its name begins with no role; move it away"));
            try {
                all.put(client, Files.readString(passwordFile(each, client)).strip());
            } catch (IOException e) {
                throw new WeirException(
                        ExitCode.SETTINGS,
                        "read the password of " + client.user() + ": " + e + "; put the file back, or give a new one: "
                                + Shell.weir("server", "remove", client.role().word(), client.name())
                                + " and enroll again",
                        e);
            }
        }
        return all;
    }
}
