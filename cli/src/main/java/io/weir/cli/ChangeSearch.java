package io.weir.cli;

import io.weir.schemas.Change;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.RelPath;
import io.weir.schemas.Topics;
import io.weir.schemas.UndecodableRecordException;
import io.weir.service.KafkaSettings;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Finds the newest changes of a path in {@code weir.changes}, from the end of a time backwards. Used by one thread. */
final class ChangeSearch {
    /** A change has 4 KiB of paths at most twice over, and mostly a hundred bytes. */
    private static final int SLICE = 4000;

    private final String topic;
    private final RecordSerde<Change> serde;
    private final Question question;
    private final Deque<Seen> slice = new ArrayDeque<>();
    private long unreadable;

    /**
     * What is looked for.
     *
     * @param source null for any
     * @param reach which changes are those of the path
     * @param most how many changes of a partition, the newest ones
     */
    record Question(@Nullable String source, RelPath path, Trail.Reach reach, Instant since, Instant until, int most) {}

    /**
     * What was found.
     *
     * @param changes oldest first
     * @param isCut whether records of the time are no longer kept
     * @param hasMore whether there may be older ones in the time than those that were asked for
     * @param unreadable how many records could not be read, whatever they are about
     */
    record Found(List<Seen> changes, boolean isCut, boolean hasMore, long unreadable) {}

    ChangeSearch(KafkaSettings kafka, Question question) {
        topic = new Topics(kafka.topicPrefix()).changes().name();
        serde = Formats.of(kafka).serde(Change.class);
        this.question = question;
    }

    Found find(TopicReader reader) {
        List<Seen> all = new ArrayList<>();
        boolean isCut = false;
        boolean hasMore = false;
        for (TopicReader.Range range : reader.ranges(topic, question.since(), question.until(), question.source())) {
            List<Seen> found = new ArrayList<>();
            Map<String, Trail> trails = new HashMap<>();
            reader.readBackwards(range, SLICE, this::take, () -> {
                choose(found, trails);
                return found.size() > question.most();
            });
            choose(found, trails);
            hasMore |= found.size() > question.most();
            isCut |= range.isCut();
            all.addAll(found);
        }
        all.sort(Comparator.comparing((Seen each) -> each.change().getCapturedAt())
                .thenComparing(Seen::partition)
                .thenComparing(Seen::offset));
        hasMore |= all.size() > question.most();
        List<Seen> newest = all.subList(Math.max(0, all.size() - question.most()), all.size());
        return new Found(List.copyOf(newest), isCut, hasMore, unreadable);
    }

    private void take(ConsumerRecord<byte[], byte[]> entry) {
        try {
            Change change = serde.decode(entry.value());
            if (question.source() == null || question.source().equals(change.getSource())) {
                slice.push(new Seen(change, entry.partition(), entry.offset()));
            }
        } catch (UndecodableRecordException e) {
            unreadable++;
        }
    }

    /** Goes through the slice that was read, newest first. */
    private void choose(List<Seen> found, Map<String, Trail> trails) {
        for (Seen each : slice) {
            Trail trail = trails.computeIfAbsent(
                    each.change().getSource(), source -> new Trail(question.path(), question.reach()));
            if (found.size() <= question.most() && trail.concerns(each.change())) {
                found.add(each);
            }
        }
        slice.clear();
    }
}
