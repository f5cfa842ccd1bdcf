package io.weir.applier.reconcile;

import io.weir.schemas.RelPath;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What one look at a replica found. Immutable.
 *
 * @param state {@link Outcome.State#DONE}, or what stood in the way of looking
 * @param message for people: why it could not be looked; empty when it could
 * @param entries of the source that were compared
 * @param deferred young temporary-looking names among them, which are taken later
 * @param files whose content was compared
 * @param bytes of these files
 * @param suspects what differs or could not be looked at, by path
 */
public record Inspection(
        Outcome.State state,
        String message,
        long entries,
        long deferred,
        long files,
        long bytes,
        NavigableMap<RelPath, Suspect> suspects) {
    /** Copies the suspects. */
    public Inspection {
        suspects = Collections.unmodifiableNavigableMap(new TreeMap<>(suspects));
    }

    /** It could not be looked. */
    public static Inspection held(Outcome.State state, String message) {
        return new Inspection(state, message, 0, 0, 0, 0, new TreeMap<>());
    }
}
