package io.weir.aggregator;

import io.weir.schemas.Batch;
import io.weir.schemas.Change;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.RelPath;
import io.weir.schemas.UndecodableRecordException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The edge of the fold in Kafka Streams: reads changes, keeps what is pending in a store, sends batches when a change arrives
 * and when the wall clock ticks.
 *
 * <p>Values come as bytes and are read here, so that a record that cannot be read is a dead letter and a rescan at once, and
 * not only after the hole it leaves. Confined to the task's thread.
 */
final class CoalesceProcessor implements Processor<byte[], byte[], byte[], Object> {
    /** How often the clock is looked at; it costs nothing while nothing is pending. */
    static final Duration TICK = Duration.ofMillis(5);

    /** It looks at every pending path, so it is not done with every tick. */
    private static final long OLDEST_INTERVAL_MILLIS = 500;

    private static final Logger LOG = LoggerFactory.getLogger(CoalesceProcessor.class);

    private final AggregatorSettings settings;
    private final FlushPolicy policy;
    private final AggregatorMetrics metrics;
    private final Deserializer<Change> changes;
    private final Entries entries = new Entries();
    private final Map<String, SourceBuffer> sources = new HashMap<>();

    // Set by init, before anything else is called.
    private @Nullable ProcessorContext<byte[], Object> initialized;
    private @Nullable KeyValueStore<Bytes, byte[]> initializedStore;
    private @Nullable CommitMark mark;
    private @Nullable Cancellable tick;
    private long commitsSeen;
    private long oldestNotedAt;

    CoalesceProcessor(AggregatorSettings settings, AggregatorMetrics metrics, Deserializer<Change> changes) {
        this.settings = settings;
        this.policy = new FlushPolicy(settings);
        this.metrics = metrics;
        this.changes = changes;
    }

    @Override
    public void init(ProcessorContext<byte[], Object> context) {
        initialized = context;
        initializedStore = context.getStateStore(AggregatorTopology.PENDING_STORE);
        CommitMark commitMark = context.getStateStore(AggregatorTopology.COMMIT_STORE);
        mark = commitMark;
        commitsSeen = commitMark.count();
        restore(context.currentSystemTimeMs());
        tick = context.schedule(TICK, PunctuationType.WALL_CLOCK_TIME, now -> advance());
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        long now = context().currentSystemTimeMs();
        observeCommits();
        DeadLetters.Origin origin = origin();
        String source = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
        Change change;
        try {
            change = decode(record.value());
        } catch (UndecodableRecordException e) {
            poison(source, origin, String.valueOf(e.getMessage()), now);
            return;
        }
        metrics.changes.increment();
        if (source.isEmpty() || !source.equals(change.getSource()) || source.indexOf(0) >= 0) {
            refuse(change.getSource(), bytes(change.getPath()), origin, "its key is not its source's name", now);
            return;
        }
        SourceBuffer buffer = buffer(source);
        if (accept(buffer, change, now)) {
            String checkpoint = change.getCheckpoint();
            if (change.getKind() == ChangeKind.CHECKPOINT && checkpoint != null) {
                send(source, buffer, buffer.checkpoint(change, checkpoint, now), now);
            } else {
                apply(buffer, change, origin, now);
                flush(source, buffer, now);
            }
        }
    }

    @Override
    public void close() {
        if (tick != null) {
            tick.cancel();
        }
        sources.keySet().forEach(metrics::forget);
        sources.clear();
    }

    private void advance() {
        observeCommits();
        long now = context().currentSystemTimeMs();
        sources.forEach((source, buffer) -> {
            if (buffer.pendingPaths() > 0) {
                flush(source, buffer, now);
            }
        });
        if (Math.abs(now - oldestNotedAt) >= OLDEST_INTERVAL_MILLIS) {
            oldestNotedAt = now;
            sources.forEach((source, buffer) -> metrics.oldest(source, buffer.oldestCapturedAtMicros()));
        }
    }

    /** See {@link CommitMark}: what was sent before a commit is acknowledged, and may leave the store. */
    private void observeCommits() {
        long commits = mark == null ? commitsSeen : mark.count();
        if (commits != commitsSeen) {
            commitsSeen = commits;
            sources.values().forEach(SourceBuffer::committed);
        }
    }

    private boolean accept(SourceBuffer buffer, Change change, long now) {
        SourceBuffer.Accepted accepted = buffer.accept(change, now);
        if (accepted.gap() != null) {
            metrics.gap(change.getSource(), Instant.ofEpochMilli(now), accepted.gap());
            LOG.warn(
                    "Gap in the changes, the whole source is reconciled: source={} reason=\"{}\"",
                    change.getSource(),
                    accepted.gap());
        }
        switch (accepted.verdict()) {
            case STALE -> metrics.stale.increment();
            case DUPLICATE -> metrics.duplicates.increment();
            case NEXT, HOLE -> {}
        }
        return accepted.verdict() != EpochGate.Verdict.STALE;
    }

    private void apply(SourceBuffer buffer, Change change, DeadLetters.Origin origin, long now) {
        RelPath path;
        RelPath movedFrom = null;
        try {
            path = checked(change.getPath());
        } catch (IllegalArgumentException e) {
            buffer.skip();
            refuse(change.getSource(), bytes(change.getPath()), origin, String.valueOf(e.getMessage()), now);
            return;
        }
        ByteBuffer from = change.getMovedFrom();
        if (from != null) {
            try {
                movedFrom = checked(from);
            } catch (IllegalArgumentException e) {
                // The new path is good; only the old one and the hint are lost.
                refuse(change.getSource(), bytes(from), origin, String.valueOf(e.getMessage()), now);
            }
        }
        buffer.apply(change, path, movedFrom, now);
    }

    private static RelPath checked(ByteBuffer field) {
        RelPath path = RelPath.of(field);
        if (path.isOwn()) {
            throw new IllegalArgumentException("path '" + path + "' is refused: .weir at the root is Weir's own");
        }
        return path;
    }

    private void flush(String source, SourceBuffer buffer, long now) {
        send(source, buffer, buffer.flush(now), now);
    }

    private void send(String source, SourceBuffer buffer, List<Batch> batches, long now) {
        metrics.pending(source, buffer.pendingPaths());
        byte[] key = source.getBytes(StandardCharsets.UTF_8);
        for (Batch batch : batches) {
            context().forward(new Record<>(key, batch, now), AggregatorTopology.BATCHES_SINK);
            metrics.batches.increment();
            metrics.batchPaths.increment(batch.getPaths().size());
            LOG.debug(
                    "Batch sent: source={} sequence={} paths={} changes={}",
                    source,
                    batch.getSequence(),
                    batch.getPaths().size(),
                    batch.getChanges());
        }
        if (buffer.uncommittedPaths() >= settings.pendingMaxPaths()) {
            // What was sent stays in memory until a commit.
            context().commit();
        }
    }

    private void poison(String source, DeadLetters.Origin origin, String cause, long now) {
        metrics.undecodable.increment();
        LOG.error("Change cannot be read, dead letter written: source={} {} cause=\"{}\"", source, origin, cause);
        context().forward(DeadLetters.undecodable(source, origin, cause, now), AggregatorTopology.DEAD_LETTERS_SINK);
        SourceBuffer buffer = sources.get(source);
        if (buffer != null && buffer.isKnown()) {
            buffer.rescan("the change at " + origin + " could not be read", now);
            flush(source, buffer, now);
        }
    }

    private void refuse(String source, byte[] path, DeadLetters.Origin origin, String cause, long now) {
        metrics.refused.increment();
        LOG.error("Change refused, dead letter written: source={} {} cause=\"{}\"", source, origin, cause);
        context().forward(DeadLetters.refused(source, path, origin, cause, now), AggregatorTopology.DEAD_LETTERS_SINK);
    }

    private Change decode(byte @Nullable [] value) {
        if (value == null) {
            throw new UndecodableRecordException("it has no value");
        }
        return changes.deserialize(AggregatorTopology.CHANGES_SOURCE, value);
    }

    private void restore(long now) {
        List<String> unreadable = new ArrayList<>();
        int restored = 0;
        try (KeyValueIterator<Bytes, byte[]> all = store().all()) {
            while (all.hasNext()) {
                KeyValue<Bytes, byte[]> each = all.next();
                String source = Entries.source(each.key);
                try {
                    restore(buffer(source), each, now);
                    restored++;
                } catch (UndecodableRecordException | IllegalArgumentException e) {
                    LOG.error("Stored entry cannot be read, the source is reconciled: source={}", source, e);
                    unreadable.add(source);
                }
            }
        }
        for (String source : unreadable) {
            buffer(source).rescan("what was pending before a restart could not be read", now);
        }
        if (restored > 0) {
            LOG.info("Pending paths restored: task={} entries={}", context().taskId(), restored);
        }
    }

    private void restore(SourceBuffer buffer, KeyValue<Bytes, byte[]> stored, long now) {
        RelPath path = Entries.path(stored.key);
        if (path == null) {
            Entries.Position position = Entries.decodePosition(stored.value);
            buffer.restorePosition(position.gate(), position.batchSequence());
        } else {
            Entries.Entry entry = entries.decode(stored.value, now);
            buffer.restoreEntry(path, entry.pending(), entry.gate());
        }
    }

    private SourceBuffer buffer(String source) {
        return sources.computeIfAbsent(
                source, each -> new SourceBuffer(each, settings, policy, new StoredSource(each, store(), entries)));
    }

    private DeadLetters.Origin origin() {
        return context()
                .recordMetadata()
                .map(metadata -> new DeadLetters.Origin(metadata.topic(), metadata.partition(), metadata.offset()))
                .orElse(new DeadLetters.Origin("unknown", -1, -1));
    }

    private ProcessorContext<byte[], Object> context() {
        if (initialized == null) {
            throw new IllegalStateException("the processor was not initialized");
        }
        return initialized;
    }

    private KeyValueStore<Bytes, byte[]> store() {
        if (initializedStore == null) {
            throw new IllegalStateException("the processor was not initialized");
        }
        return initializedStore;
    }

    private static byte[] bytes(ByteBuffer field) {
        byte[] bytes = new byte[field.remaining()];
        field.duplicate().get(bytes);
        return bytes;
    }
}
