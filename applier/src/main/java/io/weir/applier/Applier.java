package io.weir.applier;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.weir.applier.consume.PromotedReport;
import io.weir.applier.consume.PromotionDueException;
import io.weir.applier.consume.Promotions;
import io.weir.applier.consume.ReplicationService;
import io.weir.applier.consume.WaitingReport;
import io.weir.applier.hook.Hooks;
import io.weir.applier.replica.KnownReplicas;
import io.weir.applier.replica.PromotedRoot;
import io.weir.applier.replica.ReplicaRoot;
import io.weir.applier.rsync.SecretFile;
import io.weir.schemas.Desired;
import io.weir.schemas.Subjects;
import io.weir.schemas.Topics;
import io.weir.schemas.WireFormat;
import io.weir.service.ClockWatch;
import io.weir.service.ExitCode;
import io.weir.service.FaultHandler;
import io.weir.service.HealthRegistry;
import io.weir.service.Loop;
import io.weir.service.Meters;
import io.weir.service.RsyncProgram;
import io.weir.service.Service;
import io.weir.service.WeirException;
import io.weir.service.registry.RegistryUnavailableException;
import io.weir.service.registry.SchemaRegistry;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one replica of one or more sources. Starting it checks and locks the replica's directories before Kafka is asked
 * for anything, so a refusal leaves no trace. While it runs it takes other settings by {@link #reload}.
 */
public final class Applier implements Service {
    private static final Logger log = LoggerFactory.getLogger(Applier.class);
    private static final Set<String> UNRELOADED =
            Set.of("applier." + ApplierSettings.REPLICA.key(), "applier." + ApplierSettings.STATE_DIRECTORY.key());

    private volatile ApplierSettings settings;
    private final MeterRegistry metrics;
    private final HealthRegistry health;
    private final FaultHandler faults;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final Promotions promotions = new Promotions();
    private volatile List<ReplicaRoot> inUse = List.of();
    private volatile Map<String, PromotedRoot> promoted = Map.of();
    private final ClockWatch clock = new ClockWatch();
    private final List<Loop> loops = new CopyOnWriteArrayList<>();
    private volatile boolean closed;
    private volatile String notice = "";
    private @Nullable DiskWatch watch;
    private final KnownReplicas known;
    private final DiskWatch.Replica disk = new Disk();
    private final Optional<SchemaRegistry> registry;
    private final WireFormat format;

    /** An applier; faults are told when it cannot go on, after it was started. */
    public Applier(ApplierSettings settings, MeterRegistry metrics, HealthRegistry health, FaultHandler faults) {
        this.settings = settings;
        this.metrics = metrics;
        this.health = health;
        this.faults = faults;
        this.known = new KnownReplicas(settings.stateDirectory(), settings.replica());
        this.registry = settings.kafka().registry().map(SchemaRegistry::new);
        this.format = WireFormat.of(registry, served -> served::idOf, served -> served::schemaOf);
        registry.ifPresent(served -> health.readiness(name() + "/registry", served::trouble));
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
        known.read();
        settings.sources().forEach(Applier::warnOfSecret);
        begin(clock, "/clock");
        WeirException refused = tryOpen();
        DiskWatch watching = new DiskWatch(
                () -> settings.sources().stream().map(ReplicaSettings::source).toList(),
                refused,
                disk,
                () -> new WaitingReport(settings.replica(), this::promotedNow, settings.kafka(), format, metrics));
        watch = watching;
        health.readiness(name() + "/disk", () -> Optional.of(watching.reason()).filter(why -> !why.isEmpty()));
        clock.onSetBack(watching::clockSetBack);
        begin(watching, "/disk");
    }

    private Optional<PromotedRoot> promotedNow(String name) {
        try {
            return settings.sources().stream()
                    .filter(each -> each.source().equals(name))
                    .findFirst()
                    .flatMap(source -> PromotedRoot.find(source.root()));
        } catch (WeirException e) {
            // That stands in the way then, and is told.
            return Optional.empty();
        }
    }

    /** rsync refuses it with every pull, and other sources go on. */
    private static void warnOfSecret(ReplicaSettings source) {
        SecretFile.trouble(source.endpoint())
                .ifPresent(trouble -> log.warn(
                        "this source will not be reached: source={} cause=secrets.file {}", source.source(), trouble));
    }

    /** Whether a key of a settings file is taken by {@link #reload}; others of an applier need a restart. */
    public static boolean reloads(String key) {
        return key.startsWith("applier.") && !UNRELOADED.contains(key);
    }

    /**
     * Takes other settings, but for what {@link #reloads} does not name. The work ends as for a stop, and begins anew from its
     * positions; the group, the numbers and the process stay. Returns when it does, or when it waits for a disk.
     *
     * @throws WeirException when a directory is none that may be used; everything is as before then
     */
    public void reload(ApplierSettings next) {
        ApplierSettings before = settings;
        DiskWatch watching = watch;
        if (watching == null) {
            throw new IllegalStateException("reload " + name() + ": it was not started");
        }
        ApplierSettings wanted = next.of(before.replica(), before.stateDirectory(), before.kafka());
        known.read();
        for (ReplicaSettings source : wanted.sources()) {
            Hooks.check(source.source(), source.hooks());
            // Nothing is written to one that was promoted.
            if (before.sources().stream().noneMatch(each -> each.isAt(source))
                    && !PromotedRoot.isThere(source.root())) {
                known.refuseLost(source.source(), source.root(), source.adopt());
                ReplicaRoot.refuseForeign(source.source(), source.root(), source.adopt());
            }
            warnOfSecret(source);
        }
        AtomicReference<WeirException> rejected = new AtomicReference<>();
        watching.reopen(() -> swap(before, wanted, rejected));
        WeirException why = rejected.get();
        if (why != null) {
            throw why;
        }
    }

    /** What is to be told beside the state of each source from now on; empty for nothing. In any thread. */
    public void notice(String text) {
        notice = text;
    }

    /** Null when the replica works; a directory that another process has, say, is rejected, and the settings before hold. */
    private @Nullable WeirException swap(
            ApplierSettings before, ApplierSettings wanted, AtomicReference<WeirException> rejected) {
        closeOpened();
        before.sources().stream()
                .filter(each -> wanted.sources().stream().noneMatch(each::isAt))
                .forEach(gone ->
                        Meters.remove(metrics, "", Tags.of("source", gone.source(), "replica", before.replica())));
        settings = wanted;
        WeirException refused = disk.tryOpen();
        if (refused != null && refused.exitCode() != ExitCode.UNAVAILABLE) {
            rejected.set(refused);
            settings = before;
            return disk.tryOpen();
        }
        return refused;
    }

    private void begin(Loop.Step step, String part) {
        Loop loop = new Loop(name() + part, step, health.heartbeat(name() + part), faults);
        loops.add(loop);
        loop.start();
    }

    /** The replica as its disk comes and goes, after the start. */
    private final class Disk implements DiskWatch.Replica {
        /** Whatever stands in the way is waited for: it worked before, or its disk refused. */
        @Override
        public @Nullable WeirException tryOpen() {
            try {
                known.read();
                return Applier.this.tryOpen();
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
    private synchronized @Nullable WeirException tryOpen() {
        if (closed) {
            return null;
        }
        Map<String, ReplicaRoot> roots = new LinkedHashMap<>();
        try {
            openRoots(roots);
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
            if (roots.isEmpty()) {
                // What replicated before was closed and says so, and nothing follows that could be ready.
                health.readiness(name(), Optional::empty);
            } else {
                replicate(roots);
            }
        } catch (RegistryUnavailableException e) {
            closeOpened();
            return new WeirException(ExitCode.UNAVAILABLE, String.valueOf(e.getMessage()), e);
        } catch (PromotionDueException e) {
            closeOpened();
            WeirException refused = promote();
            return refused == null ? tryOpen() : refused;
        }
        inUse = List.copyOf(roots.values());
        return null;
    }

    /** All but those that were promoted, which nothing is written to. */
    private void openRoots(Map<String, ReplicaRoot> roots) {
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
            rememberOld(root);
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
        Map<String, Desired> due = promotions.due();
        for (ReplicaSettings source : settings.sources()) {
            Desired wanted = due.get(source.source());
            if (wanted == null) {
                continue;
            }
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
    private void rememberOld(ReplicaRoot root) {
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
            registry.ifPresent(served -> served.idOf(subject, Objects.requireNonNull(schemas.get(subject), subject)));
        }
    }

    private void replicate(Map<String, ReplicaRoot> roots) {
        ReplicationParts parts = new ReplicationParts(
                settings,
                format,
                promotions,
                opened,
                new ReplicationService.Host(metrics, health, faults, clock, () -> notice));
        parts.replicate(roots, known);
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
