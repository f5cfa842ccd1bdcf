package io.weir.cli;

import io.weir.schemas.Desired;
import io.weir.schemas.Lineage;
import io.weir.schemas.Promotion;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.Topics;
import io.weir.service.KafkaSettings;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What {@code weir.desired} holds now. Immutable. */
record DesiredRecords(Map<String, Desired> byKey) {
    /** Copies the records. */
    DesiredRecords {
        byKey = Map.copyOf(byKey);
    }

    /** Reads it; a record that a newer Weir wrote counts for nothing. */
    static DesiredRecords read(KafkaSettings kafka) {
        RecordSerde<Desired> serde = Formats.of(kafka).serde(Desired.class);
        Map<String, Desired> byKey = new LinkedHashMap<>();
        try (TopicReader reader = new TopicReader(kafka)) {
            reader.readAll(List.of(new Topics(kafka.topicPrefix()).desired().name()), entry -> {
                String key = entry.key() == null ? "" : new String(entry.key(), StandardCharsets.UTF_8);
                Desired desired = Formats.known(serde, entry.value());
                if (desired == null) {
                    byKey.remove(key);
                } else {
                    byKey.put(key, desired);
                }
            });
        }
        return new DesiredRecords(byKey);
    }

    /** The key of what is wanted of a source of a replica. */
    static String key(String source, String replica) {
        return source + "/" + replica;
    }

    /** A source's newest promotion; null for none. */
    @Nullable
    Promotion newest(String source) {
        Desired desired = byKey.get(source);
        return desired == null ? null : desired.getPromotion();
    }

    /** What is wanted of a replica as a promotion; null for nothing. */
    @Nullable
    Promotion of(String source, String replica) {
        Desired desired = byKey.get(key(source, replica));
        return desired == null ? null : desired.getPromotion();
    }

    /** A promotion of a replica that its applier is still to carry out, or whose end is missing; null for none. */
    @Nullable
    Promotion due(String source, String replica) {
        Promotion own = of(source, replica);
        return own != null && Lineage.isDue(own, newest(source)) ? own : null;
    }

    /** A replica's pause without a promotion; null for none. A pause of before a promotion that is over is over too. */
    @Nullable
    Desired rest(String source, String replica) {
        Desired desired = byKey.get(key(source, replica));
        boolean isOver = desired != null && desired.getPromotion() != null && due(source, replica) == null;
        return desired == null || !desired.getPaused() || isOver
                ? null
                : Desired.newBuilder(desired).clearPromotion().build();
    }
}
