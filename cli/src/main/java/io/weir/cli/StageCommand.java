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
import io.weir.service.Loop;
import io.weir.service.Service;
import io.weir.service.ServiceHost;
import io.weir.service.SettingsText;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * One stage in a process of its own, by a settings file. The file may hold the sections of other stages too. SIGHUP has it read again.
 *
 * @param <S> what it reads of the file
 */
abstract class StageCommand<S> implements Callable<Integer> {
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

    private final Role<Role.Served<S>> role;

    /** A stage of that role. */
    StageCommand(Role<Role.Served<S>> role) {
        this.role = role;
    }

    /** What every stage is wired with. */
    record Wiring(PrometheusMeterRegistry metrics, HealthRegistry health, FaultLatch faults) {
        static Wiring make() {
            return new Wiring(
                    new PrometheusMeterRegistry(PrometheusConfig.DEFAULT), new HealthRegistry(), new FaultLatch());
        }
    }

    /** Makes the stage of what was read. */
    interface Maker<S> {
        Running<S> make(S settings, Wiring with);
    }

    abstract Running<S> make(S settings, Wiring with);

    @Override
    public Integer call() throws InterruptedException {
        return run(Outputs.out(spec), config, role, this::make);
    }

    /** Runs what is made of a settings file until it is stopped. */
    static <S> int run(PrintWriter out, Path config, Role<Role.Served<S>> role, Maker<S> maker)
            throws InterruptedException {
        SettingsText text = SettingsText.of(config);
        Role.Served<S> settings = text.read(role::read);
        Wiring wiring = Wiring.make();
        Running<S> stage = maker.make(settings.stage(), wiring);
        Reloader<S> reloader = new Reloader<>(config, role, text.values(), stage, wiring.metrics());
        // What comes while the stage starts is done when it has.
        Hangup.onEach(reloader::ask);
        Service service = withHealth(
                settings.health(),
                wiring,
                stage.service(),
                new Loop("settings", reloader, wiring.health().heartbeat("settings"), wiring.faults()));
        return Runner.run(service, wiring.faults(), () -> {
            out.println(service.name() + " runs");
            out.flush();
        });
    }

    /** A service with its health and metrics, where settings have an address for them. */
    static Service withHealth(HealthSettings settings, Wiring wiring, Service service, Service... after) {
        List<Service> services = new ArrayList<>();
        // First, so that a probe sees a slow start as alive and not ready.
        settings.address()
                .ifPresent(address ->
                        services.add(new HealthServer(address, settings.token(), wiring.health(), wiring.metrics())));
        services.add(service);
        services.addAll(List.of(after));
        return new ServiceHost(service.name(), services, CLOSE_DEADLINE);
    }

    /** {@code weir agent}. */
    @Command(
            name = "agent",
            description =
                    "Watches sources, publishes what changes and serves the data. SIGHUP has it take other sources from the"
                            + " settings file.")
    static final class AgentStage extends StageCommand<Role.WithKafka<AgentSettings>> {
        AgentStage() {
            super(Role.AGENT);
        }

        @Override
        Running<Role.WithKafka<AgentSettings>> make(Role.WithKafka<AgentSettings> settings, Wiring with) {
            Agent agent = new Agent(settings.stage(), settings.kafka(), with.health(), with.faults(), with.metrics());
            return new Running<>(agent, Agent::reloads, next -> agent.reload(next.stage()), agent::notice);
        }
    }

    /** {@code weir aggregator}. */
    @Command(name = "aggregator", description = "Coalesces changes to batches.")
    static final class AggregatorStage extends StageCommand<Role.WithKafka<AggregatorSettings>> {
        AggregatorStage() {
            super(Role.AGGREGATOR);
        }

        @Override
        Running<Role.WithKafka<AggregatorSettings>> make(Role.WithKafka<AggregatorSettings> settings, Wiring with) {
            return Running.asStarted(
                    new Aggregator(settings.stage(), settings.kafka(), with.faults(), with.metrics(), with.health()));
        }
    }

    /** {@code weir applier}. */
    @Command(
            name = "applier",
            description =
                    "Keeps one replica equal to its sources by rsync pulls. SIGHUP has it take other settings from the"
                            + " settings file.")
    static final class ApplierStage extends StageCommand<ApplierSettings> {
        ApplierStage() {
            super(Role.APPLIER);
        }

        @Override
        Running<ApplierSettings> make(ApplierSettings settings, Wiring with) {
            Applier applier = new Applier(settings, with.metrics(), with.health(), with.faults());
            return new Running<>(applier, Applier::reloads, applier::reload, applier::notice);
        }
    }
}
