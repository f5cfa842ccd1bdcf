package io.weir.applier.consume;

import io.weir.applier.reconcile.Outcome;
import io.weir.applier.reconcile.Target;
import io.weir.schemas.DeadLetter;
import io.weir.schemas.DeadLetterKey;
import io.weir.schemas.DeadLetterKind;
import io.weir.schemas.FileType;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.RelPath;
import io.weir.service.Outage;
import io.weir.service.Refusal;
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
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AclOperation;
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

    /** More held, or failed, paths become the directories above them. */
    static final int OF_ONE_JOB = 100;

    static final int OF_A_SOURCE = 1_000;

    /** Stands between why a path is held and what failed about it later. */
    private static final String LATER = "; later: ";

    /** No path that may be replicated begins with a slash. */
    private static final ByteBuffer MORE_REFUSED = ByteBuffer.wrap("/refused".getBytes(StandardCharsets.UTF_8));

    private static final Span NOWHERE = new Span(-1, -1, -1);

    /** Letters of one kind that one above them stands for; they end when that one is acknowledged. */
    private record Covered(DeadLetterKind kind, List<LetterBook.Key> keys) {
        static final Covered NONE = new Covered(DeadLetterKind.FAILED, List.of());
    }

    /** A send that failed. */
    private record Unsent(LetterBook.Key key, List<Span> spans, Covered covered) {}

    private final String replica;
    private final String topic;
    private final Outbox outbox;
    private final OffsetTracker tracker;
    private final Clocks clocks;
    private final Object lock;
    private final RecordSerde<DeadLetter> serde = RecordSerde.of(DeadLetter.class);
    private final LetterBook book;
    private final List<Unsent> unsent = new ArrayList<>();
    /** Sources whose letters become fewer, and the covering letters that are not acknowledged yet. */
    private final Map<String, Integer> gathering = new HashMap<>();

    private long resendAt;
    private final Outage outage = new Outage();

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
        return book.count(source, DeadLetterKind.HELD);
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

    /** What is to be written of so many paths: past a bound, directories above stand for them. */
    static Map<RelPath, Outcome.Stopped> few(Map<RelPath, Outcome.Stopped> paths) {
        return HeldPaths.collapse(paths, OF_ONE_JOB);
    }

    /** Paths that failed: they hold the spans until Kafka has acknowledged their letters. */
    void failed(String source, Map<RelPath, Outcome.Stopped> failed, List<Span> spans) {
        few(failed).forEach((path, each) -> write(source, path, DeadLetterKind.FAILED, each, spans));
        gather(source, DeadLetterKind.FAILED, spans);
    }

    /**
     * Paths whose deletes were stopped; held letters below a whole directory are part of its own.
     *
     * @param looked whether all at and below a path was looked at, so that what failed there before is over or is told again
     */
    void held(String source, Map<RelPath, Outcome.Stopped> stopped, List<Span> spans, Predicate<RelPath> looked) {
        few(stopped).forEach((path, each) -> {
            LetterBook.Key above = book.heldAbove(source, path);
            if (above != null) {
                // Written again, as the offsets may not pass before it is in the topic.
                tracker.hold(spans);
                publish(above, spans, Covered.NONE);
            } else {
                cover(source, path, DeadLetterKind.HELD, each, spans, looked.test(path));
            }
        });
        gather(source, DeadLetterKind.HELD, spans);
    }

    /** So many letters of a source are nothing that a person reads: directories above stand for them. */
    private void gather(String source, DeadLetterKind kind, List<Span> spans) {
        if (book.count(source, kind) > OF_A_SOURCE && !gathering.containsKey(source)) {
            Map<RelPath, Outcome.Stopped> all = book.stopped(source, kind);
            log.warn(
                    "dead letters are gathered by directory: source={} replica={} kind={} letters={}",
                    source,
                    replica,
                    kind,
                    all.size());
            few(all).forEach((path, each) -> {
                if (!book.below(source, path, kind).isEmpty()) {
                    cover(source, path, kind, each, spans, false);
                }
            });
        }
    }

    private void cover(
            String source, RelPath path, DeadLetterKind kind, Outcome.Stopped each, List<Span> spans, boolean looked) {
        List<LetterBook.Key> covered = each.recursive() ? book.below(source, path, kind) : List.of();
        if (!covered.isEmpty()) {
            gathering.merge(source, 1, Integer::sum);
        }
        boolean isTold = kind != DeadLetterKind.HELD || looked || each.reason().contains(LATER);
        String failed = isTold
                ? ""
                : Stream.concat(Stream.of(new LetterBook.Key(source, path.toField())), covered.stream())
                        .map(key -> alsoFailed(book.get(key)))
                        .filter(reason -> !reason.isEmpty())
                        .findFirst()
                        .orElse("");
        Outcome.Stopped all = new Outcome.Stopped(each.recursive(), each.reason() + failed);
        write(source, path, kind, all, spans, new Covered(kind, covered));
    }

    private void write(String source, RelPath path, DeadLetterKind kind, Outcome.Stopped each, List<Span> spans) {
        write(source, path, kind, each, spans, Covered.NONE);
    }

    /** What is held stays held, and what stands for a whole directory goes on to do so, until it is over. */
    private void write(
            String source, RelPath path, DeadLetterKind kind, Outcome.Stopped each, List<Span> spans, Covered covered) {
        LetterBook.Key key = new LetterBook.Key(source, path.toField());
        DeadLetter before = book.get(key);
        boolean isHeld = before != null && before.getKind() == DeadLetterKind.HELD && kind == DeadLetterKind.FAILED;
        DeadLetter letter = letter(source, before, spans)
                .setPath(path.toField())
                .setKind(isHeld ? DeadLetterKind.HELD : kind)
                .setRecursive(each.recursive() || (before != null && before.getRecursive()))
                .setReason(isHeld ? heldReason(before) + LATER + each.reason() : each.reason())
                .build();
        write(key, letter, spans, covered);
    }

    private static String heldReason(@Nullable DeadLetter before) {
        String reason = before == null ? "" : before.getReason();
        int later = reason.indexOf(LATER);
        return later < 0 ? reason : reason.substring(0, later);
    }

    /** What failed at a path that is held now: the end of the reason, or nothing. */
    private static String alsoFailed(@Nullable DeadLetter before) {
        if (before == null) {
            return "";
        }
        int later = before.getReason().indexOf(LATER);
        return switch (before.getKind()) {
            case FAILED -> LATER + before.getReason();
            case HELD -> later < 0 ? "" : before.getReason().substring(later);
            default -> "";
        };
    }

    /** What a record holds that can never be applied; past a bound, one letter stands for all further ones. */
    void refused(String source, Reading.Refusal refusal, List<Span> spans) {
        boolean isRecord = refusal.kind() == DeadLetterKind.UNDECODABLE;
        Span at = spans.get(0);
        LetterBook.Key key =
                new LetterBook.Key(source, isRecord ? recordPath(at.partition(), at.first()) : refusal.path());
        boolean isMore = book.get(key) == null && book.count(source, refusal.kind()) >= OF_A_SOURCE;
        if (isMore) {
            key = new LetterBook.Key(
                    source, isRecord ? recordPath(NOWHERE.partition(), NOWHERE.first()) : MORE_REFUSED);
        }
        DeadLetter.Builder letter = letter(source, book.get(key), spans)
                .setPath(isMore && !isRecord ? MORE_REFUSED : refusal.path())
                .setKind(refusal.kind())
                .setRecursive(refusal.recursive())
                .setReason(
                        isMore
                                ? "one of many; further ones are counted here and not kept: " + refusal.reason()
                                : refusal.reason());
        if (isMore && isRecord) {
            letter.setPartition(NOWHERE.partition()).setOffset(NOWHERE.last());
        }
        write(key, letter.build(), spans, Covered.NONE);
    }

    private DeadLetter.Builder letter(String source, @Nullable DeadLetter before, List<Span> spans) {
        Instant now = clocks.now();
        Span span = spans.stream().filter(Span::isRecord).findFirst().orElse(origin(before));
        return DeadLetter.newBuilder()
                .setSource(source)
                .setReplica(replica)
                .setAttempts(before == null ? 1 : before.getAttempts() + 1)
                .setFirstFailedAt(before == null ? now : before.getFirstFailedAt())
                .setLastFailedAt(now)
                .setPartition(span.partition())
                .setOffset(span.last());
    }

    private void write(LetterBook.Key key, DeadLetter letter, List<Span> spans, Covered covered) {
        book.put(key, letter);
        log.warn(
                "dead letter: source={} replica={} kind={} path={} attempts={} reason={}",
                key.source(),
                replica,
                letter.getKind(),
                RelPath.display(bytes(letter.getPath())),
                letter.getAttempts(),
                letter.getReason());
        tracker.hold(spans);
        publish(key, spans, covered);
    }

    /** A retried path keeps the place it came from. */
    private static Span origin(@Nullable DeadLetter before) {
        return before == null ? NOWHERE : new Span(before.getPartition(), -1, before.getOffset());
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
            publish(key, spans, Covered.NONE);
        }
    }

    /** Whether there is such a letter. */
    boolean isOf(LetterBook.Key key, DeadLetterKind kind) {
        return book.isOf(key, kind);
    }

    /** Forgets a letter; the spans wait until Kafka has acknowledged that. False when there is none. */
    boolean drop(LetterBook.Key key, List<Span> spans) {
        if (book.get(key) == null) {
            return false;
        }
        end(key, spans);
        return true;
    }

    /** Forgets that a path was held; what failed there too is a failure from here on. False when nothing is held there. */
    boolean discard(LetterBook.Key key, List<Span> spans) {
        DeadLetter letter = book.get(key);
        if (letter == null || letter.getKind() != DeadLetterKind.HELD) {
            return false;
        }
        String failed = alsoFailed(letter);
        if (failed.isEmpty()) {
            end(key, spans);
            return true;
        }
        // As if it had failed now: tried again after a wait, in which a person may drop that too.
        DeadLetter rest = DeadLetter.newBuilder(letter)
                .setKind(DeadLetterKind.FAILED)
                .setLastFailedAt(clocks.now())
                .setReason(failed.substring(LATER.length()))
                .build();
        write(key, rest, spans, Covered.NONE);
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

    private void publish(LetterBook.Key key, List<Span> spans, Covered covered) {
        DeadLetter letter = book.get(key);
        byte[] value = letter == null ? null : serde.serializer().serialize(topic, letter);
        outbox.send(topic, DeadLetterKey.encode(key.source(), replica, bytes(key.path())), value, failure -> {
            synchronized (lock) {
                acknowledged(new Unsent(key, spans, covered), failure);
            }
        });
    }

    private void acknowledged(Unsent sent, @Nullable Exception failure) {
        if (failure == null) {
            uncover(sent);
            tracker.release(sent.spans());
            outage.end()
                    .ifPresent(lasted -> log.info(
                            "dead letters are written again: replica={} awaySeconds={}", replica, lasted.toSeconds()));
            return;
        }
        String cause = Refusal.explain(failure, AclOperation.WRITE);
        if (outage.isNews(cause)) {
            log.warn("write dead letter failed, trying again: replica={} cause={}", replica, cause);
        }
        unsent.add(sent);
        resendAt = clocks.nanos() + RESEND.toNanos();
    }

    /** Only now, as letters that end before the one that covers them is in the topic could be lost by a crash. */
    private void uncover(Unsent sent) {
        List<LetterBook.Key> covered = sent.covered().keys();
        if (covered.isEmpty()) {
            return;
        }
        gathering.computeIfPresent(sent.key().source(), (source, count) -> count == 1 ? null : count - 1);
        if (book.get(sent.key()) != null) {
            covered.stream().filter(key -> isOf(key, sent.covered().kind())).forEach(key -> end(key, List.of()));
        }
    }

    /** Repeats failed sends, and returns the paths by source whose time has come to be tried again. */
    Map<String, List<Entry>> tick() {
        if (!unsent.isEmpty() && clocks.nanos() - resendAt >= 0) {
            List<Unsent> again = List.copyOf(unsent);
            unsent.clear();
            again.forEach(each -> publish(each.key(), each.spans(), each.covered()));
        }
        Map<String, List<Entry>> ready = new LinkedHashMap<>();
        for (LetterBook.Key key : book.takeDue(clocks.now())) {
            ready.computeIfAbsent(key.source(), s -> new ArrayList<>()).add(again(key, List.of()));
        }
        return ready;
    }
}
