package io.weir.cli;

import io.weir.agent.AgentSettings;
import io.weir.aggregator.AggregatorSettings;
import io.weir.applier.ApplierSettings;
import io.weir.cli.server.ServerDirectory;
import io.weir.cli.server.ServerSettings;
import io.weir.console.ConsoleSettings;
import io.weir.service.KafkaSettings;
import io.weir.service.SettingsNode;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/**
 * What a process can be by a settings file, which may hold the sections of several. Immutable.
 *
 * @param name of the role, and of its section and command
 * @param sections that it reads besides those of Kafka
 * @param reader reads them
 * @param summary what was read, in a few words
 */
record Role<S>(String name, List<String> sections, Function<SettingsNode, S> reader, Function<S, String> summary) {
    /** What a stage needs that does not hold Kafka's settings itself. */
    record WithKafka<S>(KafkaSettings kafka, S stage) {}

    /** What a stage serves beside its work. */
    record Served<S>(S stage, HealthSettings health) {}

    /** Watches sources. */
    static final Role<Served<WithKafka<AgentSettings>>> AGENT = served(
            "agent",
            root -> new WithKafka<>(KafkaSettings.read(root), AgentSettings.read(root.section("agent"))),
            read -> sources(read.stage().sources().size()));

    /** Coalesces. */
    static final Role<Served<WithKafka<AggregatorSettings>>> AGGREGATOR = served(
            "aggregator",
            root -> new WithKafka<>(KafkaSettings.read(root), AggregatorSettings.read(root.section("aggregator"))),
            read -> read.kafka().bootstrapServers());

    /** Keeps a replica. */
    static final Role<Served<ApplierSettings>> APPLIER = served(
            "applier",
            ApplierSettings::read,
            read -> "replica " + read.replica() + ", " + sources(read.sources().size()));

    /** Serves the page. */
    static final Role<Served<ConsoleSettings>> CONSOLE = served(
            "console",
            root -> {
                KafkaSettings.read(root);
                return ConsoleSettings.read(root.section("console"));
            },
            read -> read.address().toString());

    /** What a command needs. */
    static final Role<KafkaSettings> KAFKA =
            new Role<>("kafka", List.of(), KafkaSettings::read, KafkaSettings::bootstrapServers);

    private static <S> Role<Served<S>> served(
            String name, Function<SettingsNode, S> reader, Function<S, String> summary) {
        return new Role<>(
                name,
                List.of(name, "health"),
                root -> new Served<>(reader.apply(root), HealthSettings.read(root.section("health"))),
                read -> summary.apply(read.stage()));
    }

    /** The broker, aggregator and page of a site, whose settings file lies in its directory. */
    static Role<Served<ServerSettings>> server(ServerDirectory directory) {
        return new Role<>(
                "server",
                List.of("server", "aggregator", "console", "health"),
                root -> new Served<>(ServerSettings.read(root, directory), HealthSettings.read(root.section("health"))),
                read -> read.stage().host());
    }

    /** All that a file can be for. */
    static List<Role<?>> all(Path file) {
        Path directory = file.toAbsolutePath().normalize().getParent();
        return List.of(
                AGENT,
                AGGREGATOR,
                APPLIER,
                CONSOLE,
                server(new ServerDirectory(directory == null ? Path.of("/") : directory)));
    }

    /** Reads a file's settings from its root; sections of other processes are not looked at. */
    S read(SettingsNode root) {
        Sections.ignoreBut(root, sections);
        return reader.apply(root);
    }

    private static String sources(int count) {
        return count == 1 ? "1 source" : count + " sources";
    }
}
