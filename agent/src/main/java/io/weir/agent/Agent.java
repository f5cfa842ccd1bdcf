package io.weir.agent;

import io.micrometer.core.instrument.MeterRegistry;
import io.weir.agent.publish.CommandReader;
import io.weir.agent.publish.KafkaStatusLog;
import io.weir.agent.publish.PromotionWatch;
import io.weir.agent.publish.RivalWatch;
import io.weir.agent.publish.StatusReporter;
import io.weir.agent.rsyncd.RsyncDaemon;
import io.weir.agent.watch.SourceRoot;
import io.weir.schemas.Status;
import io.weir.schemas.Topics;
import io.weir.schemas.WireFormat;
import io.weir.service.ClockWatch;
import io.weir.service.FaultHandler;
import io.weir.service.HealthRegistry;
import io.weir.service.KafkaSettings;
import io.weir.service.Loop;
import io.weir.service.Pulse;
import io.weir.service.Service;
import io.weir.service.ServiceHost;
import io.weir.service.registry.SchemaRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The agent of a file server: watches its sources, publishes what changes and serves the data. Composed of one
 * {@link SourceAgent} per source, one rsync daemon and one status reporter.
 *
 * <p>Started in this order: the lock of the state directory, the rsync daemon (so that nobody is told of a change that
 * cannot be fetched), the status log, the sources, the heartbeats; closed in reverse.
 */
public final class Agent implements Service {
    private final Optional<RsyncDaemon> rsyncd;
    private final ServiceHost host;

    /**
     * Wires an agent; nothing is opened before {@link #start()}.
     *
     * @param faults is told when a part of the agent cannot go on
     */
    public Agent(
            AgentSettings settings,
            KafkaSettings kafka,
            HealthRegistry health,
            FaultHandler faults,
            MeterRegistry metrics) {
        Optional<SchemaRegistry> registry = kafka.registry().map(SchemaRegistry::new);
        registry.ifPresent(known -> health.readiness("agent/registry", known::trouble));
        WireFormat format = WireFormat.of(registry, known -> known::idOf, known -> known::schemaOf);
        KafkaStatusLog statusLog = new KafkaStatusLog(kafka, new Topics(kafka.topicPrefix()), format, metrics);
        ClockWatch clock = new ClockWatch();
        clock.onSetBack(() -> statusLog.renew("the clock was set back"));
        List<SourceAgent> sources = new ArrayList<>();
        Reports reports = new Reports();
        AtomicInteger served = new AtomicInteger(settings.sources().size());
        Shared shared = new Shared(
                settings,
                kafka,
                format,
                clock,
                statusLog,
                reports,
                UUID.randomUUID().toString(),
                health,
                faults,
                why -> {
                    if (served.decrementAndGet() == 0) {
                        faults.fatal("agent", why);
                    }
                },
                metrics);
        for (SourceSettings source : settings.sources()) {
            sources.add(new SourceAgent(source, shared));
        }
        StatusReporter reporter = new StatusReporter(
                statusLog,
                sources.stream().<Supplier<Status>>map(each -> each::status).toList());
        health.readiness("agent/kafka", reporter::trouble);
        // The last heartbeat comes before the sources say goodbye themselves.
        Pulse pulse = new Pulse(settings.statusInterval(), reporter::report, reporter::report);
        reports.pulse = pulse;
        List<Service> services = new ArrayList<>();
        services.add(new StateDirectory(settings));
        List<SourceRoot> roots = sources.stream().map(SourceAgent::root).toList();
        DataServices data = DataServices.of(settings, roots, health, faults);
        rsyncd = data.daemon();
        services.addAll(data.all());
        services.add(statusLog);
        services.add(new Loop("agent-clock", clock, health.heartbeat("agent-clock"), faults));
        services.addAll(sources);
        RivalWatch rivals = new RivalWatch(kafka, format, sources, metrics);
        clock.onSetBack(rivals::renew);
        services.add(new Loop("agent-rivals", rivals, health.heartbeat("agent-rivals"), faults));
        PromotionWatch promotions = new PromotionWatch(kafka, format, sources, metrics);
        clock.onSetBack(promotions::renew);
        services.add(new Loop("agent-promotions", promotions, health.heartbeat("agent-promotions"), faults));
        CommandReader commands = new CommandReader(kafka, format, sources, metrics);
        clock.onSetBack(commands::renew);
        services.add(new Loop("agent-commands", commands, health.heartbeat("agent-commands"), faults));
        services.add(new Loop("agent-status", pulse, health.heartbeat("agent-status"), faults));
        Duration closing = settings.stopPatience().plusSeconds(20);
        this.host = new ServiceHost("agent", services, closing);
    }

    /** Passes state changes on to the pulse, which needs the sources first. */
    private static final class Reports implements Runnable {
        private volatile @Nullable Pulse pulse;

        @Override
        public void run() {
            Pulse known = pulse;
            if (known != null) {
                known.changed();
            }
        }
    }

    @Override
    public String name() {
        return "agent";
    }

    /** The rsync daemon that serves the sources, unless another one does. */
    public Optional<RsyncDaemon> rsyncd() {
        return rsyncd;
    }

    @Override
    public void start() {
        host.start();
    }

    @Override
    public void close() {
        host.close();
    }
}
