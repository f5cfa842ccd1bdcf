package io.weir.console;

import com.fasterxml.jackson.core.JsonGenerator;
import io.weir.schemas.Batch;
import io.weir.schemas.Change;
import io.weir.schemas.DeadLetter;
import io.weir.schemas.DeadLetterKey;
import io.weir.schemas.RelPath;
import io.weir.schemas.Result;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One record as the page shows it.
 *
 * @param number counts what this console has seen
 * @param stream change, batch, result, deadletter or unreadable
 * @param at when it happened
 * @param source of which source
 * @param replica of which replica; empty for none
 * @param what what happened, in a word
 * @param path the path, or the first of many, as it is printed; empty for none
 * @param detail the rest, for people
 */
record TailEntry(
        long number,
        String stream,
        Instant at,
        String source,
        String replica,
        String what,
        String path,
        String detail) {
    static TailEntry of(Change change) {
        ByteBuffer from = change.getMovedFrom();
        String detail = word(change.getObserved().getType())
                + (change.getRecursive() ? ", with all below" : "")
                + (from == null ? "" : ", from " + path(from))
                + reason(change.getReason());
        return new TailEntry(
                0,
                "change",
                change.getCapturedAt(),
                change.getSource(),
                "",
                word(change.getKind()),
                path(change.getPath()),
                detail);
    }

    static TailEntry of(Batch batch) {
        int paths = batch.getPaths().size();
        return new TailEntry(
                0,
                "batch",
                batch.getCreatedAt(),
                batch.getSource(),
                "",
                "#" + batch.getSequence(),
                paths == 0 ? "" : path(batch.getPaths().get(0).getPath()),
                count(paths, "path") + " from " + count(batch.getChanges(), "change") + reason(batch.getReason()));
    }

    static TailEntry of(Result result) {
        Duration after = Duration.between(result.getCapturedAt(), result.getFinishedAt());
        String done = result.getUpdated() + " updated, " + result.getDeleted() + " deleted, " + result.getRenamed()
                + " renamed"
                + (result.getFailed() > 0 ? ", " + result.getFailed() + " failed" : "")
                + (result.getHeld() > 0 ? ", " + result.getHeld() + " held" : "")
                + ", " + result.getBytesReceived() + " bytes, " + Math.max(0, after.toMillis())
                + " ms after the change";
        return new TailEntry(
                0,
                "result",
                result.getFinishedAt(),
                result.getSource(),
                result.getReplica(),
                word(result.getKind()),
                "",
                result.getCommand() == null ? done + reason(result.getMessage()) : text(result.getMessage()));
    }

    static TailEntry of(DeadLetterKey key, @Nullable DeadLetter letter, Instant at) {
        return new TailEntry(
                0,
                "deadletter",
                letter == null ? at : letter.getLastFailedAt(),
                key.source(),
                key.replica(),
                letter == null ? "over" : word(letter.getKind()),
                RelPath.display(key.path()),
                letter == null ? "resolved or dropped" : letter.getReason());
    }

    static TailEntry unreadable(String place, String cause, Instant at) {
        return new TailEntry(0, "unreadable", at, "", "", place, "", cause);
    }

    TailEntry numbered(long given) {
        return new TailEntry(given, stream, at, source, replica, what, path, detail);
    }

    static void write(JsonGenerator json, TailEntry each) throws IOException {
        json.writeNumberField("number", each.number);
        json.writeStringField("stream", each.stream);
        json.writeStringField("at", each.at.toString());
        json.writeStringField("source", each.source);
        json.writeStringField("replica", each.replica);
        json.writeStringField("what", each.what);
        json.writeStringField("path", each.path);
        json.writeStringField("detail", each.detail);
    }

    private static String count(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    private static String reason(@Nullable String reason) {
        return reason == null || reason.isEmpty() ? "" : " (" + reason + ")";
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static String path(ByteBuffer field) {
        byte[] bytes = new byte[field.remaining()];
        field.duplicate().get(bytes);
        return RelPath.display(bytes);
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
