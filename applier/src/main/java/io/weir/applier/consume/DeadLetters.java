package io.weir.applier.consume;

import io.weir.applier.reconcile.Outcome;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

    /** More held paths become the directories above them. */
    private static final int HELD_OF_ONE_JOB = 100;

    private static final int HELD_OF_A_SOURCE = 1_000;

    private record Unsent(LetterBook.Key key, List<Span> spans) {}

    private final String replica;
    private final String topic;
    private final Outbox outbox;
    private final OffsetTracker tracker;
    private final Clocks clocks;
    private final Object lock;
    private final RecordSerde<DeadLetter> serde = RecordSerde.of(DeadLetter.class);
    private final LetterBook book;
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
        this.book = new LetterBook(schedule);
        this.lock = lock;
    }

    int count(String source) {
        return book.count(source);
    }

    /** How many of them were stopped by a guard and wait for a person. */
    int held(String source) {
        return book.held(source);
    }

    /** Takes over a letter that the topic holds. */
    void load(DeadLetter letter) {
        if (letter.getReplica().equals(replica)) {
            try {
                book.put(new LetterBook.Key(letter.getSource(), keyPath(letter)), letter);
            } catch (IllegalArgumentException e) {
                log.warn("dead letter passed over: source={} cause={}", letter.getSource(), e.getMessage());
            }
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

    /** A path that failed: it holds the spans until Kafka has acknowledged its letter. */
    void failed(String source, RelPath path, boolean recursive, String reason, List<Span> spans) {
        write(source, path.toField(), DeadLetterKind.FAILED, path.toField(), recursive, reason, spans);
    }

    /** A path whose deletes were stopped; held letters below a whole directory are part of its own. */
    private void held(String source, RelPath path, boolean recursive, String reason, List<Span> spans) {
        LetterBook.Key above = book.heldAbove(source, path);
        if (above != null) {
            // Written again, as the offsets may not pass before it is in the topic.
            tracker.hold(spans);
            publish(above, spans);
            return;
        }
        write(source, path.toField(), DeadLetterKind.HELD, path.toField(), recursive, reason, spans);
        if (recursive) {
            for (LetterBook.Key key : book.below(source, path)) {
                if (isOf(key, DeadLetterKind.HELD)) {
                    end(key, List.of());
                }
            }
        }
    }

    /** Writes letters of what the breaker stopped; past a bound, directories above stand for them. */
    void held(String source, Map<RelPath, Outcome.Stopped> stopped, List<Span> spans) {
        HeldPaths.collapse(stopped, HELD_OF_ONE_JOB)
                .forEach((path, each) -> held(source, path, each.recursive(), each.reason(), spans));
        if (book.held(source) > HELD_OF_A_SOURCE) {
            HeldPaths.collapse(book.stopped(source), HELD_OF_ONE_JOB)
                    .forEach((path, each) -> held(source, path, each.recursive(), each.reason(), List.of()));
        }
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
        LetterBook.Key key = new LetterBook.Key(source, keyPath);
        DeadLetter before = book.get(key);
        Instant now = clocks.now();
        Span span = spans.stream().filter(Span::isRecord).findFirst().orElse(origin(before));
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
        book.put(key, letter);
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

    /** A retried path keeps the place it came from. */
    private static Span origin(@Nullable DeadLetter before) {
        return before == null ? new Span(-1, -1, -1) : new Span(before.getPartition(), -1, before.getOffset());
    }

    /** The path is equal to the source now, but for what is unsettled; see {@link LetterBook#over}. */
    void succeeded(String source, Target target, Set<RelPath> unsettled) {
        book.over(source, target, unsettled).forEach(key -> end(key, List.of()));
    }

    private void end(LetterBook.Key key, List<Span> spans) {
        if (book.remove(key)) {
            log.info(
                    "dead letter ended: source={} replica={} path={}",
                    key.source(),
                    replica,
                    RelPath.display(bytes(key.path())));
            tracker.hold(spans);
            publish(key, spans);
        }
    }

    /** Whether there is such a letter. */
    boolean isOf(LetterBook.Key key, DeadLetterKind kind) {
        DeadLetter letter = book.get(key);
        return letter != null && letter.getKind() == kind;
    }

    /** Forgets a letter; the spans wait until Kafka has acknowledged that. False when there is none. */
    boolean drop(LetterBook.Key key, List<Span> spans) {
        if (book.get(key) == null) {
            return false;
        }
        end(key, spans);
        return true;
    }

    /** A letter's path as work to be done now; the letter stays until the path succeeds. */
    Entry again(LetterBook.Key key, List<Span> spans) {
        book.taken(key);
        DeadLetter letter = book.get(key);
        boolean recursive = letter != null && letter.getRecursive();
        Target target = new Target(RelPath.of(key.path()), Backlog.seen(FileType.UNKNOWN), recursive);
        return new Entry(target, spans, Clocks.micros(clocks.now()), Entry.AT_ONCE);
    }

    private static byte[] bytes(ByteBuffer field) {
        byte[] bytes = new byte[field.remaining()];
        field.duplicate().get(bytes);
        return bytes;
    }

    private void publish(LetterBook.Key key, List<Span> spans) {
        DeadLetter letter = book.get(key);
        byte[] value = letter == null ? null : serde.serializer().serialize(topic, letter);
        outbox.send(topic, DeadLetterKey.encode(key.source(), replica, bytes(key.path())), value, failure -> {
            synchronized (lock) {
                acknowledged(key, spans, failure);
            }
        });
    }

    private void acknowledged(LetterBook.Key key, List<Span> spans, @Nullable Exception failure) {
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
        for (LetterBook.Key key : book.takeDue(clocks.now())) {
            ready.computeIfAbsent(key.source(), s -> new ArrayList<>()).add(again(key, List.of()));
        }
        return ready;
    }
}
