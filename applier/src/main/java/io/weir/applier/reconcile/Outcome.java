package io.weir.applier.reconcile;

import io.weir.schemas.RelPath;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What became of one call of {@link Reconciler#reconcile}. Immutable.
 *
 * @param state whether the targets are settled, or what stood in the way of all of them
 * @param message for people: what happened, why, and what to do; empty when all went well
 * @param failed with {@link State#DONE}: paths that could not be reconciled for a reason of their own, each with that reason
 * @param whole those of the failed that stand for everything below them too: a directory that could not be listed or deleted
 * @param deferred with {@link State#DONE}: young temporary-looking names found while a directory was expanded; to be asked for
 *     again later as targets of their own
 * @param held with {@link State#DONE}: paths whose deletes the breaker stopped; the rest is settled
 * @param tally what was done, also when the state is not {@link State#DONE}
 * @param changes the paths that were changed, in that order, also when the state is not {@link State#DONE}; of very many one that stands
 *     for all
 */
public record Outcome(
        State state,
        String message,
        Map<RelPath, String> failed,
        Set<RelPath> whole,
        Set<RelPath> deferred,
        Map<RelPath, Stopped> held,
        Tally tally,
        List<Change> changes) {
    /** Copies the collections. */
    public Outcome {
        failed = Map.copyOf(failed);
        whole = Set.copyOf(whole);
        deferred = Set.copyOf(deferred);
        held = Map.copyOf(held);
        changes = List.copyOf(changes);
    }

    /** With no path named that was changed. */
    public Outcome(
            State state,
            String message,
            Map<RelPath, String> failed,
            Set<RelPath> whole,
            Set<RelPath> deferred,
            Map<RelPath, Stopped> held,
            Tally tally) {
        this(state, message, failed, whole, deferred, held, tally, List.of());
    }

    /** With nothing held, and failures of single paths. */
    public Outcome(State state, String message, Map<RelPath, String> failed, Set<RelPath> deferred, Tally tally) {
        this(state, message, failed, Set.of(), deferred, Map.of(), tally);
    }

    /**
     * A delete that did not happen.
     *
     * @param recursive what is there is a directory
     * @param reason for people
     */
    public record Stopped(boolean recursive, String reason) {}

    /** Nothing may be considered done in any state but {@link #DONE}. */
    public enum State {
        /** Every target is equal to the source, or is named in {@code failed}, {@code deferred} or {@code held}. */
        DONE,
        /** The source's root marker is missing or another one: an unmounted disk must not look like a mass delete. */
        UNAVAILABLE,
        /** The source or the network is away, or rsync made no progress for too long. */
        TRANSPORT,
        /** The replica's own disk failed or is full. */
        LOCAL_IO
    }

    /** The same, and these paths were changed. */
    public Outcome with(List<Change> made) {
        return new Outcome(state, message, failed, whole, deferred, held, tally, made);
    }

    /** A call that settled nothing. */
    public static Outcome held(State state, String message, Tally tally) {
        return new Outcome(state, message, Map.of(), Set.of(), tally);
    }
}
