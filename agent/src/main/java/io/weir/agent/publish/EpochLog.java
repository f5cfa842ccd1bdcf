package io.weir.agent.publish;

import io.weir.agent.publish.Observer.Observation;
import io.weir.agent.scan.PublishedLog;
import io.weir.schemas.Change;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.Micros;
import io.weir.schemas.RelPath;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** One epoch: numbers its records from 1 without holes, and knows which are not acknowledged. Sends from one thread. */
final class EpochLog {
    private final String source;
    private final long number;
    private final ChangeLog changes;
    private final InFlight inFlight;
    private final PublisherMetrics metrics;
    private final PublishedLog published;
    private long sequence;

    /** Tells {@code published} of each acknowledged change of a path. */
    EpochLog(
            String source,
            long number,
            ChangeLog changes,
            InFlight inFlight,
            PublisherMetrics metrics,
            PublishedLog published) {
        this.source = source;
        this.number = number;
        this.changes = changes;
        this.inFlight = inFlight;
        this.metrics = metrics;
        this.published = published;
    }

    long number() {
        return number;
    }

    InFlight inFlight() {
        return inFlight;
    }

    @Nullable
    Throwable failure() {
        return inFlight.failure();
    }

    void abandon() {
        changes.abandon();
    }

    /**
     * Sends the record of an entry, and before it that of the gap it brings along.
     *
     * @param note the number under which it was noted; negative for none
     */
    void send(Dirty entry, Observation seen, long note) throws InterruptedException {
        String gap = entry.gap();
        if (gap != null) {
            send(entry, ChangeKind.GAP, gap, seen, -1);
        }
        if (entry.kind() != ChangeKind.GAP) {
            send(entry, entry.kind(), entry.reason(), seen, note);
        }
    }

    @SuppressWarnings("NullAway") // the generated class takes null where the schema has a union with it
    private void send(Dirty entry, ChangeKind kind, @Nullable String reason, Observation seen, long note)
            throws InterruptedException {
        sequence++;
        long mine = sequence;
        Change change = new Change(
                source,
                number,
                mine,
                kind,
                (entry.isCheckpoint() ? RelPath.ROOT : entry.path()).toField(),
                kind == ChangeKind.GAP ? null : field(entry.movedFrom()),
                entry.recursive() && (seen.isDirectory() || seen.isUntold()),
                seen.observed(),
                entry.origin(),
                Micros.toInstant(entry.capturedAtMicros()),
                kind == ChangeKind.GAP || kind == ChangeKind.RESCAN ? reason : null,
                entry.checkpoint());
        inFlight.sending(mine, entry);
        long capturedAt = entry.capturedAtMicros();
        changes.send(change, failure -> {
            if (failure == null && note >= 0) {
                published.acknowledged(note);
            }
            inFlight.answered(mine, failure);
            if (failure == null && !entry.isCheckpoint()) {
                metrics.acknowledged(capturedAt, Micros.now());
            }
        });
    }

    private static @Nullable ByteBuffer field(@Nullable RelPath path) {
        return path == null ? null : path.toField();
    }
}
