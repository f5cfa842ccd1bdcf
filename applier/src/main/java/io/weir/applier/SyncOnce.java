package io.weir.applier;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.applier.reconcile.Outcome;
import io.weir.applier.reconcile.Progress;
import io.weir.applier.reconcile.RsyncReconciler;
import io.weir.applier.reconcile.SourceMarker;
import io.weir.applier.reconcile.Tally;
import io.weir.applier.reconcile.Target;
import io.weir.applier.replica.KnownReplicas;
import io.weir.applier.replica.ReplicaRoot;
import io.weir.schemas.FileType;
import io.weir.schemas.Observed;
import io.weir.schemas.RelPath;
import io.weir.service.WeirException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * One baseline without a daemon and without Kafka: the applier's reconciler with all its guards, in a replica that is locked
 * meanwhile. The replica's position stays as it is, so an applier that is started later goes on from there. Used by one thread.
 */
public final class SyncOnce {
    private final String replica;
    private final KnownReplicas known;
    private final boolean isApproved;

    /**
     * For the replica of these settings.
     *
     * @param isApproved whether a person allows what the delete breaker would hold
     * @throws WeirException when it cannot be told which directories held a replica before
     */
    public SyncOnce(ApplierSettings settings, boolean isApproved) {
        this.replica = settings.replica();
        this.known = KnownReplicas.open(settings.stateDirectory(), replica);
        this.isApproved = isApproved;
    }

    /**
     * Makes one source's directory equal to the source as it is now. Names that look temporary are waited for, if there are any.
     *
     * @return what became of it, with a state other than DONE when the source or the disk stood in the way
     * @throws InterruptedException when the caller's thread was interrupted; the directory is in order, and not equal yet
     * @throws WeirException when there is no usable rsync, an applier works on the directory, or it is none that may be used
     */
    public Outcome run(ReplicaSettings source, Progress progress) throws InterruptedException {
        known.refuseLost(source.source(), source.root(), source.adopt());
        try (ReplicaRoot root = ReplicaRoot.open(source.source(), source.root(), source.adopt())) {
            SourceMarker.Found found = new SourceMarker(source.endpoint(), source.rsync()).discover();
            UUID id = found.id();
            if (id == null) {
                return Outcome.held(found.state(), found.message(), Tally.NONE);
            }
            root.claim(id);
            known.remember(root);
            try (RsyncReconciler reconciler = new RsyncReconciler(
                    source.reconciler(replica, root.path(), id), root::requireThere, new SimpleMeterRegistry())) {
                Outcome outcome = run(reconciler, source.tempGrace(), progress);
                // What was done in a directory that vanished meanwhile says nothing.
                root.requireThere();
                return outcome;
            }
        }
    }

    private Outcome run(RsyncReconciler reconciler, Duration tempGrace, Progress progress) throws InterruptedException {
        if (isApproved) {
            reconciler.approve(RelPath.ROOT);
        }
        Outcome whole = reconciler.baseline(List.of(target(RelPath.ROOT, FileType.DIRECTORY, true)), progress);
        if (whole.state() != Outcome.State.DONE || whole.deferred().isEmpty()) {
            return whole;
        }
        TimeUnit.NANOSECONDS.sleep(tempGrace.toNanos());
        List<Target> young = whole.deferred().stream()
                .map(path -> target(path, FileType.UNKNOWN, false))
                .toList();
        return both(whole, reconciler.reconcile(young));
    }

    private static Target target(RelPath path, FileType type, boolean isRecursive) {
        return new Target(path, Observed.newBuilder().setType(type).build(), isRecursive);
    }

    private static Outcome both(Outcome first, Outcome second) {
        Map<RelPath, String> failed = new HashMap<>(first.failed());
        failed.putAll(second.failed());
        Map<RelPath, Outcome.Stopped> held = new HashMap<>(first.held());
        held.putAll(second.held());
        Set<RelPath> whole = new HashSet<>(first.whole());
        whole.addAll(second.whole());
        Tally tally = first.tally().plus(second.tally());
        return new Outcome(second.state(), second.message(), failed, whole, second.deferred(), held, tally);
    }
}
