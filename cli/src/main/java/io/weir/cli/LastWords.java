package io.weir.cli;

import io.weir.schemas.RecordSerde;
import io.weir.schemas.Status;
import io.weir.schemas.StatusKey;
import io.weir.schemas.Topics;
import io.weir.schemas.UndecodableRecordException;
import io.weir.service.KafkaSettings;
import io.weir.service.WeirException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What every component said last. While a schema registry is away, components that wait for it are told of in records that need none;
 * those of the others may not be readable then.
 *
 * @param known by component
 * @param unread those whose last record cannot be read, by component
 */
record LastWords(List<Status> known, List<Unread> unread) {
    /**
     * A component whose last record cannot be read.
     *
     * @param at when it was written
     * @param why it cannot be read, and what to do
     * @param isToBeTriedAgain whether it may be readable later: the registry is away
     */
    record Unread(String component, Instant at, String why, boolean isToBeTriedAgain) {}

    /**
     * As of now.
     *
     * @throws WeirException (UNAVAILABLE) when Kafka does not answer
     */
    static LastWords read(KafkaSettings kafka) {
        RecordSerde<Status> serde = Formats.of(kafka).serde(Status.class);
        // Only the last word is decoded: the topic keeps some minutes of them.
        Map<String, ConsumerRecord<byte[], byte[]>> last = new TreeMap<>();
        try (TopicReader reader = new TopicReader(kafka)) {
            reader.readAll(List.of(new Topics(kafka.topicPrefix()).status().name()), entry -> {
                String component = entry.key() == null ? "" : new String(entry.key(), StandardCharsets.UTF_8);
                if (StatusKey.isClaim(component)) {
                    return;
                }
                if (entry.value() == null) {
                    last.remove(component);
                } else {
                    last.put(component, entry);
                }
            });
        }
        List<Status> known = new ArrayList<>();
        List<Unread> unread = new ArrayList<>();
        last.forEach((component, entry) -> {
            try {
                known.add(serde.decode(entry.value()));
            } catch (UndecodableRecordException e) {
                unread.add(unread(component, entry, e, false));
            } catch (WeirException e) {
                unread.add(unread(component, entry, e, true));
            }
        });
        return new LastWords(List.copyOf(known), List.copyOf(unread));
    }

    private static Unread unread(
            String component, ConsumerRecord<byte[], byte[]> entry, RuntimeException why, boolean isToBeTriedAgain) {
        return new Unread(
                component, Instant.ofEpochMilli(entry.timestamp()), String.valueOf(why.getMessage()), isToBeTriedAgain);
    }
}
