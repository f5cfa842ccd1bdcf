package io.weir.cli;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.weir.agent.Agent;
import io.weir.agent.AgentSettings;
import io.weir.aggregator.Aggregator;
import io.weir.aggregator.AggregatorSettings;
import io.weir.applier.Applier;
import io.weir.applier.ApplierSettings;
import io.weir.service.FaultLatch;
import io.weir.service.HealthRegistry;
import io.weir.service.HealthServer;
import io.weir.service.KafkaSettings;
import io.weir.service.Service;
import io.weir.service.ServiceHost;
import io.weir.service.SettingsFile;
import io.weir.service.SettingsNode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** One stage in a process of its own, by a settings file. The file may hold the sections of other stages too. */
abstract class StageCommand implements Callable<Integer> {
    private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(40);

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            required = true,
            description = "Settings file in YAML.")
    Path config = Path.of("weir.yaml");

    @Spec
    @Nullable
    CommandSpec spec;

    private final String section;
    private final Function<SettingsNode, Function<Wiring, Service>> reader;

    /** A stage that reads this section and those of Kafka, and is made of what was read. */
    StageCommand(String section, Function<SettingsNode, Function<Wiring, Service>> reader) {
        this.section = section;
        this.reader = reader;
    }

    /** What every stage is wired with. */
    record Wiring(PrometheusMeterRegistry metrics, HealthRegistry health, FaultLatch faults) {
        static Wiring make() {
            return new Wiring(
                    new PrometheusMeterRegistry(PrometheusConfig.DEFAULT), new HealthRegistry(), new FaultLatch());
        }
    }

    private record Settings(HealthSettings health, Function<Wiring, Service> stage) {}

    @Override
    public Integer call() throws InterruptedException {
        return run(Outputs.out(spec), config, List.of(section, "health"), reader);
    }

    /** Runs what is made of a settings file until it is stopped; sections of other stages are not looked at. */
    static int run(
            PrintWriter out,
            Path config,
            List<String> sections,
            Function<SettingsNode, Function<Wiring, Service>> reader)
            throws InterruptedException {
        Settings settings = SettingsFile.read(config, root -> {
            Sections.ignoreBut(root, sections);
            return new Settings(HealthSettings.read(root.section("health")), reader.apply(root));
        });
        Wiring wiring = Wiring.make();
        Service service = withHealth(settings.health(), wiring, settings.stage().apply(wiring));
        return Runner.run(service, wiring.faults(), () -> {
            out.println(service.name() + " runs");
            out.flush();
        });
    }

    /** A service with its health and metrics, where settings have an address for them. */
    static Service withHealth(HealthSettings settings, Wiring wiring, Service service) {
        List<Service> services = new ArrayList<>();
        // First, so that a probe sees a slow start as alive and not ready.
        settings.address()
                .ifPresent(address ->
                        services.add(new HealthServer(address, settings.token(), wiring.health(), wiring.metrics())));
        services.add(service);
        return new ServiceHost(service.name(), services, CLOSE_DEADLINE);
    }

    /** {@code weir agent}. */
    @Command(name = "agent", description = "Watches sources, publishes what changes and serves the data.")
    static final class AgentStage extends StageCommand {
        AgentStage() {
            super("agent", root -> {
                KafkaSettings kafka = KafkaSettings.read(root);
                AgentSettings settings = AgentSettings.read(root.section("agent"));
                return with -> new Agent(settings, kafka, with.health(), with.faults(), with.metrics());
            });
        }
    }

    /** {@code weir aggregator}. */
    @Command(name = "aggregator", description = "Coalesces changes to batches.")
    static final class AggregatorStage extends StageCommand {
        AggregatorStage() {
            super("aggregator", root -> {
                KafkaSettings kafka = KafkaSettings.read(root);
                AggregatorSettings settings = AggregatorSettings.read(root.section("aggregator"));
                return with -> new Aggregator(settings, kafka, with.faults(), with.metrics(), with.health());
            });
        }
    }

    /** {@code weir applier}. */
    @Command(name = "applier", description = "Keeps one replica equal to its sources by rsync pulls.")
    static final class ApplierStage extends StageCommand {
        ApplierStage() {
            super("applier", root -> {
                ApplierSettings settings = ApplierSettings.read(root);
                return with -> new Applier(settings, with.metrics(), with.health(), with.faults());
            });
        }
    }
}
