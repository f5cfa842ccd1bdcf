package io.weir.aggregator;

import io.weir.aggregator.ChangeFold.State;
import io.weir.schemas.Batch;
import io.weir.schemas.BatchPath;
import io.weir.schemas.Change;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.FileType;
import io.weir.schemas.Micros;
import io.weir.schemas.RelPath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All that is known of one source: where its changes are, what is pending, what waits and until when, and what was sent and
 * not yet committed. Confined to one thread; no clock (times are given), no I/O (a store follows through {@link Store}).
 *
 * <p>A path that was sent leaves the store only after {@link #committed}: the batch may still be lost until then. A change
 * that arrives for it before that makes it pending anew, and its stored entry then stands for both.
 */
final class SourceBuffer implements PendingTree.Journal {
    /** The durable copy; calls come in an order of which every prefix is safe. */
    interface Store {
        /** Keeps an entry, with where the changes are. */
        void put(RelPath path, Pending pending, EpochGate gate);

        /** Drops an entry that another one covers, or that was sent and committed. */
        void remove(RelPath path);

        /** Keeps where the changes are and the sequence of the last batch that is acknowledged. */
        void position(EpochGate gate, long batchSequence);
    }

    /** What became of a change. */
    record Accepted(EpochGate.Verdict verdict, @Nullable String gap) {}

    private record Due(long at, RelPath path) {}

    private final String source;
    private final FlushPolicy policy;
    private final Batcher batcher;
    private final Store store;
    private final PendingTree tree;
    private final TreeSet<RelPath> ready = new TreeSet<>();
    private final PriorityQueue<Due> deferred = new PriorityQueue<>((a, b) -> Long.compare(a.at(), b.at()));
    /** The valid entry of {@link #deferred} for each path; others there are stale. */
    private final Map<RelPath, Long> deferredAt = new HashMap<>();

    /** What was sent of each path since the last commit; of several the one that covers what is below it. */
    private final Map<RelPath, State> sent = new LinkedHashMap<>();

    private final RecentNames recentNames = new RecentNames();
    private EpochGate gate = EpochGate.START;
    private long batchSequence;
    private long acknowledgedSequence;
    private long windowMillis;
    private long lastFlushMillis = Long.MIN_VALUE / 2;

    SourceBuffer(String source, AggregatorSettings settings, FlushPolicy policy, Store store) {
        this.source = source;
        this.policy = policy;
        this.batcher = new Batcher(settings.batchMaxPaths(), settings.batchMaxBytes());
        this.store = store;
        this.tree = new PendingTree(settings.collapseAbove(), this);
        this.windowMillis = policy.firstWindow();
    }

    /** Takes a stored position over, after a start. */
    void restorePosition(EpochGate stored, long storedBatchSequence) {
        gate = gate.max(stored);
        acknowledgedSequence = Math.max(acknowledgedSequence, storedBatchSequence);
        batchSequence = acknowledgedSequence;
    }

    /** Takes a stored entry over, after a start; whether its batch was sent before is not known, so it is sent again. */
    void restoreEntry(RelPath path, Pending pending, EpochGate stored) {
        gate = gate.max(stored);
        tree.restore(path, pending);
        schedule(path, pending);
    }

    /** Whether a change of this source, or a stored entry, was ever seen. */
    boolean isKnown() {
        return gate.epoch() >= 0;
    }

    /** Judges a change's numbers; a hole makes the whole source pending. To be followed by {@link #apply} unless stale. */
    Accepted accept(Change change, long nowMillis) {
        EpochGate.Verdict verdict = gate.judge(change.getEpoch(), change.getSequence());
        if (verdict == EpochGate.Verdict.STALE) {
            return new Accepted(verdict, null);
        }
        String gap = null;
        if (verdict == EpochGate.Verdict.HOLE) {
            gap = "changes are missing: epoch " + change.getEpoch() + " sequence " + change.getSequence()
                    + " came after "
                    + (gate.epoch() < 0 ? "nothing" : "epoch " + gate.epoch() + " sequence " + (gate.next() - 1));
        }
        gate = gate.after(change.getEpoch(), change.getSequence());
        if (gap != null) {
            tree.rescan(RelPath.ROOT, gap, Micros.of(change.getCapturedAt()), nowMillis);
        }
        return new Accepted(verdict, gap);
    }

    /**
     * What an accepted checkpoint makes go: everything that is pending, whatever it waits for, then a batch without paths that
     * tells of the checkpoint. A crash before the commit brings both again: what was sent is pending after it, and the change of the checkpoint is
     * read again.
     */
    List<Batch> checkpoint(Change change, String id, long nowMillis) {
        skip();
        List<Batch> batches = send(tree.paths(), nowMillis);
        batches.add(numbered(0, Micros.of(change.getCapturedAt()), nowMillis)
                .setPaths(List.of())
                .setCheckpoint(id)
                .build());
        return batches;
    }

    /** Folds an accepted change in. */
    void apply(Change change, RelPath path, @Nullable RelPath movedFrom, long nowMillis) {
        // A checkpoint without an id is none.
        if (change.getKind() == ChangeKind.GAP || change.getKind() == ChangeKind.CHECKPOINT) {
            skip();
            return;
        }
        tree.apply(change, path, movedFrom, nowMillis);
    }

    /** An accepted change that makes no path pending; where the changes are is kept. */
    void skip() {
        store.position(gate, acknowledgedSequence);
    }

    /** Makes the whole source pending. */
    void rescan(String reason, long nowMillis) {
        tree.rescan(RelPath.ROOT, reason, nowMillis * 1000, nowMillis);
    }

    /** The batches that may go now; what is in them counts as sent. */
    List<Batch> flush(long nowMillis) {
        promote(nowMillis);
        // After the clock was set back nothing can be said of how long a path has waited.
        boolean isFull = policy.isFull(tree.size()) || nowMillis < lastFlushMillis;
        if (!isFull && !policy.mayFlush(nowMillis, lastFlushMillis, windowMillis, ready.size())) {
            return List.of();
        }
        return send(isFull ? tree.paths() : withMates(), nowMillis);
    }

    private List<Batch> send(Iterable<RelPath> paths, long nowMillis) {
        List<Batcher.Entry> entries = take(paths);
        keepForTemporaryNames(entries);
        entries.addAll(sentLately(entries));
        entries.forEach(entry -> recentNames.sent(entry.path(), entry.pending()));
        List<Batch> batches = new ArrayList<>();
        for (List<Batcher.Entry> part : batcher.split(entries)) {
            batches.add(batch(part, nowMillis));
        }
        windowMillis = policy.nextWindow(windowMillis, entries.size());
        lastFlushMillis = nowMillis;
        return batches;
    }

    /** Everything sent so far is acknowledged, and the offsets before it are committed: it may leave the store. */
    void committed() {
        // A batch that tells of a checkpoint has no paths.
        if (sent.isEmpty() && batchSequence == acknowledgedSequence) {
            return;
        }
        acknowledgedSequence = batchSequence;
        // First: the entries that go may be the last that say where the changes are.
        store.position(gate, acknowledgedSequence);
        for (RelPath path : sent.keySet()) {
            if (tree.get(path) == null) {
                store.remove(path);
            }
        }
        sent.clear();
    }

    /** How many paths are pending. */
    int pendingPaths() {
        return tree.size();
    }

    /** See {@link PendingTree#oldestCapturedAtMicros}. */
    long oldestCapturedAtMicros() {
        return tree.oldestCapturedAtMicros();
    }

    /** How many paths were sent since the last commit. */
    int uncommittedPaths() {
        return sent.size();
    }

    /** Where the changes are. */
    EpochGate gate() {
        return gate;
    }

    @Override
    public void put(RelPath path, Pending pending) {
        schedule(path, pending);
        store.put(path, withSent(path, pending), gate);
    }

    /** A directory of which something else is under way is to be made equal with all below it, should that be lost. */
    private Pending withSent(RelPath path, Pending pending) {
        State underWay = sent.getOrDefault(path, State.NONE);
        return pending.state() == State.DIRECTORY && ChangeFold.coversBelow(underWay) ? pending.asTree() : pending;
    }

    @Override
    public void covered(RelPath path) {
        ready.remove(path);
        deferredAt.remove(path);
        store.remove(path);
    }

    private void schedule(RelPath path, Pending pending) {
        long at = readyAt(path, pending);
        if (at <= pending.lastAtMillis()) {
            ready.add(path);
            return;
        }
        ready.remove(path);
        Long queued = deferredAt.get(path);
        // A later time is found out when the earlier one has come, so that a file being written costs no entry a write.
        if (queued == null || queued > at) {
            defer(path, at);
        }
    }

    private long readyAt(RelPath path, Pending pending) {
        LinkId link = pending.link();
        boolean isAlone =
                link != null && tree.countNames(link) < pending.observed().getLinks();
        return policy.readyAt(path, pending, isAlone);
    }

    private void promote(long nowMillis) {
        Due due = deferred.peek();
        while (due != null && due.at() <= nowMillis) {
            deferred.remove();
            Long queued = deferredAt.get(due.path());
            if (queued != null && queued == due.at()) {
                deferredAt.remove(due.path());
                recheck(due.path(), nowMillis);
            }
            due = deferred.peek();
        }
    }

    private void recheck(RelPath path, long nowMillis) {
        Pending pending = tree.get(path);
        if (pending == null) {
            return;
        }
        long at = readyAt(path, pending);
        if (at <= nowMillis) {
            ready.add(path);
        } else {
            defer(path, at);
        }
    }

    /** What is ready, and the other names of the same inodes; but no temporary one before its time. */
    private Set<RelPath> withMates() {
        Set<RelPath> paths = new LinkedHashSet<>(ready);
        Set<LinkId> links = new HashSet<>();
        boolean isTree = false;
        for (RelPath path : ready) {
            Pending pending = tree.get(path);
            LinkId link = pending == null ? null : pending.link();
            if (link != null) {
                links.add(link);
            }
            isTree |= pending != null && pending.isRecursive();
        }
        if (isTree) {
            // The names that these wait for may lie below it.
            for (RelPath path : deferredAt.keySet()) {
                Pending pending = tree.get(path);
                LinkId link = pending == null || pending.isWriting() ? null : pending.link();
                if (link != null) {
                    links.add(link);
                }
            }
        }
        for (LinkId link : links) {
            for (RelPath name : tree.names(link)) {
                if (!policy.isTemporary(name)) {
                    paths.add(name);
                }
            }
        }
        return paths;
    }

    private List<Batcher.Entry> take(Iterable<RelPath> paths) {
        List<Batcher.Entry> entries = new ArrayList<>();
        for (RelPath path : paths) {
            Pending pending = tree.get(path);
            if (pending != null) {
                entries.add(new Batcher.Entry(path, pending));
                tree.take(path);
                ready.remove(path);
                deferredAt.remove(path);
                sent.merge(path, pending.state(), (before, now) -> ChangeFold.coversBelow(before) ? before : now);
            }
        }
        return entries;
    }

    /** Names that went in an earlier batch and belong to an inode of this one. */
    private List<Batcher.Entry> sentLately(List<Batcher.Entry> entries) {
        Set<RelPath> here = new HashSet<>();
        entries.forEach(entry -> here.add(entry.path()));
        List<Batcher.Entry> mates = new ArrayList<>();
        for (Batcher.Entry entry : entries) {
            LinkId link = entry.pending().link();
            if (link != null && entry.pending().observed().getType() == FileType.FILE) {
                for (RelPath name : recentNames.of(link)) {
                    if (tree.get(name) == null && here.add(name)) {
                        mates.add(new Batcher.Entry(name, entry.pending().asMate()));
                    }
                }
            }
        }
        return mates;
    }

    /** What goes while a temporary name of the same inode waits goes again with that name, or the replica would get a copy of it. */
    private void keepForTemporaryNames(List<Batcher.Entry> entries) {
        for (Batcher.Entry entry : entries) {
            LinkId link = entry.pending().link();
            if (link != null && !policy.isTemporary(entry.path())) {
                long until = Long.MIN_VALUE;
                for (RelPath name : tree.names(link)) {
                    Pending pending = tree.get(name);
                    if (pending != null && policy.isTemporary(name)) {
                        until = Math.max(until, readyAt(name, pending));
                    }
                }
                if (until > Long.MIN_VALUE) {
                    tree.restore(entry.path(), entry.pending());
                    defer(entry.path(), until);
                }
            }
        }
    }

    private void defer(RelPath path, long at) {
        deferredAt.put(path, at);
        deferred.add(new Due(at, path));
    }

    private Batch batch(List<Batcher.Entry> entries, long nowMillis) {
        List<BatchPath> paths = new ArrayList<>();
        long oldest = Long.MAX_VALUE;
        int changes = 0;
        String reason = null;
        for (Batcher.Entry entry : entries) {
            Pending pending = entry.pending();
            oldest = Math.min(oldest, pending.capturedAtMicros());
            changes += pending.changes();
            reason = reason == null ? pending.reason() : reason;
            paths.add(Entries.toBatchPath(entry.path(), pending));
        }
        Batch.Builder batch = numbered(changes, oldest, nowMillis).setPaths(paths);
        if (reason != null) {
            batch.setReason(reason);
        }
        return batch.build();
    }

    private Batch.Builder numbered(int changes, long capturedAtMicros, long nowMillis) {
        batchSequence++;
        return Batch.newBuilder()
                .setSource(source)
                .setSequence(batchSequence)
                .setEpoch(gate.epoch())
                .setChanges(changes)
                .setCreatedAt(Micros.toInstant(nowMillis * 1000))
                .setCapturedAt(Micros.toInstant(capturedAtMicros));
    }
}
