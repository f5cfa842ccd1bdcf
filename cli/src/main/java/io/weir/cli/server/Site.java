package io.weir.cli.server;

import io.weir.cli.Shell;
import io.weir.console.ConsoleSettings;
import io.weir.service.DurableFile;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.SettingsFile;
import io.weir.service.WeirException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/** What a person does with the server of a small site, beside running it. Everything may be done twice. Used by one thread. */
public final class Site {
    private final ServerDirectory directory;
    private final Authority authority;
    private final Clients clients;

    /** The site in a directory, which may not be set up yet. */
    public Site(ServerDirectory directory) {
        this.directory = directory;
        this.authority = new Authority(directory);
        this.clients = new Clients(directory);
    }

    /** Whether what was changed is in force, or will be. */
    public enum When {
        /** The server runs and has taken it. */
        NOW,
        /** It takes it when it starts. */
        AT_START
    }

    /**
     * Makes settings, authority and certificate, as far as they are missing.
     *
     * @param host by which other hosts reach the server
     * @return whether the settings were made now
     * @throws WeirException (CONFLICT) when it was set up for another host or port
     */
    public boolean init(String host, int port) {
        directory.requirePrivate();
        boolean isNew = !directory.isSetUp();
        if (isNew) {
            String text = """
                    # The server of a small site; docs/small-site.md tells about it, docs/settings.md has all settings.
                    server.host: '%s'
                    server.port: %d
                    # The web page, on this machine only; its token is in console.token beside this file.
                    console.port: %d
                    """.formatted(host, port, ConsoleSettings.PORT.fallback());
            // Read before it is written: what init leaves, a start takes.
            SettingsFile.parse("the command line", text, name -> null, root -> ServerSettings.read(root, directory));
            directory.make();
            authority.make(host);
            authority.renewIfDue(host, Instant.now());
            try {
                directory.makeClients();
                // Last: with it the server is set up.
                DurableFile.replace(directory.settings(), text.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new WeirException(ExitCode.FAILURE, "write " + directory.settings() + ": " + e, e);
            }
            return true;
        }
        ServerSettings there = settings();
        if (!there.host().equals(host) || there.port() != port) {
            throw new WeirException(
                    ExitCode.CONFLICT,
                    "set up a server for " + host + ":" + port + " in " + directory.path() + ": there is one for "
                            + there.bootstrapServers() + "; change server.host and server.port in "
                            + directory.settings() + " and start it again, or give another --dir");
        }
        authority.make(host);
        authority.renewIfDue(host, Instant.now());
        return false;
    }

    /** The server's settings. */
    public ServerSettings settings() {
        directory.requireSetUp();
        return SettingsFile.read(directory.settings(), root -> {
            root.ignore("health");
            return ServerSettings.read(root, directory);
        });
    }

    /**
     * Lets a client in, with a password that is made once.
     *
     * @param home the directory on the client's host where its bundle will be
     * @return empty when it was enrolled before and nothing changed
     */
    public Optional<When> enroll(Client client, Path home) {
        directory.requirePrivate();
        String servers = settings().bootstrapServers();
        return directory.alone(() -> {
            boolean isNew = clients.add(client, servers, home);
            When when = tell();
            return isNew ? Optional.of(when) : Optional.empty();
        });
    }

    /** What is to be copied to a client's host. */
    public Path bundle(Client client) {
        return clients.bundle(client);
    }

    /**
     * Lets a client in no more.
     *
     * @throws WeirException (USAGE) when there is none of that name; Kafka knows that by then too
     */
    public When remove(Client client) {
        directory.requirePrivate();
        directory.requireSetUp();
        return directory.alone(() -> {
            boolean wasThere = clients.remove(client);
            // Also when it was not: a removal before may have failed to tell Kafka.
            When when = tell();
            if (!wasThere) {
                throw new WeirException(
                        ExitCode.USAGE,
                        "remove " + client.user() + ": nobody of that name is enrolled, nor let in; those who are: "
                                + clients.all().keySet().stream()
                                        .map(Client::user)
                                        .toList());
            }
            return when;
        });
    }

    /** Makes the broker's certificate anew. */
    public When renew() {
        directory.requirePrivate();
        authority.renew(settings().host());
        return reach().map(kafka -> {
                    try (KafkaOwner owner = new KafkaOwner(kafka)) {
                        owner.reload(directory.certificate());
                    }
                    return When.NOW;
                })
                .orElse(When.AT_START);
    }

    /** When the broker's certificate ends. */
    public Instant certificateEnds() {
        return authority.certificate().getNotAfter().toInstant();
    }

    /** Has a Kafka that runs let in who is a client now. While nobody else changes them. */
    private When tell() {
        return reach().map(kafka -> {
                    try (KafkaOwner owner = new KafkaOwner(kafka)) {
                        owner.makeEqual(clients.all());
                    }
                    return When.NOW;
                })
                .orElse(When.AT_START);
    }

    /** A server that is about to start reads the clients after it has written how it is reached. */
    private Optional<KafkaSettings> reach() {
        if (!directory.isRunning() || !Files.exists(directory.ownerSettings())) {
            return Optional.empty();
        }
        return Optional.of(SettingsFile.read(directory.ownerSettings(), KafkaSettings::read));
    }

    /** The command that starts the server. */
    public String startCommand() {
        return Shell.weir("server", "--dir", directory.path().toString());
    }
}
