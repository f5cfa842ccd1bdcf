package io.weir.cli;

import io.weir.console.Console;
import io.weir.console.ConsoleSettings;
import io.weir.service.KafkaSettings;
import io.weir.service.Service;
import io.weir.service.SettingsFile;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code weir console}: the web page, in a process of its own. */
@Command(
        name = "console",
        description = {
            "Serves a web page and a JSON API that show sources, aggregators and replicas, how far each is behind, what goes"
                    + " through the topics and dead letters, until stopped.",
            "With a token (console.token) the page also gives commands. It reads the topics and keeps nothing but, until it"
                    + " stops, what became of its last commands, so it may run anywhere, and more than once."
        },
        footer = {
            "",
            "Examples:",
            "  weir console --bootstrap kafka1:9092",
            "  weir console --config /etc/weir/console.yaml"
        })
final class ConsoleCommand implements Callable<Integer> {
    private static final Logger log = LoggerFactory.getLogger(ConsoleCommand.class);

    @Mixin
    KafkaOptions options = new KafkaOptions();

    @Option(
            names = "--port",
            paramLabel = "PORT",
            converter = PortConverter.class,
            description = "Port of the page instead of console.port; 0 for a free one.")
    @Nullable
    Integer port;

    @Override
    public Integer call() throws InterruptedException {
        KafkaSettings kafka = options.kafka();
        Role.Served<ConsoleSettings> settings = settings();
        StageCommand.Wiring wiring = StageCommand.Wiring.make();
        Console console = new Console(
                settings.stage(),
                kafka,
                Formats.of(kafka),
                new ConsoleAnswers(kafka, KnownSources.of(options)),
                wiring.health(),
                wiring.faults());
        Hangup.onEach(() -> log.warn("settings of a console are read at its start only: restart it to take others"));
        Service service = StageCommand.withHealth(settings.health(), wiring, console);
        PrintWriter out = options.out();
        return Runner.run(service, wiring.faults(), () -> {
            out.println("The console is at " + console.url() + " and "
                    + (settings.stage().token().isEmpty()
                            ? "only shows: settings have no console.token."
                            : "takes commands from who has its token.")
                    + " Ctrl-C stops it.");
            out.flush();
        });
    }

    private Role.Served<ConsoleSettings> settings() {
        Role.Served<ConsoleSettings> read = options.config()
                .map(file -> SettingsFile.read(file, Role.CONSOLE::read))
                .orElseGet(() -> new Role.Served<>(
                        ConsoleSettings.onLoopback(ConsoleSettings.PORT.fallback(), Optional.empty()),
                        HealthSettings.NONE));
        return port == null ? read : new Role.Served<>(read.stage().at(port), read.health());
    }
}
