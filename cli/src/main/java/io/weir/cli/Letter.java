package io.weir.cli;

import io.weir.schemas.DeadLetter;
import io.weir.schemas.DeadLetterKey;
import io.weir.schemas.DeadLetterKind;
import io.weir.schemas.PathRules;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.RelPath;
import io.weir.schemas.Topics;
import io.weir.schemas.UndecodableRecordException;
import io.weir.service.KafkaSettings;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A dead letter with its key.
 *
 * @param key its source, replica and path; a whole record that could not be read has its place as path
 * @param body what it says
 */
record Letter(DeadLetterKey key, DeadLetter body) {
    /** The letters that stand, oldest first. */
    static List<Letter> readAll(KafkaSettings kafka) {
        RecordSerde<DeadLetter> serde = Formats.of(kafka).serde(DeadLetter.class);
        Map<ByteBuffer, Letter> letters = new LinkedHashMap<>();
        try (TopicReader reader = new TopicReader(kafka)) {
            reader.readAll(List.of(new Topics(kafka.topicPrefix()).deadLetters().name()), entry -> {
                if (entry.key() == null) {
                    return;
                }
                ByteBuffer key = ByteBuffer.wrap(entry.key());
                letters.remove(key);
                if (entry.value() != null) {
                    try {
                        letters.put(key, new Letter(DeadLetterKey.decode(entry.key()), serde.decode(entry.value())));
                    } catch (UndecodableRecordException e) {
                        // A newer Weir may have written it; the others are still worth telling.
                        letters.remove(key);
                    }
                }
            });
        }
        return new ArrayList<>(letters.values());
    }

    /** The path as Weir prints it. */
    String path() {
        return RelPath.display(key.path());
    }

    /** Which letters are meant; null, and no pattern, mean any. */
    record Filter(
            @Nullable String replica,
            @Nullable String source,
            @Nullable DeadLetterKind kind,
            List<String> patterns) {
        boolean matches(Letter letter) {
            return (replica == null || replica.equals(letter.key.replica()))
                    && (source == null || source.equals(letter.key.source()))
                    && (kind == null || kind == letter.body.getKind())
                    && (patterns.isEmpty() || matchesPath(letter));
        }

        private boolean matchesPath(Letter letter) {
            if (patterns.contains(letter.path())) {
                return true;
            }
            try {
                return PathRules.of(patterns.stream()
                                .filter(each -> !each.equals("."))
                                .toList())
                        .matches(RelPath.of(letter.key.path()));
            } catch (IllegalArgumentException e) {
                // No path that could be in a tree: only its exact text means it.
                return false;
            }
        }
    }
}
