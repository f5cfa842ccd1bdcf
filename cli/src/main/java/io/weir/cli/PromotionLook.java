package io.weir.cli;

import io.weir.schemas.Batch;
import io.weir.schemas.Change;
import io.weir.schemas.ComponentState;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.Role;
import io.weir.schemas.Status;
import io.weir.schemas.Topics;
import io.weir.schemas.WireFormat;
import io.weir.service.KafkaSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Asks the topics what a replica lacks of its source. Used by one thread. */
final class PromotionLook {
    /** A change waits for its batch at most so long: for a file that is being written, mostly. */
    private static final Duration LONGEST = Duration.ofMinutes(15);

    private static final Instant ALWAYS = Instant.parse("9999-01-01T00:00:00Z");
    private static final int SLICE = 200;

    private final KafkaSettings kafka;
    private final Topics topics;
    private final WireFormat format;

    PromotionLook(KafkaSettings kafka) {
        this.kafka = kafka;
        this.topics = new Topics(kafka.topicPrefix());
        this.format = Formats.of(kafka);
    }

    /**
     * Looks.
     *
     * @param replica what its applier said last
     * @param all what all components said last
     * @throws io.weir.service.WeirException (UNAVAILABLE) when Kafka does not answer
     */
    PromotionReport look(Status replica, List<Status> all) {
        String source = Objects.requireNonNull(replica.getSource(), "of a source");
        Status agent = all.stream()
                .filter(each ->
                        each.getRole() == Role.AGENT && each.getComponent().equals("agent/" + source))
                .findFirst()
                .orElse(null);
        NotArrived lost = new NotArrived();
        boolean isCut;
        Instant newestChange;
        try (TopicReader reader = new TopicReader(kafka)) {
            isCut = batches(reader, source, replica.getOffset(), lost);
            newestChange = changes(reader, source, lost);
        }
        return new PromotionReport(
                replica,
                agent,
                agent != null && isAlive(agent, new StatusView(Instant.now(), all)),
                all.stream()
                        .filter(each -> each.getRole() == Role.APPLIER
                                && source.equals(each.getSource())
                                && !each.getComponent().equals(replica.getComponent()))
                        .toList(),
                lost.paths(),
                lost.forgotten(),
                lost.oldest().orElse(null),
                isCut,
                newestChange,
                Letter.readAll(kafka).stream()
                        .filter(new Letter.Filter(replica.getReplica(), source, null, List.of())::matches)
                        .toList());
    }

    /** An agent that waits for its disk may have it back in a moment. */
    static boolean isAlive(Status agent, StatusView view) {
        return !view.isGone(agent) && agent.getState() != ComponentState.PROMOTED;
    }

    /** What is behind the position, and, for what is known of changes, what was before. True when not all of that is known. */
    private boolean batches(TopicReader reader, String source, long offset, NotArrived lost) {
        RecordSerde<Batch> serde = format.serde(Batch.class);
        TopicReader.Range all = reader.ranges(topics.batches().name(), Instant.EPOCH, ALWAYS, source)
                .get(0);
        Instant newest = newestBatch(reader, all, source);
        long first = offset < 0 ? all.first() : Math.max(offset, all.first());
        long from = newest == null
                ? first
                : Math.min(
                        first,
                        reader.ranges(topics.batches().name(), newest.minus(LONGEST), ALWAYS, source)
                                .get(0)
                                .first());
        reader.read(new TopicReader.Range(all.partition(), from, all.end(), false), entry -> {
            Batch batch = Formats.known(serde, entry.value());
            if (batch != null && batch.getSource().equals(source)) {
                lost.batch(batch, entry.offset() >= first);
            }
        });
        return offset < 0 || offset < all.first();
    }

    private @Nullable Instant newestBatch(TopicReader reader, TopicReader.Range all, String source) {
        RecordSerde<Batch> serde = format.serde(Batch.class);
        AtomicReference<@Nullable Instant> newest = new AtomicReference<>();
        reader.readBackwards(
                all,
                SLICE,
                entry -> {
                    Batch batch = Formats.known(serde, entry.value());
                    if (batch != null && batch.getSource().equals(source)) {
                        newest.set(batch.getCreatedAt());
                    }
                },
                () -> newest.get() != null);
        return newest.get();
    }

    /** When the newest change was captured. */
    private @Nullable Instant changes(TopicReader reader, String source, NotArrived lost) {
        RecordSerde<Change> serde = format.serde(Change.class);
        TopicReader.Range all = reader.ranges(topics.changes().name(), Instant.EPOCH, ALWAYS, source)
                .get(0);
        AtomicReference<@Nullable Instant> newest = new AtomicReference<>();
        reader.readBackwards(
                all,
                SLICE,
                entry -> {
                    Change change = Formats.known(serde, entry.value());
                    if (change != null && change.getSource().equals(source)) {
                        newest.set(change.getCapturedAt());
                    }
                },
                () -> newest.get() != null);
        Instant last = newest.get();
        if (last == null) {
            return null;
        }
        long from = reader.ranges(topics.changes().name(), last.minus(LONGEST), ALWAYS, source)
                .get(0)
                .first();
        reader.read(new TopicReader.Range(all.partition(), from, all.end(), false), entry -> {
            Change change = Formats.known(serde, entry.value());
            if (change != null && change.getSource().equals(source)) {
                lost.change(change);
            }
        });
        return last;
    }
}
