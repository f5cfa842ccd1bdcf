package io.weir.applier.replica;

import io.weir.applier.reconcile.Differences;
import io.weir.applier.reconcile.Inspection;
import io.weir.applier.reconcile.Outcome;
import io.weir.applier.reconcile.Progress;
import io.weir.applier.reconcile.Reconciler;
import io.weir.applier.reconcile.SourceMarker;
import io.weir.applier.reconcile.Suspect;
import io.weir.applier.reconcile.Tally;
import io.weir.applier.reconcile.Target;
import io.weir.applier.reconcile.VerifyJournal;
import io.weir.schemas.Desired;
import io.weir.schemas.Lineage;
import io.weir.schemas.RelPath;
import io.weir.schemas.VerifyOrder;
import io.weir.service.ExitCode;
import io.weir.service.WeirException;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A reconciler that learns at its first use who the source is, and checks that the replica is that source's before anything
 * is touched. While the source cannot be asked, every call is held. Thread-safe.
 */
public final class OpeningReconciler implements Reconciler, AutoCloseable {
    private final Discovery discovery;
    private final ReplicaRoot root;
    private final Opener opener;
    private final Succession succession;
    private volatile @Nullable Reconciler opened;
    /** Has a lock of its own: whoever approves must not wait for a source that does not answer. */
    private final Set<RelPath> approvedEarly = new HashSet<>();

    private boolean closed;

    /** Asks the source for its identity. */
    @FunctionalInterface
    public interface Discovery {
        /** As {@link SourceMarker#discover}. */
        SourceMarker.Found discover() throws InterruptedException;
    }

    /** Makes the reconciler once the identity is known. */
    @FunctionalInterface
    public interface Opener {
        /** For the source with this identity. */
        Reconciler open(UUID sourceId);
    }

    /** What is known of promotions of the source. */
    public interface Succession {
        /** The newest one; null for none. */
        @Nullable
        Desired newest();

        /**
         * The replica is about to go on with the successor: what it has is to be compared as a whole, which is on its disk when this returns.
         *
         * @throws WeirException UNAVAILABLE when the disk refuses
         */
        void follows(Desired newest);
    }

    /** A reconciler of the replica in this directory. */
    public OpeningReconciler(Discovery discovery, ReplicaRoot root, Opener opener, Succession succession) {
        this.discovery = discovery;
        this.root = root;
        this.opener = opener;
        this.succession = succession;
    }

    /** One of a source that no replica was promoted to be. */
    OpeningReconciler(Discovery discovery, ReplicaRoot root, Opener opener) {
        this(discovery, root, opener, new Succession() {
            @Override
            public @Nullable Desired newest() {
                return null;
            }

            @Override
            public void follows(Desired newest) {
                throw new IllegalStateException("nobody was promoted");
            }
        });
    }

    @Override
    public Outcome reconcile(List<Target> targets) throws InterruptedException {
        return whileThere(ready -> ready.reconcile(targets));
    }

    @Override
    public Outcome baseline(List<Target> targets, Progress progress) throws InterruptedException {
        return whileThere(ready -> ready.baseline(targets, progress));
    }

    /** A call of the reconciler. */
    @FunctionalInterface
    private interface Work {
        Outcome with(Reconciler ready) throws InterruptedException;
    }

    /** What a call did in a directory that vanished meanwhile says nothing of any path. */
    private Outcome whileThere(Work work) throws InterruptedException {
        Outcome before = vanished(Tally.NONE);
        if (before != null) {
            return before;
        }
        Outcome held = ensureOpen();
        Reconciler ready = opened;
        if (held != null || ready == null) {
            return orNotOpen(held);
        }
        Outcome outcome = work.with(ready);
        Outcome after = vanished(outcome.tally());
        return after == null ? outcome : after;
    }

    /** Null while the replica's directory is the one that was opened. */
    private @Nullable Outcome vanished(Tally tally) {
        try {
            root.requireThere();
            return null;
        } catch (WeirException e) {
            return Outcome.held(Outcome.State.LOCAL_IO, String.valueOf(e.getMessage()), tally);
        }
    }

    @Override
    public Differences dryRun(List<RelPath> paths) throws InterruptedException {
        return ifOpen(ready -> ready.dryRun(paths), why -> Differences.held(why.state(), why.message()));
    }

    @Override
    public Inspection inspect(List<RelPath> paths, VerifyOrder order, VerifyJournal journal, Progress progress)
            throws InterruptedException {
        return ifThere(ready -> ready.inspect(paths, order, journal, progress));
    }

    @Override
    public Inspection inspectAgain(Collection<Suspect> found, long bytesPerSecond) throws InterruptedException {
        return ifThere(ready -> ready.inspectAgain(found, bytesPerSecond));
    }

    /** A look that changes nothing. */
    @FunctionalInterface
    private interface Look<T> {
        T with(Reconciler ready) throws InterruptedException;
    }

    /** What a look saw in a directory that vanished meanwhile is none of the replica's. */
    private Inspection ifThere(Look<Inspection> look) throws InterruptedException {
        Inspection found = ifOpen(look, why -> Inspection.held(why.state(), why.message()));
        Outcome gone = vanished(Tally.NONE);
        return gone == null ? found : Inspection.held(gone.state(), gone.message());
    }

    private <T> T ifOpen(Look<T> look, Function<Outcome, T> held) throws InterruptedException {
        Outcome why = ensureOpen();
        Reconciler ready = opened;
        return why == null && ready != null ? look.with(ready) : held.apply(orNotOpen(why));
    }

    private static Outcome orNotOpen(@Nullable Outcome held) {
        return held == null ? Outcome.held(Outcome.State.LOCAL_IO, "not open", Tally.NONE) : held;
    }

    /** Null when it is open. */
    private @Nullable Outcome ensureOpen() throws InterruptedException {
        if (opened != null) {
            return null;
        }
        synchronized (this) {
            if (closed) {
                return Outcome.held(Outcome.State.TRANSPORT, "the applier is stopping", Tally.NONE);
            }
            return opened == null ? open() : null;
        }
    }

    @Override
    public void approve(RelPath path) {
        synchronized (approvedEarly) {
            Reconciler ready = opened;
            if (ready == null) {
                approvedEarly.add(path);
            } else {
                ready.approve(path);
            }
        }
    }

    /** Null when it is open; other sources and replicas of the process do not suffer when it is not. */
    private @Nullable Outcome open() throws InterruptedException {
        try {
            SourceMarker.Found found = discovery.discover();
            UUID id = found.id();
            Desired newest = succession.newest();
            if (found.state() != Outcome.State.DONE || id == null) {
                return Outcome.held(found.state(), found.message() + elsewhere(newest), Tally.NONE);
            }
            // The answer took its time.
            root.requireThere();
            if (newest != null) {
                refuseFormer(newest, id);
                follow(newest, id);
            }
            root.claim(id);
            Reconciler ready = opener.open(id);
            synchronized (approvedEarly) {
                approvedEarly.forEach(ready::approve);
                opened = ready;
            }
            return null;
        } catch (WeirException e) {
            Outcome.State state =
                    e.exitCode() == ExitCode.CONFLICT ? Outcome.State.UNAVAILABLE : Outcome.State.LOCAL_IO;
            return Outcome.held(state, String.valueOf(e.getMessage()), Tally.NONE);
        }
    }

    /** Where else the source may be, for a replica that does not follow yet. */
    private String elsewhere(@Nullable Desired newest) {
        if (newest == null) {
            return "";
        }
        boolean isBehind = root.sourceId()
                .map(mine -> Lineage.isFormer(newest.getPromotion(), mine.toString()))
                .orElse(false);
        return isBehind ? "; " + promoted(newest) + ": let `url` of this source name its host" : "";
    }

    private static String promoted(Desired newest) {
        return "source " + newest.getSource() + " was promoted to replica "
                + RelPath.display(newest.getReplica()) + " at "
                + newest.getAt().truncatedTo(ChronoUnit.SECONDS);
    }

    private static void refuseFormer(Desired newest, UUID id) {
        if (Lineage.isFormer(newest.getPromotion(), id.toString())) {
            throw new WeirException(
                    ExitCode.CONFLICT,
                    "pull source " + newest.getSource() + ": what answers is the former source, with id " + id
                            + ", but "
                            + promoted(newest) + ": let `url` of this source name the host of the new one, with id "
                            + newest.getPromotion().getTo());
        }
    }

    /** In this order a crash in between costs a baseline, and no replica takes what it has of before for equal. */
    private void follow(Desired newest, UUID id) {
        Optional<UUID> mine = root.sourceId();
        if (newest.getPromotion().getTo().equals(id.toString())
                && mine.isPresent()
                && Lineage.isFormer(newest.getPromotion(), mine.get().toString())) {
            succession.follows(newest);
            root.follow(mine.get(), id);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (opened instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception e) {
                throw new IllegalStateException("close the reconciler of " + root.path() + ": " + e, e);
            }
        }
    }
}
