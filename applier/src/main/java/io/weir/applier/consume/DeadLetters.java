package io.weir.applier.consume;

import io.weir.applier.reconcile.Target;
import io.weir.schemas.DeadLetter;
import io.weir.schemas.DeadLetterKey;
import io.weir.schemas.DeadLetterKind;
import io.weir.schemas.FileType;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.RelPath;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The dead letters of this replica: written before the offset of a failed path may pass, tried again on a schedule, and
 * ended by a tombstone when the path succeeds. Memory and topic agree once every send is acknowledged; a send that failed
 * is repeated with what memory says by then. Guarded by the lock of its owner, which the acknowledgements take.
 */
final class DeadLetters {
    private static final Logger log = LoggerFactory.getLogger(DeadLetters.class);
    private static final Duration RESEND = Duration.ofSeconds(1);

    private record Key(String source, ByteBuffer path) {}

    private record Unsent(Key key, List<Span> spans) {}

    private final String replica;
    private final String topic;
    private final Outbox outbox;
    private final OffsetTracker tracker;
    private final Clocks clocks;
    private final DeadLetterSchedule schedule;
    private final Object lock;
    private final RecordSerde<DeadLetter> serde = RecordSerde.of(DeadLetter.class);
    private final Map<Key, DeadLetter> letters = new LinkedHashMap<>();
    /** Letters of real paths by source, for the question what lies below a directory. */
    private final Map<String, TreeMap<RelPath, Key>> paths = new HashMap<>();

    private final Map<String, Integer> counts = new HashMap<>();
    private final Map<Key, Instant> due = new LinkedHashMap<>();
    private final List<Unsent> unsent = new ArrayList<>();
    private long resendAt;

    DeadLetters(
            String replica,
            String topic,
            Outbox outbox,
            OffsetTracker tracker,
            Clocks clocks,
            DeadLetterSchedule schedule,
            Object lock) {
        this.replica = replica;
        this.topic = topic;
        this.outbox = outbox;
        this.tracker = tracker;
        this.clocks = clocks;
        this.schedule = schedule;
        this.lock = lock;
    }

    int count(String source) {
        return counts.getOrDefault(source, 0);
    }

    /** Takes over a letter that the topic holds. */
    void load(DeadLetter letter) {
        if (letter.getReplica().equals(replica)) {
            remember(new Key(letter.getSource(), keyPath(letter)), letter);
        }
    }

    private static ByteBuffer keyPath(DeadLetter letter) {
        if (letter.getKind() == DeadLetterKind.UNDECODABLE) {
            return recordPath(letter.getPartition(), letter.getOffset());
        }
        return letter.getPath();
    }

    /** Undecodable records have no path, but each needs a key of its own. */
    private static ByteBuffer recordPath(int partition, long offset) {
        return ByteBuffer.wrap(("/record/" + partition + "/" + offset).getBytes(StandardCharsets.UTF_8));
    }

    private void remember(Key key, DeadLetter letter) {
        if (letters.put(key, letter) == null) {
            counts.merge(key.source(), 1, Integer::sum);
        }
        if (letter.getKind() == DeadLetterKind.FAILED) {
            due.put(key, letter.getLastFailedAt().plus(schedule.after(letter.getAttempts())));
        }
        if (letter.getKind() == DeadLetterKind.FAILED || letter.getKind() == DeadLetterKind.HELD) {
            paths.computeIfAbsent(key.source(), s -> new TreeMap<>()).put(RelPath.of(key.path()), key);
        }
    }

    /** A path that failed: it holds the spans until Kafka has acknowledged its letter. */
    void failed(String source, RelPath path, boolean recursive, String reason, List<Span> spans) {
        write(source, path.toField(), DeadLetterKind.FAILED, path.toField(), recursive, reason, spans);
    }

    /** What a record holds that can never be applied. */
    void refused(String source, Reading.Refusal refusal, List<Span> spans) {
        ByteBuffer key = refusal.kind() == DeadLetterKind.UNDECODABLE
                ? recordPath(spans.get(0).partition(), spans.get(0).first())
                : refusal.path();
        write(source, key, refusal.kind(), refusal.path(), refusal.recursive(), refusal.reason(), spans);
    }

    private void write(
            String source,
            ByteBuffer keyPath,
            DeadLetterKind kind,
            ByteBuffer path,
            boolean recursive,
            String reason,
            List<Span> spans) {
        Key key = new Key(source, keyPath);
        DeadLetter before = letters.get(key);
        Instant now = clocks.now();
        Span span = spans.stream().filter(s -> !s.isBaseline()).findFirst().orElse(new Span(-1, -1, -1));
        DeadLetter letter = DeadLetter.newBuilder()
                .setSource(source)
                .setReplica(replica)
                .setPath(path)
                .setRecursive(recursive)
                .setKind(kind)
                .setReason(reason)
                .setAttempts(before == null ? 1 : before.getAttempts() + 1)
                .setFirstFailedAt(before == null ? now : before.getFirstFailedAt())
                .setLastFailedAt(now)
                .setPartition(span.partition())
                .setOffset(span.last())
                .build();
        remember(key, letter);
        log.warn(
                "dead letter: source={} replica={} kind={} path={} attempts={} reason={}",
                source,
                replica,
                kind,
                RelPath.display(bytes(path)),
                letter.getAttempts(),
                reason);
        tracker.hold(spans);
        publish(key, spans);
    }

    /**
     * The path is equal to the source now, with everything below it when recursive, or when it was not seen as a directory:
     * should it be one by now, all of it was brought. Its letters end, but for the failed ones.
     */
    void succeeded(String source, Target target, Set<RelPath> failed) {
        TreeMap<RelPath, Key> known = paths.get(source);
        if (known == null || known.isEmpty()) {
            return;
        }
        List<RelPath> over = new ArrayList<>();
        boolean whole = !failed.contains(target.path())
                && (target.recursive() || target.observed().getType() != FileType.DIRECTORY);
        RelPath path = known.ceilingKey(target.path());
        while (path != null && (path.equals(target.path()) || (whole && path.isBelow(target.path())))) {
            over.add(path);
            path = known.higherKey(path);
        }
        over.removeAll(failed);
        for (RelPath each : over) {
            Key key = known.remove(each);
            if (key != null) {
                if (letters.remove(key) != null) {
                    counts.merge(key.source(), -1, Integer::sum);
                }
                due.remove(key);
                log.info("dead letter ended: source={} replica={} path={}", source, replica, each);
                publish(key, List.of());
            }
        }
    }

    private static byte[] bytes(ByteBuffer field) {
        byte[] bytes = new byte[field.remaining()];
        field.duplicate().get(bytes);
        return bytes;
    }

    private void publish(Key key, List<Span> spans) {
        DeadLetter letter = letters.get(key);
        byte[] value = letter == null ? null : serde.serializer().serialize(topic, letter);
        outbox.send(topic, DeadLetterKey.encode(key.source(), replica, bytes(key.path())), value, failure -> {
            synchronized (lock) {
                acknowledged(key, spans, failure);
            }
        });
    }

    private void acknowledged(Key key, List<Span> spans, @Nullable Exception failure) {
        if (failure == null) {
            tracker.release(spans);
            return;
        }
        log.warn("write dead letter failed, trying again: replica={} cause={}", replica, failure.toString());
        unsent.add(new Unsent(key, spans));
        resendAt = clocks.nanos() + RESEND.toNanos();
    }

    /** Repeats failed sends, and returns the paths by source whose time has come to be tried again. */
    Map<String, List<Entry>> tick() {
        if (!unsent.isEmpty() && clocks.nanos() - resendAt >= 0) {
            List<Unsent> again = List.copyOf(unsent);
            unsent.clear();
            again.forEach(each -> publish(each.key(), each.spans()));
        }
        Map<String, List<Entry>> ready = new LinkedHashMap<>();
        Instant now = clocks.now();
        due.entrySet().removeIf(each -> {
            DeadLetter letter = letters.get(each.getKey());
            if (each.getValue().isAfter(now) || letter == null) {
                return letter == null;
            }
            Target target =
                    new Target(RelPath.of(each.getKey().path()), Backlog.seen(FileType.UNKNOWN), letter.getRecursive());
            ready.computeIfAbsent(each.getKey().source(), s -> new ArrayList<>())
                    .add(new Entry(target, List.of(), Clocks.micros(now), Entry.AT_ONCE));
            return true;
        });
        return ready;
    }
}
