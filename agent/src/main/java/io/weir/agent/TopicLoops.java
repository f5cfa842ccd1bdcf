package io.weir.agent;

import io.weir.agent.publish.CommandReader;
import io.weir.agent.publish.PromotionWatch;
import io.weir.agent.publish.RivalWatch;
import io.weir.agent.publish.StatusReporter;
import io.weir.schemas.Status;
import io.weir.service.ClockWatch;
import io.weir.service.Loop;
import io.weir.service.Loop.Step;
import io.weir.service.Pulse;
import io.weir.service.Service;
import io.weir.service.ServiceHost;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * What an agent does in topics for all of its sources at once: looks for rivals and promotions, reads commands, sends heartbeats. Made anew when the
 * sources are others: commands are read from the oldest one, so that none to a new source is missed.
 */
final class TopicLoops implements AutoCloseable {
    private final List<ClockWatch.Registration> registrations;
    private final Pulse pulse;
    private final ServiceHost host;

    /** For these sources; each loop gets the deadline to close. */
    TopicLoops(Shared shared, List<SourceAgent> sources, Duration closing) {
        StatusReporter reporter = new StatusReporter(
                shared.statusLog(),
                sources.stream().<Supplier<Status>>map(each -> each::status).toList());
        shared.health().readiness("agent/kafka", reporter::trouble);
        // The last heartbeat comes before the sources say goodbye themselves.
        pulse = new Pulse(shared.settings().statusInterval(), reporter::report, reporter::report);
        RivalWatch rivals = new RivalWatch(shared.kafka(), shared.format(), sources, shared.metrics());
        PromotionWatch promotions = new PromotionWatch(shared.kafka(), shared.format(), sources, shared.metrics());
        CommandReader commands = new CommandReader(shared.kafka(), shared.format(), sources, shared.metrics());
        registrations = List.of(
                shared.clock().onSetBack(rivals::renew),
                shared.clock().onSetBack(promotions::renew),
                shared.clock().onSetBack(commands::renew));
        host = new ServiceHost(
                "agent-topics",
                List.of(
                        loop("agent-rivals", rivals, shared),
                        loop("agent-promotions", promotions, shared),
                        loop("agent-commands", commands, shared),
                        loop("agent-status", pulse, shared)),
                closing);
    }

    private static Service loop(String name, Step step, Shared shared) {
        return new Loop(name, step, shared.health().heartbeat(name), shared.faults());
    }

    /** A source has something to report at once. */
    void changed() {
        pulse.changed();
    }

    void start() {
        host.start();
    }

    @Override
    public void close() {
        registrations.forEach(ClockWatch.Registration::close);
        host.close();
    }
}
