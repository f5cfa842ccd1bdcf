package io.weir.cli;

import io.weir.cli.embedded.LayoutFile;
import io.weir.cli.embedded.LocalKafka;
import io.weir.cli.server.ServerDirectory;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.RegistrySettings;
import io.weir.service.SettingsFile;
import io.weir.service.WeirException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How a command that only asks finds Kafka: a settings file, the data directory of an {@code up}, or an address. */
final class KafkaOptions {
    /** The settings file that {@code weir up} and {@code weir broker} leave in their data directory. */
    static final String FILE = "weir.yaml";

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "Settings file; its kafka, topics and schema sections are used.")
    @Nullable
    Path config;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "Data directory of a running `weir up` or `weir server` (default: ./weir-data, if it is there).")
    @Nullable
    Path data;

    @Option(names = "--bootstrap", paramLabel = "HOST:PORT", description = "Kafka's address, without a settings file.")
    @Nullable
    String bootstrap;

    @Option(
            names = "--prefix",
            paramLabel = "NAME",
            converter = NameConverter.class,
            description = "Topic prefix for --bootstrap (default: weir).")
    String prefix = KafkaSettings.TOPIC_PREFIX.fallback();

    @Option(
            names = "--schema-registry",
            paramLabel = "URL",
            description = "The schema registry for --bootstrap, if there is one.")
    @Nullable
    String schemaRegistry;

    @Spec(Spec.Target.MIXEE)
    @Nullable
    CommandSpec spec;

    /** Where the command that has these options answers. */
    PrintWriter out() {
        return Outputs.out(spec);
    }

    /** Where it tells a person what is not its answer. */
    PrintWriter err() {
        return Outputs.err(spec);
    }

    /** The settings file, when one is named. */
    Optional<Path> config() {
        return Optional.ofNullable(config);
    }

    /** The data directory on this machine that is asked about, when it is one that is asked about. */
    Optional<Path> data() {
        boolean elsewhere = config != null || bootstrap != null;
        return elsewhere ? Optional.empty() : Optional.of(directory());
    }

    /** The settings that these options name. */
    KafkaSettings kafka() {
        if (bootstrap != null) {
            return KafkaSettings.of(bootstrap, prefix)
                    .with(Optional.ofNullable(schemaRegistry).flatMap(KafkaOptions::registry));
        }
        Path file = file();
        return SettingsFile.read(file, root -> {
            Sections.ignoreBut(root, List.of());
            return KafkaSettings.read(root);
        });
    }

    private static Optional<RegistrySettings> registry(String url) {
        return SettingsFile.parse("--schema-registry", "", name -> null, root -> {
            root.settle(RegistrySettings.URL.key(), url);
            return RegistrySettings.read(root);
        });
    }

    private Path file() {
        if (config != null) {
            return config;
        }
        Path directory = directory();
        Path file = directory.resolve(FILE);
        if (LocalKafka.isStopped(directory)) {
            throw new WeirException(
                    ExitCode.UNAVAILABLE,
                    "find Kafka: nothing runs on data directory " + directory + "; " + howToStart(directory));
        }
        if (!Files.exists(file)) {
            throw new WeirException(
                    ExitCode.USAGE,
                    "find Kafka: there is no " + file
                            + "; give --config FILE, --data DIR of a running `weir up`, or --bootstrap HOST:PORT");
        }
        return file;
    }

    private Path directory() {
        return data != null ? data : Path.of("weir-data");
    }

    private static String howToStart(Path directory) {
        if (new ServerDirectory(directory).isSetUp()) {
            return "start it: " + Shell.weir("server", "--dir", directory.toString());
        }
        try {
            return LayoutFile.read(directory)
                    .map(layout -> "start it as before, with the options it had: " + layout.command())
                    .orElseGet(() -> "start it: " + Shell.weir("broker", "--data", directory.toString()));
        } catch (WeirException e) {
            return "start it as before";
        }
    }
}
