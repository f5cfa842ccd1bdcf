package io.weir.applier.consume;

import io.micrometer.core.instrument.MeterRegistry;
import io.weir.applier.disk.ReplicaPast;
import io.weir.applier.hook.Hooks;
import io.weir.applier.position.DiskSync;
import io.weir.applier.reconcile.Reconciler;
import io.weir.applier.replica.ReplicaRoot;
import io.weir.schemas.Topics;
import io.weir.schemas.WireFormat;
import io.weir.service.ClockWatch;
import io.weir.service.CronSchedule;
import io.weir.service.ExitCode;
import io.weir.service.FaultHandler;
import io.weir.service.HealthRegistry;
import io.weir.service.KafkaSettings;
import io.weir.service.Loop;
import io.weir.service.Pulse;
import io.weir.service.Refusal;
import io.weir.service.Service;
import io.weir.service.WakingConsumer;
import io.weir.service.WeirException;
import io.weir.service.registry.RegistryUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.acl.AclOperation;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The threads of one replica: polling, lanes, positions, states. Started once; stopped in the order that keeps positions true. */
public final class ReplicationService implements Service {
    private static final Logger log = LoggerFactory.getLogger(ReplicationService.class);
    private static final Duration KAFKA_PATIENCE = Duration.ofSeconds(60);
    private static final Duration MARGIN = Duration.ofSeconds(30);
    /** For the hooks of all sources together, as the loop that waits for them is waited for too. */
    private static final Duration HOOK_PATIENCE = Duration.ofSeconds(5);

    private final Options options;
    private final Map<String, ReplicaRoot> roots;
    private final DiskSync disk;
    private final Topics topics;
    private final WireFormat format;
    private final KafkaOutbox outbox;
    private final Lanes lanes;
    private final Replication replication;
    private final PositionKeeper positions;
    private final Loop keeping;
    private final Loop reporting;
    private final MeterRegistry metrics;
    private final HealthRegistry health;
    private final FaultHandler faults;
    private final ClockWatch clock;
    private volatile Reports.End end = Reports.End.ORDERLY;
    private @Nullable Loop polling;
    private @Nullable Loop commanding;
    private @Nullable Loop desiring;
    private @Nullable TopicIdentity identity;

    /**
     * What it is told.
     *
     * @param replica its name
     * @param choices by source: which paths it takes, as {@link io.weir.applier.position.Position#choice}
     * @param kafka how to reach Kafka
     * @param limits bounds
     * @param tempGrace how long a temporary-looking name is put off
     * @param deadLetters when failed paths are tried again
     * @param positionInterval how often a position is written
     * @param statusInterval how often a state is published
     * @param pauses when the replica rests by the clock
     * @param closeDeadline how long a stop waits for jobs
     * @param verification by source: how it is verified
     * @param baselines by source: when it is made equal as a whole by itself
     * @param hooks by source: what is called after changes; closed by their owner, after this
     * @param format how records lie in the topics; of what is written here a schema registry was asked before
     * @param promotions is told of those that are heard of
     */
    public record Options(
            String replica,
            Map<String, String> choices,
            KafkaSettings kafka,
            Replication.Limits limits,
            Duration tempGrace,
            DeadLetterSchedule deadLetters,
            Duration positionInterval,
            Duration statusInterval,
            PauseWindows pauses,
            Duration closeDeadline,
            Map<String, VerifyPlan> verification,
            Map<String, CronSchedule> baselines,
            Map<String, Hooks> hooks,
            WireFormat format,
            Promotions promotions) {}

    /** The process around it; the clock tells what is read at the start, the notice is told beside each state. */
    public record Host(
            MeterRegistry metrics,
            HealthRegistry health,
            FaultHandler faults,
            ClockWatch clock,
            Supplier<String> notice) {}

    /** A service that keeps these directories equal through these reconcilers, and knows what they had, all by source. */
    public ReplicationService(
            Options options,
            Map<String, ReplicaRoot> roots,
            Map<String, Reconciler> reconcilers,
            Map<String, ReplicaPast> pasts,
            DiskSync disk,
            Host host) {
        this.options = options;
        this.roots = Map.copyOf(roots);
        this.disk = disk;
        health = host.health();
        faults = (component, cause) -> {
            end = Reports.End.failed(cause);
            host.faults().fatal(component, cause);
        };
        clock = host.clock();
        topics = new Topics(options.kafka().topicPrefix());
        format = options.format();
        metrics = host.metrics();
        outbox = new KafkaOutbox(
                "weir-applier-" + options.replica() + "-out", options.kafka(), format.framer(), metrics);
        // Three more, for dry runs, verifications and restores: of a large tree they may not hold up the work.
        lanes = new Lanes(name() + "/lane", options.limits().lanes() + 3);
        replication = new Replication(
                new Surroundings(options.replica(), topics, lanes, outbox, Clocks.system(), faults, metrics),
                options.limits(),
                options.tempGrace(),
                options.deadLetters(),
                reconcilers);
        options.verification()
                .forEach((source, plan) -> replication.verifies(
                        source,
                        plan,
                        Objects.requireNonNull(roots.get(source), source).own()));
        options.baselines().forEach(replication::baselines);
        options.hooks().forEach(replication::calls);
        pasts.forEach(replication::remembers);
        replication.replays(new History(
                topics.batches().name(),
                new BatchReader(this.roots.keySet(), format),
                () -> new WakingConsumer(options.kafka().consumer(BatchConsumer.reading(options.replica())), clock)));
        positions = new PositionKeeper(
                options.replica(), replication, this.roots, options.choices(), this.disk, options.positionInterval());
        keeping = new Loop(name() + "/position", positions, health.heartbeat(name() + "/position"), faults);
        Pulse pulse =
                new Pulse(options.statusInterval(), () -> replication.report(null), () -> replication.report(end));
        replication.onNews(pulse::changed);
        replication.reportsEvery(options.statusInterval());
        replication.notices(host.notice());
        replication.pauseIn(options.pauses());
        reporting = new Loop(name() + "/status", pulse, health.heartbeat(name() + "/status"), faults);
    }

    @Override
    public String name() {
        return "applier/" + options.replica();
    }

    /**
     * Reads the dead letters and what is wanted, joins the group, and returns; baselines go on by themselves.
     *
     * @throws PromotionDueException when the replica is to become a source; nothing was begun
     * @throws RegistryUnavailableException when the schema of one of these records cannot be had now
     */
    @Override
    public void start() {
        outbox.start();
        TopicIdentity found = new TopicIdentity(
                options.kafka(), options.replica(), topics.batches().name());
        identity = found;
        // Asked once here, so that a start without Kafka or topics says so.
        String topicId = found.ask(KAFKA_PATIENCE);
        log.debug("topic found: topic={} id={}", topics.batches().name(), topicId);
        loadDeadLetters();
        startDesired();
        Consumer<byte[], byte[]> consumer =
                BatchConsumer.connect(options.kafka(), topics.group(options.replica()), options.replica(), metrics);
        BatchConsumer step = new BatchConsumer(
                topics.batches().name(),
                found,
                consumer,
                new BatchReader(roots.keySet(), format),
                replication,
                positions,
                this::stopWork);
        Loop loop = new Loop(
                name() + "/poll",
                step,
                health.heartbeat(name() + "/poll"),
                faults,
                options.closeDeadline().plus(MARGIN));
        polling = loop;
        step.subscribe();
        loop.start();
        keeping.start();
        reporting.start();
        startCommands();
        health.readiness(name(), () -> {
            List<String> held = replication.held();
            return held.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", held));
        });
    }

    private void loadDeadLetters() {
        String letters = topics.deadLetters().name();
        try (Consumer<byte[], byte[]> loader =
                new WakingConsumer(options.kafka().consumer(BatchConsumer.reading(options.replica())), clock)) {
            DeadLetterLoader.load(loader, letters, options.replica(), format, KAFKA_PATIENCE)
                    .forEach(replication::load);
        } catch (RegistryUnavailableException e) {
            // Not Kafka's fault, though it is one of its exceptions.
            throw e;
        } catch (KafkaException e) {
            throw new WeirException(
                    ExitCode.UNAVAILABLE,
                    "read dead letters from " + letters + ": " + Refusal.explain(e, AclOperation.READ)
                            + "; check Kafka, and that the topic is there and may be read",
                    e);
        }
    }

    /** What a replica that is to rest may not begin before it is known; the loop goes on from there. */
    private void startDesired() {
        Consumer<byte[], byte[]> consumer =
                new WakingConsumer(DesiredConsumer.reading(options.kafka(), options.replica()), clock);
        DesiredConsumer desired = new DesiredConsumer(
                topics.desired().name(),
                options.replica(),
                roots.keySet(),
                format,
                consumer,
                options.promotions(),
                replication::want);
        try {
            desired.load(KAFKA_PATIENCE);
            options.promotions().takeNews();
            if (!options.promotions().due().isEmpty()) {
                throw new PromotionDueException();
            }
        } catch (RuntimeException e) {
            consumer.close();
            throw e;
        }
        Loop loop = new Loop(name() + "/desired", desired, health.heartbeat(name() + "/desired"), faults);
        desiring = loop;
        loop.start();
    }

    private void startCommands() {
        CommandConsumer commands = new CommandConsumer(
                topics.commands().name(),
                options.replica(),
                format,
                CommandConsumer.connect(
                        options.kafka(), topics.commandGroup(options.replica()), options.replica(), metrics),
                replication);
        Loop loop = new Loop(name() + "/commands", commands, health.heartbeat(name() + "/commands"), faults);
        commanding = loop;
        loop.start();
    }

    private void stopWork() throws InterruptedException {
        if (!replication.drain(options.closeDeadline())) {
            log.warn("ending pulls under way: replica={} waited={}", options.replica(), options.closeDeadline());
        }
        lanes.close();
        // What is told now is not told again after the next start.
        long end = System.nanoTime() + HOOK_PATIENCE.toNanos();
        for (Hooks hooks : options.hooks().values()) {
            hooks.drain(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
        }
    }

    /**
     * Makes a whole source equal, for a reason that people are told; a crash after this does not lose it. Waits for the disk. In any thread.
     *
     * @throws WeirException UNAVAILABLE when the disk refuses; nothing was started
     */
    public void startBaseline(String source, String reason) {
        positions.startBaseline(source, reason);
    }

    /** Whether nothing waits and nothing is under way at this moment. */
    public boolean isIdle() {
        return replication.isIdle();
    }

    @Override
    public void close() {
        if (commanding != null) {
            commanding.close();
        }
        if (desiring != null) {
            desiring.close();
        }
        if (polling != null) {
            polling.close();
        }
        if (identity != null) {
            identity.close();
        }
        lanes.close();
        keeping.close();
        reporting.close();
        outbox.close();
        // Its gauges stay until it is opened again, and must not go on to say that all is well.
        replication.hold("the replica is closed");
    }
}
