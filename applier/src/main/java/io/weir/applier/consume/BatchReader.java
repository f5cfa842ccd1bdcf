package io.weir.applier.consume;

import io.weir.applier.reconcile.Target;
import io.weir.schemas.Batch;
import io.weir.schemas.BatchPath;
import io.weir.schemas.DeadLetterKind;
import io.weir.schemas.FileType;
import io.weir.schemas.RelPath;
import io.weir.schemas.WireFormat;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns records of {@code weir.batches} into entries. Total: what cannot be read, or must not be applied, becomes a
 * refusal, so that one bad record never stops a replica. Confined to the poll thread.
 */
public final class BatchReader {
    private static final Logger log = LoggerFactory.getLogger(BatchReader.class);

    private final Set<String> sources;
    private final Deserializer<Batch> decoder;

    /** A reader of the batches of these sources, which lie in the topic in this format. */
    public BatchReader(Set<String> sources, WireFormat format) {
        this.sources = Set.copyOf(sources);
        this.decoder = format.serde(Batch.class).deserializer();
    }

    /** The sources whose batches are read. */
    Set<String> sources() {
        return sources;
    }

    /** What a record asks for. What the schema registry throws comes out: the record is to be read again. */
    Reading read(ConsumerRecord<byte[], byte[]> record) {
        String key = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
        byte[] value = record.value();
        if (value == null) {
            return undecodable(record, key, "it has no value");
        }
        Batch batch;
        try {
            batch = decoder.deserialize(record.topic(), value);
        } catch (SerializationException e) {
            return undecodable(record, key, String.valueOf(e.getMessage()));
        }
        if (!sources.contains(batch.getSource())) {
            return new Reading(record.partition(), record.offset(), batch.getSource(), List.of(), List.of());
        }
        return read(record, batch);
    }

    private Reading undecodable(ConsumerRecord<byte[], byte[]> record, String key, String cause) {
        // Another source's record is another replica's trouble; one without a known key may be ours.
        if (!key.isEmpty() && !sources.contains(key)) {
            return new Reading(record.partition(), record.offset(), key, List.of(), List.of());
        }
        String reason = "read batch: topic=" + record.topic() + " partition=" + record.partition() + " offset="
                + record.offset() + ": " + cause + "; its paths are not known, so "
                + (key.isEmpty() ? "every source of this replica" : "the source") + " is made equal as a whole";
        return new Reading(
                record.partition(),
                record.offset(),
                key,
                List.of(),
                List.of(new Reading.Refusal(DeadLetterKind.UNDECODABLE, ByteBuffer.allocate(0), true, reason)));
    }

    private static Reading read(ConsumerRecord<byte[], byte[]> record, Batch batch) {
        List<Entry> entries = new ArrayList<>(batch.getPaths().size());
        List<Reading.Refusal> refusals = new ArrayList<>();
        List<Span> spans = Span.of(record.partition(), record.offset());
        for (BatchPath each : batch.getPaths()) {
            try {
                RelPath path = RelPath.of(each.getPath());
                if (path.isOwn()) {
                    refusals.add(refused(each, "path '" + path + "' is refused: .weir is never replicated"));
                } else {
                    Target target = new Target(path, each.getObserved(), each.getRecursive(), hint(each, path));
                    // In a batch that a gap made, what is not a whole directory is an ordinary change; also a name that
                    // was
                    // renamed away, which stands for all below it and is not known to be a directory.
                    boolean isWhole = each.getRecursive()
                            && (path.isRoot() || each.getObserved().getType() == FileType.DIRECTORY);
                    String reason = isWhole ? batch.getReason() : null;
                    entries.add(new Entry(target, spans, Clocks.micros(each.getCapturedAt()), reason, Entry.AT_ONCE));
                }
            } catch (IllegalArgumentException e) {
                refusals.add(refused(each, String.valueOf(e.getMessage())));
            }
        }
        String id = batch.getCheckpoint();
        return new Reading(
                record.partition(),
                record.offset(),
                batch.getSource(),
                batch.getSequence(),
                entries,
                refusals,
                id == null ? null : new Reading.Checkpoint(id, batch.getCapturedAt()));
    }

    /** A hint that cannot be taken is dropped: the path is reconciled all the same. */
    private static @Nullable RelPath hint(BatchPath each, RelPath path) {
        ByteBuffer from = each.getMovedFrom();
        if (from == null) {
            return null;
        }
        try {
            RelPath moved = RelPath.of(from);
            return moved.isRoot() || moved.isOwn() || moved.isTooLong() || moved.equals(path) ? null : moved;
        } catch (IllegalArgumentException e) {
            log.warn("rename hint dropped: path={} cause={}", path, e.getMessage());
            return null;
        }
    }

    private static Reading.Refusal refused(BatchPath path, String reason) {
        return new Reading.Refusal(DeadLetterKind.REFUSED, path.getPath(), path.getRecursive(), reason);
    }
}
