package io.weir.agent;

import io.micrometer.core.instrument.MeterRegistry;
import io.weir.agent.publish.KafkaStatusLog;
import io.weir.agent.rsyncd.RsyncDaemon;
import io.weir.agent.watch.SourceRoot;
import io.weir.schemas.Topics;
import io.weir.schemas.WireFormat;
import io.weir.service.ClockWatch;
import io.weir.service.ExitCode;
import io.weir.service.FaultHandler;
import io.weir.service.HealthRegistry;
import io.weir.service.KafkaSettings;
import io.weir.service.Loop;
import io.weir.service.Service;
import io.weir.service.ServiceHost;
import io.weir.service.WeirException;
import io.weir.service.registry.SchemaRegistry;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent of a file server: watches its sources, publishes what changes and serves the data. Composed of one
 * {@link SourceAgent} per source, one rsync daemon and one status reporter. While it runs it takes other sources by {@link #reload}.
 *
 * <p>Started in this order: the lock of the state directory, the rsync daemon (so that nobody is told of a change that
 * cannot be fetched), the status log, the sources, the heartbeats; closed in reverse.
 */
public final class Agent implements Service {
    private static final Logger log = LoggerFactory.getLogger(Agent.class);

    private final Shared shared;
    private final StateDirectory directory;
    private final DataServices data;
    private final ServiceHost foundation;
    private final Duration closing;
    private final Map<SourceAgent, ServiceHost> hosts = new HashMap<>();
    private volatile List<SourceAgent> sources;
    private volatile @Nullable TopicLoops loops;
    private volatile String notice = "";
    private boolean closed;

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
        shared = new Shared(
                settings,
                kafka,
                format,
                clock,
                statusLog,
                this::statusChanged,
                UUID.randomUUID().toString(),
                health,
                faults,
                this::givenUp,
                () -> notice,
                metrics);
        sources = settings.sources().stream()
                .map(source -> new SourceAgent(source, shared))
                .toList();
        directory = new StateDirectory(settings);
        data = DataServices.of(settings, roots(sources), health, faults);
        closing = settings.stopPatience().plusSeconds(20);
        List<Service> services = new ArrayList<>();
        services.add(directory);
        services.addAll(data.all());
        services.add(statusLog);
        services.add(new Loop("agent-clock", clock, health.heartbeat("agent-clock"), faults));
        foundation = new ServiceHost("agent", services, closing);
    }

    private static List<SourceRoot> roots(List<SourceAgent> sources) {
        return sources.stream().map(SourceAgent::root).toList();
    }

    private void statusChanged() {
        TopicLoops known = loops;
        if (known != null) {
            known.changed();
        }
    }

    /** An agent that serves none of its sources any more has nothing to do. */
    private void givenUp(WeirException why) {
        if (sources.stream().allMatch(SourceAgent::isGivenUp)) {
            shared.faults().fatal("agent", why);
        }
    }

    @Override
    public String name() {
        return "agent";
    }

    /** The rsync daemon that serves the sources, unless another one does. */
    public Optional<RsyncDaemon> rsyncd() {
        return data.daemon();
    }

    @Override
    public synchronized void start() {
        try {
            foundation.start();
            sources.forEach(this::begin);
            follow();
        } catch (RuntimeException | Error failure) {
            try {
                close();
            } catch (RuntimeException second) {
                failure.addSuppressed(second);
            }
            throw failure;
        }
    }

    private void begin(SourceAgent source) {
        ServiceHost host = new ServiceHost(source.name(), List.of(source), closing);
        hosts.put(source, host);
        host.start();
    }

    private void follow() {
        TopicLoops next = new TopicLoops(shared, sources, closing);
        loops = next;
        next.start();
    }

    private void end(SourceAgent source) {
        ServiceHost host = hosts.remove(source);
        if (host != null) {
            host.close();
        }
    }

    /** Whether a key of a settings file is taken by {@link #reload}; others of an agent need a restart. */
    public static boolean reloads(String key) {
        return key.startsWith("agent.sources");
    }

    /**
     * Takes other sources: what is new or different is begun, as at a start, what is not there any more ends; the others go on
     * untouched. Nothing else of the settings is looked at.
     *
     * @throws WeirException when the sources cannot be taken, and nothing has changed then; or when one of them could not be begun,
     *     which the next call tries again
     */
    public synchronized void reload(AgentSettings next) {
        if (closed) {
            return;
        }
        directory.requireOutside(next.sources());
        next.sources().forEach(this::requireThere);
        List<SourceAgent> before = sources;
        List<SourceAgent> kept = before.stream()
                .filter(each -> next.sources().contains(each.settings()))
                .toList();
        if (kept.size() == before.size() && kept.size() == next.sources().size()) {
            return;
        }
        data.serve(next.sources().stream()
                .map(each -> new SourceRoot(each.name(), each.rootBytes()))
                .toList());
        exchange(before, kept, next.sources());
    }

    /** What is to be told beside the state of each source from now on; empty for nothing. In any thread. */
    public void notice(String text) {
        boolean isNews = !text.equals(notice);
        notice = text;
        if (isNews) {
            statusChanged();
        }
    }

    /** A disk that is not mounted is waited for, but a source that is new, or moved, is more likely a mistake. */
    private void requireThere(SourceSettings wanted) {
        boolean isNew =
                sources.stream().noneMatch(each -> each.settings().root().equals(wanted.root()));
        if (isNew && !Files.isDirectory(wanted.root())) {
            throw new WeirException(
                    ExitCode.UNAVAILABLE,
                    "take source " + wanted.name() + ": " + wanted.root() + " is no directory; create or mount it");
        }
    }

    private void exchange(List<SourceAgent> before, List<SourceAgent> kept, List<SourceSettings> wanted) {
        endLoops();
        for (SourceAgent gone : before) {
            if (!kept.contains(gone)) {
                gone.retire();
                discard(gone);
            }
        }
        List<SourceAgent> now = new ArrayList<>(kept);
        List<String> failed = new ArrayList<>();
        for (SourceSettings each : wanted) {
            if (now.stream().noneMatch(known -> known.settings().equals(each))) {
                SourceAgent made = new SourceAgent(each, shared);
                try {
                    begin(made);
                    now.add(made);
                } catch (WeirException e) {
                    failed.add(String.valueOf(e.getMessage()));
                    discard(made);
                }
            }
        }
        sources = List.copyOf(now);
        follow();
        if (!failed.isEmpty()) {
            throw new WeirException(
                    ExitCode.UNAVAILABLE,
                    "take other sources: " + String.join("; ", failed) + ". The others are served; mend it, then SIGHUP"
                            + " again");
        }
    }

    private void discard(SourceAgent source) {
        try {
            end(source);
        } catch (WeirException e) {
            log.error("a source did not end well: source={}", source.source(), e);
        }
        source.forget();
    }

    private void endLoops() {
        TopicLoops known = loops;
        loops = null;
        if (known != null) {
            known.close();
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        Deque<Runnable> parts = new ArrayDeque<>(List.of(foundation::close));
        sources.forEach(each -> parts.push(() -> end(each)));
        parts.push(this::endLoops);
        RuntimeException failure = null;
        for (Runnable part : parts) {
            try {
                part.run();
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
