package io.weir.applier;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.system.DiskSpaceMetrics;
import io.weir.applier.consume.PromotedReport;
import io.weir.applier.consume.PromotionDueException;
import io.weir.applier.consume.Promotions;
import io.weir.applier.consume.ReplicationService;
import io.weir.applier.consume.VerifyPlan;
import io.weir.applier.consume.WaitingReport;
import io.weir.applier.disk.ReplicaPast;
import io.weir.applier.hook.Hooks;
import io.weir.applier.reconcile.Differences;
import io.weir.applier.reconcile.OfflineDryRun;
import io.weir.applier.reconcile.OnlyHere;
import io.weir.applier.reconcile.Reconciler;
import io.weir.applier.reconcile.ReconcilerSettings;
import io.weir.applier.reconcile.RsyncReconciler;
import io.weir.applier.reconcile.SourceMarker;
import io.weir.applier.replica.KnownReplicas;
import io.weir.applier.replica.OpeningReconciler;
import io.weir.applier.replica.PromotedRoot;
import io.weir.applier.replica.ReplicaRoot;
import io.weir.posix.Fd;
import io.weir.posix.Fs;
import io.weir.schemas.Desired;
import io.weir.schemas.PathRules;
import io.weir.schemas.RelPath;
import io.weir.schemas.Subjects;
import io.weir.schemas.Topics;
import io.weir.schemas.WireFormat;
import io.weir.service.ClockWatch;
import io.weir.service.CronSchedule;
import io.weir.service.ExitCode;
import io.weir.service.FaultHandler;
import io.weir.service.HealthRegistry;
import io.weir.service.Loop;
import io.weir.service.RsyncProgram;
import io.weir.service.Service;
import io.weir.service.WeirException;
import io.weir.service.registry.RegistryUnavailableException;
import io.weir.service.registry.SchemaRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one replica of one or more sources. Starting it checks and locks the replica's directories before Kafka is asked
 * for anything, so a refusal leaves no trace.
 */
public final class Applier implements Service {
    private static final Logger log = LoggerFactory.getLogger(Applier.class);

    private final ApplierSettings settings;
    private final MeterRegistry metrics;
    private final HealthRegistry health;
    private final FaultHandler faults;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final Promotions promotions = new Promotions();
    private volatile List<ReplicaRoot> inUse = List.of();
    private volatile Map<String, PromotedRoot> promoted = Map.of();
    private volatile @Nullable ReplicationService replicating;
    private final ClockWatch clock = new ClockWatch();
    private final List<Loop> loops = new CopyOnWriteArrayList<>();
    private volatile boolean closed;
    private final Optional<SchemaRegistry> registry;
    private final WireFormat format;

    /** An applier; faults are told when it cannot go on, after it was started. */
    public Applier(ApplierSettings settings, MeterRegistry metrics, HealthRegistry health, FaultHandler faults) {
        this.settings = settings;
        this.metrics = metrics;
        this.health = health;
        this.faults = faults;
        this.registry = settings.kafka().registry().map(SchemaRegistry::new);
        this.format = WireFormat.of(registry, known -> known::idOf, known -> known::schemaOf);
        registry.ifPresent(known -> health.readiness(name() + "/registry", known::trouble));
    }

    @Override
    public String name() {
        return "applier/" + settings.replica();
    }

    /**
     * Returns when the replica is replicated to, or when its disk refuses its directory or is not mounted: that is tried again for
     * ever, so that nothing else in the process suffers.
     *
     * @throws WeirException when there is no usable rsync, a directory is none that may be used, or Kafka cannot be reached
     */
    @Override
    public void start() {
        RsyncProgram.find();
        settings.sources().forEach(source -> Hooks.check(source.source(), source.hooks()));
        KnownReplicas known = KnownReplicas.open(settings.stateDirectory(), settings.replica());
        begin(clock, "/clock");
        WeirException refused = tryOpen(known);
        DiskWatch watch = new DiskWatch(
                settings.sources().stream().map(ReplicaSettings::source).toList(),
                refused,
                new Disk(known),
                () -> new WaitingReport(settings.replica(), settings.kafka(), format, metrics));
        health.readiness(name() + "/disk", () -> Optional.of(watch.reason()).filter(why -> !why.isEmpty()));
        clock.onSetBack(watch::clockSetBack);
        begin(watch, "/disk");
    }

    private void begin(Loop.Step step, String part) {
        Loop loop = new Loop(name() + part, step, health.heartbeat(name() + part), faults);
        loops.add(loop);
        loop.start();
    }

    /** The replica as its disk comes and goes, after the start. */
    private final class Disk implements DiskWatch.Replica {
        private final KnownReplicas known;

        Disk(KnownReplicas known) {
            this.known = known;
        }

        /** Whatever stands in the way is waited for: it worked before, or its disk refused. */
        @Override
        public @Nullable WeirException tryOpen() {
            try {
                return Applier.this.tryOpen(known);
            } catch (WeirException e) {
                giveUp();
                return e;
            } catch (KafkaException e) {
                giveUp();
                return new WeirException(
                        ExitCode.UNAVAILABLE, "open replica: Kafka cannot be found: " + e + "; it is tried again", e);
            }
        }

        @Override
        public @Nullable WeirException lost() {
            try {
                inUse.forEach(ReplicaRoot::requireThere);
            } catch (WeirException e) {
                return e;
            }
            if (promotions.takeNews()) {
                return new WeirException(
                        ExitCode.UNAVAILABLE, "a replica was promoted to be a source; this one is opened again");
            }
            boolean isAll = promoted.values().stream().allMatch(each -> PromotedRoot.isThere(each.root()));
            return isAll
                    ? null
                    : new WeirException(
                            ExitCode.UNAVAILABLE,
                            "a source is a replica again, or its disk is gone; it is opened again");
        }

        @Override
        public void giveUp() {
            closeOpened();
        }
    }

    /** Null when the replica works, or when this was closed; otherwise why its disk or the schema registry refused. */
    private synchronized @Nullable WeirException tryOpen(KnownReplicas known) {
        if (closed) {
            return null;
        }
        Map<String, ReplicaRoot> roots = new LinkedHashMap<>();
        try {
            openRoots(roots, known);
        } catch (WeirException e) {
            closeOpened();
            if (e.exitCode() == ExitCode.UNAVAILABLE) {
                return e;
            }
            throw e;
        }
        try {
            askRegistry();
            tellPromoted();
            if (!roots.isEmpty()) {
                replicate(roots, known);
            }
        } catch (RegistryUnavailableException e) {
            closeOpened();
            return new WeirException(ExitCode.UNAVAILABLE, String.valueOf(e.getMessage()), e);
        } catch (PromotionDueException e) {
            closeOpened();
            WeirException refused = promote();
            return refused == null ? tryOpen(known) : refused;
        }
        inUse = List.copyOf(roots.values());
        return null;
    }

    /** All but those that were promoted, which nothing is written to. */
    private void openRoots(Map<String, ReplicaRoot> roots, KnownReplicas known) {
        Map<String, PromotedRoot> found = new LinkedHashMap<>();
        for (ReplicaSettings source : settings.sources()) {
            Optional<PromotedRoot> made = PromotedRoot.find(source.root());
            if (made.isPresent()) {
                made.get().complete();
                found.put(source.source(), made.get());
                log.info(
                        "promoted: source={} replica={} {}",
                        source.source(),
                        settings.replica(),
                        made.get().message());
                continue;
            }
            known.refuseLost(source.source(), source.root(), source.adopt());
            ReplicaRoot root = ReplicaRoot.open(source.source(), source.root(), source.adopt());
            opened.push(root);
            roots.put(source.source(), root);
            rememberOld(root, known);
        }
        promoted = Map.copyOf(found);
    }

    private void tellPromoted() {
        if (!promoted.isEmpty()) {
            opened.push(new PromotedReport(
                    settings.replica(),
                    promoted,
                    settings.statusInterval(),
                    settings.kafka(),
                    format,
                    metrics,
                    health,
                    faults));
        }
    }

    /** Carries out what is wanted, while nothing is open. Null when it is done, or refused for good; otherwise why the disk refused. */
    private @Nullable WeirException promote() {
        for (Map.Entry<String, Desired> each : promotions.due().entrySet()) {
            Desired wanted = each.getValue();
            ReplicaSettings source = settings.sources().stream()
                    .filter(one -> one.source().equals(each.getKey()))
                    .findFirst()
                    .orElseThrow();
            try {
                if (!source.selection().note().isEmpty()) {
                    throw new WeirException(
                            ExitCode.CONFLICT,
                            PromotedRoot.REFUSED + "it takes only some paths of the source (paths, filters), and the"
                                    + " others would be deleted from all other replicas");
                }
                try (ReplicaRoot root = ReplicaRoot.open(source.source(), source.root(), false)) {
                    PromotedRoot.make(root, source.source(), wanted);
                }
                promotions.done(source.source());
            } catch (WeirException e) {
                if (e.exitCode() != ExitCode.CONFLICT) {
                    return e;
                }
                log.warn("{}: source={} replica={}", e.getMessage(), source.source(), settings.replica());
                String why = String.valueOf(e.getMessage());
                promotions.refuse(wanted, Promotions.isRefusal(why) ? why : PromotedRoot.REFUSED + why);
            }
        }
        return null;
    }

    /** Also a replica of a Weir that remembered none. Where that cannot be written it works as it did. */
    private static void rememberOld(ReplicaRoot root, KnownReplicas known) {
        try {
            known.remember(root);
        } catch (WeirException e) {
            log.warn("should this replica's disk not be mounted once, nobody would know: cause={}", e.getMessage());
        }
    }

    /** Without the ids of what is written nothing can be told; they are waited for before anything else, and kept for life. */
    private void askRegistry() {
        Topics topics = new Topics(settings.kafka().topicPrefix());
        Map<String, String> schemas = Subjects.of(topics);
        for (Topics.Topic written : List.of(topics.results(), topics.deadLetters(), topics.status())) {
            String subject = Subjects.subject(written);
            registry.ifPresent(known -> known.idOf(subject, Objects.requireNonNull(schemas.get(subject), subject)));
        }
    }

    private void replicate(Map<String, ReplicaRoot> roots, KnownReplicas known) {
        Map<String, Reconciler> reconcilers = new LinkedHashMap<>();
        Map<String, ReplicaPast> pasts = new LinkedHashMap<>();
        Map<String, String> choices = new LinkedHashMap<>();
        Map<String, Hooks> hooks = new LinkedHashMap<>();
        Map<String, CronSchedule> baselines = new LinkedHashMap<>();
        Duration tempGrace = Duration.ZERO;
        for (ReplicaSettings source : settings.sources()) {
            ReplicaRoot root = Objects.requireNonNull(roots.get(source.source()), "opened before");
            OpeningReconciler reconciler = reconciler(source, root, known);
            opened.push(reconciler);
            showDisk(source);
            Hooks called = hooks(source);
            opened.push(called);
            hooks.put(source.source(), called);
            source.baselines().ifPresent(schedule -> baselines.put(source.source(), schedule));
            reconcilers.put(source.source(), reconciler);
            pasts.put(
                    source.source(),
                    new ReplicaPast(root.path(), root::requireThere, source.trash(), source.restoreDirectory()));
            choices.put(source.source(), source.selection().note());
            tempGrace = tempGrace.compareTo(source.tempGrace()) > 0 ? tempGrace : source.tempGrace();
        }
        ReplicationService replication = new ReplicationService(
                new ReplicationService.Options(
                        settings.replica(),
                        choices,
                        settings.kafka(),
                        settings.limits(),
                        tempGrace,
                        settings.deadLetters(),
                        settings.positionInterval(),
                        settings.statusInterval(),
                        settings.pauses(),
                        settings.closeDeadline(),
                        verification(),
                        baselines,
                        hooks,
                        format,
                        promotions),
                roots,
                reconcilers,
                pasts,
                Applier::sync,
                new ReplicationService.Host(metrics, health, faults, clock));
        opened.push(replication);
        replicating = replication;
        replication.start();
    }

    /** How much room is left on the replica's disk; one that was opened before shows it already. */
    private void showDisk(ReplicaSettings source) {
        Tags tags = Tags.of("source", source.source(), "replica", settings.replica());
        new DiskSpaceMetrics(source.root().toFile(), tags).bindTo(metrics);
    }

    private Hooks hooks(ReplicaSettings source) {
        return Hooks.open(
                source.hooks(),
                new Hooks.Place(source.source(), settings.replica(), source.root()),
                source.selection(),
                metrics,
                faults);
    }

    private Map<String, VerifyPlan> verification() {
        Map<String, VerifyPlan> plans = new LinkedHashMap<>();
        settings.sources().forEach(source -> plans.put(source.source(), source.verify()));
        return plans;
    }

    private OpeningReconciler reconciler(ReplicaSettings source, ReplicaRoot root, KnownReplicas known) {
        SourceMarker marker = new SourceMarker(source.endpoint(), source.rsync());
        return new OpeningReconciler(
                marker::discover,
                root,
                id -> {
                    known.remember(root);
                    return new RsyncReconciler(
                            settings(source, settings.replica(), root.path(), id), root::requireThere, metrics);
                },
                new Followed(source.source()));
    }

    private final class Followed implements OpeningReconciler.Succession {
        private final String source;

        Followed(String source) {
            this.source = source;
        }

        @Override
        public @Nullable Desired newest() {
            return promotions.newest(source);
        }

        @Override
        public void follows(Desired newest) {
            ReplicationService open = replicating;
            if (open != null) {
                open.startBaseline(
                        source,
                        "replica " + RelPath.display(newest.getReplica().getBytes(StandardCharsets.UTF_8))
                                + " was promoted to be the source");
            }
        }
    }

    private static ReconcilerSettings settings(ReplicaSettings source, String replica, Path root, UUID id) {
        return new ReconcilerSettings(
                source.source(),
                replica,
                root,
                id,
                source.endpoint(),
                source.rsync(),
                source.selection(),
                PathRules.of(source.temporaryNames()),
                source.tempGrace(),
                source.deletePolicy(),
                source.breaker(),
                source.trash());
    }

    /**
     * What a baseline of a source's paths would change, without an applier that runs: neither lock nor trace, and the directory
     * need not be a replica yet.
     *
     * @throws InterruptedException when the caller's thread was interrupted
     * @throws WeirException when there is no usable rsync, or the directory is the replica of another source
     */
    public static Differences dryRun(String replica, ReplicaSettings source, List<RelPath> paths)
            throws InterruptedException {
        SourceMarker.Found found = new SourceMarker(source.endpoint(), source.rsync()).discover();
        UUID id = found.id();
        if (id == null) {
            return Differences.held(found.state(), found.message());
        }
        ReplicaRoot.refuseOther(source.source(), source.root(), id);
        return OfflineDryRun.of(settings(source, replica, source.root(), id), paths);
    }

    /**
     * What a baseline of a directory that is not a replica yet would change, and of all that only the directory has, path by path.
     *
     * @param expected the identity that the source must have
     * @throws InterruptedException when the caller's thread was interrupted
     * @throws WeirException CONFLICT when what answers is another source; when there is no usable rsync
     */
    public static Differences onlyHere(String replica, ReplicaSettings source, UUID expected, OnlyHere told)
            throws InterruptedException {
        SourceMarker.Found found = new SourceMarker(source.endpoint(), source.rsync()).discover();
        UUID id = found.id();
        if (id == null) {
            return Differences.held(found.state(), found.message());
        }
        if (!id.equals(expected)) {
            throw new WeirException(
                    ExitCode.CONFLICT,
                    "compare " + source.root() + " with source " + source.source() + ": what answers at "
                            + source.endpoint().url() + " has id " + id + ", and the source has id " + expected
                            + "; let `url` of this source name its host");
        }
        return OfflineDryRun.of(settings(source, replica, source.root(), id), List.of(RelPath.ROOT), told);
    }

    private static void sync(Path root) throws IOException {
        try (Fd directory = Fs.openDirectory(root.toString().getBytes(StandardCharsets.UTF_8))) {
            Fs.syncfs(directory);
        }
    }

    /** Ends reading and pulls, writes and commits the position, then gives the directories free. */
    @Override
    public void close() {
        closed = true;
        loops.forEach(Loop::close);
        closeOpened();
    }

    private synchronized void closeOpened() {
        inUse = List.of();
        replicating = null;
        while (!opened.isEmpty()) {
            AutoCloseable next = opened.pop();
            try {
                next.close();
            } catch (Exception e) {
                log.error(
                        "close failed: replica={} part={}",
                        settings.replica(),
                        next.getClass().getSimpleName(),
                        e);
            }
        }
    }
}
