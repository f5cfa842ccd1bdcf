package io.weir.cli;

import io.weir.schemas.Batch;
import io.weir.schemas.Change;
import io.weir.schemas.ComponentState;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.Role;
import io.weir.schemas.Status;
import io.weir.schemas.Topics;
import io.weir.schemas.Topics.Topic;
import io.weir.schemas.WireFormat;
import io.weir.service.KafkaSettings;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** Asks the topics what a replica lacks of its source. Used by one thread. */
final class PromotionLook {
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
     * @param all what all components said last, read just now
     * @throws io.weir.service.WeirException (UNAVAILABLE) when Kafka does not answer
     */
    PromotionReport look(Status replica, List<Status> all) {
        String source = Objects.requireNonNull(replica.getSource(), "of a source");
        Status agent = all.stream()
                .filter(each ->
                        each.getRole() == Role.AGENT && each.getComponent().equals("agent/" + source))
                .findFirst()
                .orElse(null);
        // Before topics are read, which may take longer than the silence of an agent that is gone.
        boolean isAlive = agent != null && isAlive(agent, new StatusView(Instant.now(), all));
        NotArrived lost;
        boolean isCut;
        Instant newestChange;
        try (TopicReader reader = new TopicReader(kafka)) {
            newestChange = newestChange(reader, source);
            Batch newestBatch = newestBatch(reader, source);
            Instant begin = NotArrived.begin(newestChange, newestBatch);
            lost = new NotArrived(begin);
            isCut = batches(reader, source, replica.getOffset(), begin, lost);
            isCut |= changes(reader, source, begin, lost);
        }
        return new PromotionReport(
                replica,
                agent,
                isAlive,
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
    private boolean batches(TopicReader reader, String source, long offset, Instant begin, NotArrived lost) {
        RecordSerde<Batch> serde = format.serde(Batch.class);
        TopicReader.Range all = range(reader, topics.batches(), Instant.EPOCH, source);
        long first = offset < 0 ? all.first() : Math.max(offset, all.first());
        long from =
                Math.min(first, range(reader, topics.batches(), begin, source).first());
        reader.read(new TopicReader.Range(all.partition(), from, all.end(), false), entry -> {
            Batch batch = Formats.known(serde, entry.value());
            if (batch != null && batch.getSource().equals(source)) {
                lost.batch(batch, entry.offset() >= first);
            }
        });
        return offset < 0 || offset < all.first();
    }

    /** The changes since then. True when the topic no longer has all of them. */
    private boolean changes(TopicReader reader, String source, Instant begin, NotArrived lost) {
        RecordSerde<Change> serde = format.serde(Change.class);
        TopicReader.Range since = range(reader, topics.changes(), begin, source);
        reader.read(since, entry -> {
            Change change = Formats.known(serde, entry.value());
            if (change != null && change.getSource().equals(source)) {
                lost.change(change);
            }
        });
        return since.isCut();
    }

    private static TopicReader.Range range(TopicReader reader, Topic topic, Instant since, String source) {
        return reader.ranges(topic.name(), since, ALWAYS, source).get(0);
    }

    private @Nullable Batch newestBatch(TopicReader reader, String source) {
        return newest(
                reader,
                range(reader, topics.batches(), Instant.EPOCH, source),
                format.serde(Batch.class),
                batch -> batch.getSource().equals(source));
    }

    /** When the newest change was captured. */
    private @Nullable Instant newestChange(TopicReader reader, String source) {
        Change newest = newest(
                reader,
                range(reader, topics.changes(), Instant.EPOCH, source),
                format.serde(Change.class),
                change -> change.getSource().equals(source));
        return newest == null ? null : newest.getCapturedAt();
    }

    private static <T extends SpecificRecord> @Nullable T newest(
            TopicReader reader, TopicReader.Range all, RecordSerde<T> serde, Predicate<T> isWanted) {
        AtomicReference<@Nullable T> newest = new AtomicReference<>();
        reader.readBackwards(
                all,
                SLICE,
                entry -> {
                    T record = Formats.known(serde, entry.value());
                    if (record != null && isWanted.test(record)) {
                        newest.set(record);
                    }
                },
                () -> newest.get() != null);
        return newest.get();
    }
}
