package io.weir.applier.reconcile;

import io.weir.schemas.RelPath;
import io.weir.schemas.VerifyOrder;
import java.util.Collection;
import java.util.List;

/** Makes paths on a replica equal to the source. Asking again is always harmless. */
@FunctionalInterface
public interface Reconciler {
    /**
     * A person allows the next call that covers this path to delete there whatever the source no longer has. Until then, or until the
     * process ends. Does not block.
     */
    default void approve(RelPath path) {}

    /**
     * Makes the targets equal to the source as it is now. Blocks until that is done or has failed.
     *
     * <p>Threads may call this side by side for disjoint sets: no path equal to, above or below a path of another running
     * call, and no two names of one inode in two running calls.
     *
     * @param targets the paths; of two targets with one path the later one counts, and either being recursive makes it so
     * @return what became of them; never an exception for what the source, the network or the disk did
     * @throws InterruptedException when the caller's thread was interrupted; the running rsync is killed and nothing may be
     *     considered done
     */
    Outcome reconcile(List<Target> targets) throws InterruptedException;

    /**
     * The same for whole directories, which may take long: at the pace that is set for baselines, and telling how far it is.
     *
     * @throws InterruptedException as {@link #reconcile}
     */
    default Outcome baseline(List<Target> targets, Progress progress) throws InterruptedException {
        return reconcile(targets);
    }

    /**
     * What a baseline of these paths with everything below would change now; nothing is changed. May be called beside anything.
     *
     * @throws InterruptedException as {@link #reconcile}
     */
    default Differences dryRun(List<RelPath> paths) throws InterruptedException {
        return Differences.held(Outcome.State.UNAVAILABLE, "this replica has no dry run");
    }

    /**
     * Looks in what these paths with everything below differ from the source now; nothing is changed. May take hours, and goes on
     * where the journal says. What is found may be on its way. May be called beside anything.
     *
     * @param order how closely; whether to repair is not for this
     * @throws InterruptedException as {@link #reconcile}
     */
    default Inspection inspect(List<RelPath> paths, VerifyOrder order, VerifyJournal journal, Progress progress)
            throws InterruptedException {
        return Inspection.held(Outcome.State.UNAVAILABLE, "this replica has no verification");
    }

    /**
     * Looks again at what a look found, and at nothing else.
     *
     * @param bytesPerSecond how fast contents may be read; 0 for no limit
     * @throws InterruptedException as {@link #reconcile}
     */
    default Inspection inspectAgain(Collection<Suspect> found, long bytesPerSecond) throws InterruptedException {
        return Inspection.held(Outcome.State.UNAVAILABLE, "this replica has no verification");
    }
}
