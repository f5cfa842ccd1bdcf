package io.weir.cli;

import io.weir.cli.server.Client;
import io.weir.cli.server.ServerDirectory;
import io.weir.cli.server.ServerSettings;
import io.weir.cli.server.Site;
import io.weir.cli.server.SmallSite;
import io.weir.console.Console;
import io.weir.console.ConsoleSettings;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.WeirException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code weir server}: broker and aggregator for a site without a Kafka of its own. */
@Command(
        name = "server",
        description = {
            "Runs what a site without a Kafka of its own needs beside agents and appliers, until stopped: one Kafka broker"
                    + " that other hosts reach by TLS, with a user and a password each, the aggregator and the web page.",
            "",
            "Set it up once with `weir server init`, and let each host in with `weir server enroll`."
        },
        subcommands = {
            ServerCommand.Init.class,
            ServerCommand.Enroll.class,
            ServerCommand.Remove.class,
            ServerCommand.Renew.class
        })
final class ServerCommand implements Callable<Integer> {
    @Option(
            names = "--dir",
            paramLabel = "DIR",
            scope = ScopeType.INHERIT,
            description = "Where it keeps all it has (default: /var/lib/weir/server).")
    Path dir = Path.of("/var/lib/weir/server");

    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        ServerDirectory directory = directory();
        directory.requirePrivate();
        directory.requireSetUp();
        return StageCommand.run(
                Outputs.out(spec),
                directory.settings(),
                Role.server(directory),
                (settings, with) -> Running.asStarted(new SmallSite(
                        directory,
                        settings,
                        with.metrics(),
                        with.health(),
                        with.faults(),
                        (console, kafka) -> page(directory, console, kafka, with))));
    }

    private static Console page(
            ServerDirectory directory, ConsoleSettings settings, KafkaSettings kafka, StageCommand.Wiring with) {
        return new Console(
                settings.token().isPresent()
                        ? settings
                        : settings.with(ConsoleToken.of(directory.path()), ConsoleToken.file(directory.path())),
                kafka,
                Formats.of(kafka),
                new ConsoleAnswers(kafka, List.of()),
                with.health(),
                with.faults());
    }

    private ServerDirectory directory() {
        return new ServerDirectory(dir);
    }

    /** What the commands of a server have in common. */
    abstract static class Step implements Callable<Integer> {
        @ParentCommand
        @Nullable
        ServerCommand server;

        @Spec
        @Nullable
        CommandSpec spec;

        @Override
        public Integer call() {
            PrintWriter out = Outputs.out(spec);
            work(new Site(directory()), out);
            out.flush();
            return ExitCode.OK.number();
        }

        abstract void work(Site site, PrintWriter out);

        ServerDirectory directory() {
            if (server == null) {
                throw new IllegalStateException("set by picocli");
            }
            return server.directory();
        }

        /** What is to be done for a change to be in force. */
        static String when(Site.When when) {
            return when == Site.When.NOW ? "in force now" : "in force when the server starts";
        }
    }

    /** {@code weir server init}. */
    @Command(
            name = "init",
            description =
                    "Makes settings, a certificate authority of the site's own, and the server's certificate. What is there"
                            + " stays.")
    static final class Init extends Step {
        @Option(
                names = "--host",
                required = true,
                paramLabel = "NAME",
                description = "Name or numeric address by which the other hosts reach this server.")
        String host = "";

        @Option(
                names = "--port",
                paramLabel = "PORT",
                converter = PortConverter.class,
                description = "Port for them (default: 9093).")
        int port = ServerSettings.PORT.fallback();

        @Override
        void work(Site site, PrintWriter out) {
            boolean isNew = site.init(host, port);
            String dir = directory().path().toString();
            out.println((isNew ? "set up in " : "was set up before, and stays as it is: ") + dir);
            out.println("start it:        " + site.startCommand());
            out.println("let a host in:   " + Shell.weir("server", "enroll", "agent", "HOST", "--dir", dir));
        }
    }

    /** A command about one client. */
    abstract static class OfClient extends Step {
        @Parameters(
                index = "0",
                paramLabel = "ROLE",
                description = "One of: agent, applier, operator, aggregator (one more beside the server's).")
        Client.@Nullable Role role;

        @Parameters(
                index = "1",
                paramLabel = "NAME",
                description =
                        "An agent's or aggregator's host, an applier's replica, or who is to use status and commands.")
        String name = "";

        Client client() {
            if (role == null) {
                throw new IllegalStateException("set by picocli");
            }
            return new Client(role, name);
        }
    }

    /** {@code weir server enroll}. */
    @Command(
            name = "enroll",
            description =
                    "Lets an agent, an applier or an operator use this server, with the rights of that role and no others."
                            + " Makes a directory to copy to its host: settings, password, the authority's certificate.")
    static final class Enroll extends OfClient {
        @Option(
                names = "--to",
                paramLabel = "DIR",
                description = "Where the files will be on that host (default: /etc/weir).")
        Path home = Path.of("/etc/weir");

        @Override
        void work(Site site, PrintWriter out) {
            if (!home.isAbsolute()) {
                throw new WeirException(
                        ExitCode.USAGE, "--to " + home + ": must be an absolute path; settings name files by it");
            }
            Client client = client();
            Optional<Site.When> when = site.enroll(client, home.normalize());
            out.println(client.user()
                    + when.map(each -> ": enrolled, " + when(each))
                            .orElse(": was enrolled before; its files and its password stay"));
            out.println("copy to its host, into " + home + ": " + site.bundle(client) + "/*");
        }
    }

    /** {@code weir server remove}. */
    @Command(name = "remove", description = "Lets one in no more, and forgets the password.")
    static final class Remove extends OfClient {
        @Override
        void work(Site site, PrintWriter out) {
            out.println(client().user() + ": removed, " + when(site.remove(client())));
        }
    }

    /** {@code weir server renew}. */
    @Command(
            name = "renew",
            description =
                    "Makes the server's key and certificate anew. A server does so by itself before its certificate ends;"
                            + " the other hosts need nothing new.")
    static final class Renew extends Step {
        @Override
        void work(Site site, PrintWriter out) {
            Site.When when = site.renew();
            out.println("renewed until " + site.certificateEnds() + ", " + when(when));
        }
    }
}
