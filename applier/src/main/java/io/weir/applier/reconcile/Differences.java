package io.weir.applier.reconcile;

import io.weir.schemas.DryRun;
import io.weir.schemas.RelPath;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * What a baseline would change now. Immutable.
 *
 * @param state {@link Outcome.State#DONE}, or what stood in the way of looking
 * @param message for people: why it could not be looked; empty when it could
 * @param listed entries that the source has there
 * @param sent paths that would be created or changed, and the bytes of the files whose content would be sent
 * @param deleted entries that would be deleted with everything below, of which the topmost are named
 * @param kept the replica never deletes: what {@code deleted} counts stays
 * @param deferred young temporary-looking names, which a baseline leaves for later
 * @param unsure paths that could not be looked at, or that a baseline would fail on
 */
public record Differences(
        Outcome.State state,
        String message,
        long listed,
        Part sent,
        Part deleted,
        boolean kept,
        long deferred,
        Part unsure) {
    /**
     * Some paths, of which the first are named. Immutable.
     *
     * @param count of all
     * @param bytes of all
     * @param first the first of them in order
     */
    public record Part(long count, long bytes, List<RelPath> first) {
        /** Copies the paths. */
        public Part {
            first = List.copyOf(first);
        }

        /** No paths. */
        public static final Part NONE = new Part(0, 0, List.of());
    }

    /** The same as a record for topics. */
    public DryRun toRecord() {
        return DryRun.newBuilder()
                .setListed(listed)
                .setSent(sent.count())
                .setSentBytes(sent.bytes())
                .setDeleted(deleted.count())
                .setDeletedBytes(deleted.bytes())
                .setKept(kept)
                .setDeferred(deferred)
                .setUnsure(unsure.count())
                .setSentPaths(fields(sent))
                .setDeletedPaths(fields(deleted))
                .setUnsurePaths(fields(unsure))
                .build();
    }

    private static List<ByteBuffer> fields(Part part) {
        return part.first().stream().map(RelPath::toField).toList();
    }

    /** It could not be looked. */
    public static Differences held(Outcome.State state, String message) {
        return new Differences(state, message, 0, Part.NONE, Part.NONE, false, 0, Part.NONE);
    }
}
