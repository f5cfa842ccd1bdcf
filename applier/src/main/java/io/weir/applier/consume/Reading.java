package io.weir.applier.consume;

import io.weir.schemas.DeadLetterKind;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one record of {@code weir.batches} asks of this replica. Immutable.
 *
 * @param partition where it was
 * @param offset where it was
 * @param source whose it is; empty when that could not be read
 * @param sequence the batch's number among those of its source; 0 when it has none
 * @param entries the paths to reconcile; none when the source is not one of this replica's
 * @param refusals what can never be applied, and becomes a dead letter at once
 * @param checkpoint what all records before it are before; null for none
 */
record Reading(
        int partition,
        long offset,
        String source,
        long sequence,
        List<Entry> entries,
        List<Refusal> refusals,
        @Nullable Checkpoint checkpoint) {
    /** Of a record that is no checkpoint. */
    Reading(int partition, long offset, String source, long sequence, List<Entry> entries, List<Refusal> refusals) {
        this(partition, offset, source, sequence, entries, refusals, null);
    }

    /** Of a record without a number. */
    Reading(int partition, long offset, String source, List<Entry> entries, List<Refusal> refusals) {
        this(partition, offset, source, 0, entries, refusals);
    }

    /**
     * A checkpoint of a source.
     *
     * @param id of the command that asked for it
     * @param capturedAt when everything before it was captured, by the agent's clock
     */
    record Checkpoint(String id, Instant capturedAt) {}

    /**
     * A path, or a whole record, that is not applied.
     *
     * @param kind why
     * @param path as it came; empty for a whole record
     * @param recursive as it came
     * @param reason for people
     */
    record Refusal(DeadLetterKind kind, ByteBuffer path, boolean recursive, String reason) {}
}
