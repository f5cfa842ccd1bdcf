package io.weir.applier;

import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.system.DiskSpaceMetrics;
import io.weir.applier.consume.Promotions;
import io.weir.applier.consume.ReplicationService;
import io.weir.applier.consume.VerifyPlan;
import io.weir.applier.disk.ReplicaPast;
import io.weir.applier.hook.Hooks;
import io.weir.applier.reconcile.Reconciler;
import io.weir.applier.reconcile.RsyncReconciler;
import io.weir.applier.reconcile.SourceMarker;
import io.weir.applier.replica.KnownReplicas;
import io.weir.applier.replica.OpeningReconciler;
import io.weir.applier.replica.ReplicaRoot;
import io.weir.posix.Fd;
import io.weir.posix.Fs;
import io.weir.schemas.Desired;
import io.weir.schemas.RelPath;
import io.weir.schemas.WireFormat;
import io.weir.service.CronSchedule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes of an applier's settings what replicates to roots that are open, source by source. Used for one opening, by one thread; what
 * it makes is pushed on the applier's stack to be closed.
 */
final class ReplicationParts {
    private final ApplierSettings settings;
    private final WireFormat format;
    private final Promotions promotions;
    private final Deque<AutoCloseable> opened;
    private final ReplicationService.Host host;
    private final Map<String, Reconciler> reconcilers = new LinkedHashMap<>();
    private final Map<String, ReplicaPast> pasts = new LinkedHashMap<>();
    private final Map<String, String> choices = new LinkedHashMap<>();
    private final Map<String, VerifyPlan> verification = new LinkedHashMap<>();
    private final Map<String, CronSchedule> baselines = new LinkedHashMap<>();
    private final Map<String, Hooks> hooks = new LinkedHashMap<>();
    private volatile @Nullable ReplicationService replicating;

    ReplicationParts(
            ApplierSettings settings,
            WireFormat format,
            Promotions promotions,
            Deque<AutoCloseable> opened,
            ReplicationService.Host host) {
        this.settings = settings;
        this.format = format;
        this.promotions = promotions;
        this.opened = opened;
        this.host = host;
    }

    /** Starts replication of the sources that have a root here; one that was promoted has none. */
    void replicate(Map<String, ReplicaRoot> roots, KnownReplicas known) {
        Duration tempGrace = Duration.ZERO;
        for (ReplicaSettings source : settings.sources()) {
            ReplicaRoot root = roots.get(source.source());
            if (root != null) {
                add(source, root, known);
                tempGrace = tempGrace.compareTo(source.tempGrace()) > 0 ? tempGrace : source.tempGrace();
            }
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
                        verification,
                        baselines,
                        hooks,
                        format,
                        promotions),
                roots,
                reconcilers,
                pasts,
                ReplicationParts::sync,
                host);
        opened.push(replication);
        replicating = replication;
        replication.start();
    }

    private void add(ReplicaSettings source, ReplicaRoot root, KnownReplicas known) {
        String name = source.source();
        OpeningReconciler reconciler = reconciler(source, root, known);
        opened.push(reconciler);
        reconcilers.put(name, reconciler);
        showDisk(source);
        Hooks called = hooks(source);
        opened.push(called);
        hooks.put(name, called);
        source.baselines().ifPresent(schedule -> baselines.put(name, schedule));
        pasts.put(name, new ReplicaPast(root.path(), root::requireThere, source.trash(), source.restoreDirectory()));
        choices.put(name, source.selection().note());
        verification.put(name, source.verify());
    }

    private OpeningReconciler reconciler(ReplicaSettings source, ReplicaRoot root, KnownReplicas known) {
        SourceMarker marker = new SourceMarker(source.endpoint(), source.rsync());
        return new OpeningReconciler(
                marker::discover,
                root,
                id -> {
                    known.remember(root);
                    return new RsyncReconciler(
                            source.reconciler(settings.replica(), root.path(), id), root::requireThere, host.metrics());
                },
                new Followed(source.source()));
    }

    /** How much room is left on the replica's disk; one that was opened before shows it already. */
    private void showDisk(ReplicaSettings source) {
        Tags tags = Tags.of("source", source.source(), "replica", settings.replica());
        Tags known = tags.and("path", source.root().toFile().getAbsolutePath());
        if (host.metrics().find("disk.free").tags(known).gauge() == null) {
            new DiskSpaceMetrics(source.root().toFile(), tags).bindTo(host.metrics());
        }
    }

    private Hooks hooks(ReplicaSettings source) {
        return Hooks.open(
                source.hooks(),
                new Hooks.Place(source.source(), settings.replica(), source.root()),
                source.selection(),
                host.metrics(),
                host.faults());
    }

    private static void sync(Path root) throws IOException {
        try (Fd directory = Fs.openDirectory(root.toString().getBytes(StandardCharsets.UTF_8))) {
            Fs.syncfs(directory);
        }
    }

    /** What a replica does about a source that goes on under another identity. */
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
            Objects.requireNonNull(replicating, "follows before it replicates")
                    .startBaseline(
                            source,
                            "replica " + RelPath.display(newest.getReplica()) + " was promoted to be the source");
        }
    }
}
