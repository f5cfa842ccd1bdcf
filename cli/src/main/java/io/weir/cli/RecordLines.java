package io.weir.cli;

import io.weir.schemas.Batch;
import io.weir.schemas.BatchPath;
import io.weir.schemas.Change;
import io.weir.schemas.DeadLetter;
import io.weir.schemas.DeadLetterKey;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.RelPath;
import io.weir.schemas.Result;
import io.weir.schemas.ResultKind;
import io.weir.schemas.Topics;
import io.weir.schemas.UndecodableRecordException;
import io.weir.schemas.WireFormat;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Renders records of the topics as lines for people. A record that cannot be read is a line too, never a failure. */
final class RecordLines {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneId.systemDefault());

    private static final int MOST_PATHS = 10;

    private final Topics topics;
    private final RecordSerde<Change> changes;
    private final RecordSerde<Batch> batches;
    private final RecordSerde<Result> results;
    private final RecordSerde<DeadLetter> deadLetters;

    RecordLines(Topics topics, WireFormat format) {
        this.topics = topics;
        this.changes = format.serde(Change.class);
        this.batches = format.serde(Batch.class);
        this.results = format.serde(Result.class);
        this.deadLetters = format.serde(DeadLetter.class);
    }

    /** Whether a record is about this source, or no source is asked for. */
    boolean isOf(@Nullable String source, ConsumerRecord<byte[], byte[]> entry) {
        if (source == null) {
            return true;
        }
        String key = entry.key() == null ? "" : new String(entry.key(), StandardCharsets.UTF_8);
        return key.equals(source) || key.startsWith(source + "/") || key.startsWith(source + "\0");
    }

    /** The lines of one record: one, or one and some of its paths. */
    List<String> render(ConsumerRecord<byte[], byte[]> entry) {
        byte[] value = entry.value();
        try {
            if (entry.topic().equals(topics.changes().name()) && value != null) {
                return List.of(line(changes.decode(value)));
            }
            if (entry.topic().equals(topics.batches().name()) && value != null) {
                return lines(batches.decode(value));
            }
            if (entry.topic().equals(topics.results().name()) && value != null) {
                return List.of(line(results.decode(value)));
            }
            if (entry.topic().equals(topics.deadLetters().name())) {
                return List.of(deadLetter(entry.key(), value));
            }
        } catch (UndecodableRecordException e) {
            return List.of(place(entry) + " cannot be read: " + e.getMessage());
        }
        return List.of(place(entry) + " is empty");
    }

    private static String place(ConsumerRecord<byte[], byte[]> entry) {
        return entry.topic() + " partition " + entry.partition() + " offset " + entry.offset();
    }

    private static String line(Change change) {
        StringBuilder line = new StringBuilder(time(change.getCapturedAt()))
                .append(" change  ")
                .append(change.getSource())
                .append("  ")
                .append(word(change.getKind()))
                .append("  ")
                .append(path(change.getPath()));
        if (change.getRecursive()) {
            line.append("  recursive");
        }
        ByteBuffer from = change.getMovedFrom();
        if (from != null) {
            line.append("  from ").append(path(from));
        }
        if (change.getCheckpoint() != null) {
            return line.append("  ").append(change.getCheckpoint()).toString();
        }
        line.append("  ").append(word(change.getObserved().getType()));
        return line.append(reason(change.getReason())).toString();
    }

    private static String reason(@Nullable String reason) {
        return reason == null || reason.isEmpty() ? "" : "  (" + reason + ")";
    }

    private static List<String> lines(Batch batch) {
        List<String> lines = new ArrayList<>();
        lines.add(time(batch.getCreatedAt()) + " batch   " + batch.getSource() + "  #" + batch.getSequence() + "  "
                + batch.getPaths().size() + " paths from " + batch.getChanges() + " changes"
                + reason(batch.getReason())
                + (batch.getCheckpoint() == null ? "" : "  checkpoint " + batch.getCheckpoint()));
        for (BatchPath each : batch.getPaths()
                .subList(0, Math.min(MOST_PATHS, batch.getPaths().size()))) {
            lines.add("               " + path(each.getPath()) + (each.getRecursive() ? "  recursive" : "") + "  "
                    + word(each.getObserved().getType()));
        }
        if (batch.getPaths().size() > MOST_PATHS) {
            lines.add("               and " + (batch.getPaths().size() - MOST_PATHS) + " more");
        }
        return lines;
    }

    /** The line of a result: what was done and how long after the change. */
    static String line(Result result) {
        return time(result.getFinishedAt()) + " result  " + result.getReplica() + "  " + result.getSource() + "  "
                + word(result.getKind()) + "  " + summary(result) + reason(result.getMessage());
    }

    /** What a result says in a few words. */
    static String summary(Result result) {
        if (result.getKind() == ResultKind.CHECKPOINT) {
            return result.getCommand() + " passed, " + (result.getFailed() + result.getHeld()) + " dead letters";
        }
        Duration lag = Duration.between(result.getCapturedAt(), result.getFinishedAt());
        return result.getUpdated() + " updated, " + result.getDeleted() + " deleted, " + result.getRenamed()
                + " renamed" + (result.getFailed() > 0 ? ", " + result.getFailed() + " FAILED" : "") + ", "
                + result.getBytesReceived() + " bytes, " + StatusView.duration(lag) + " after the change";
    }

    private String deadLetter(byte @Nullable [] key, byte @Nullable [] value) {
        if (value == null) {
            return "dead    " + (key == null ? "?" : DeadLetterKey.decode(key).toString()) + "  resolved or dropped";
        }
        DeadLetter letter = deadLetters.decode(value);
        return time(letter.getLastFailedAt()) + " dead    " + letter.getReplica() + "  " + letter.getSource() + "  "
                + word(letter.getKind()) + "  " + path(letter.getPath()) + "  (" + letter.getReason() + ")";
    }

    private static String path(ByteBuffer field) {
        byte[] bytes = new byte[field.remaining()];
        field.duplicate().get(bytes);
        return RelPath.display(bytes);
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    static String time(Instant instant) {
        return TIME.format(instant);
    }
}
