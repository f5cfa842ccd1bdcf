package io.weir.console;

import com.fasterxml.jackson.core.JsonGenerator;
import io.weir.schemas.DeadLetter;
import io.weir.schemas.RelPath;
import io.weir.schemas.Result;
import io.weir.schemas.Status;
import io.weir.schemas.Verification;
import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An order that was given here, and what became of it. Immutable.
 *
 * @param id the command's
 * @param order what was asked for
 * @param givenAt when, by this machine's clock
 * @param expiresAt an applier that reads the command later does nothing
 * @param end what came of it; null while that is not known
 * @param repair how the repair of a verification ended; null while it has not, and where there is none
 */
record Run(
        String id,
        Order order,
        Instant givenAt,
        Instant expiresAt,
        @Nullable End end,
        @Nullable Repair repair) {
    /** Paths that are told; a command may have thousands. */
    private static final int PATHS = 20;

    /**
     * What came of an order.
     *
     * @param at when
     * @param isRefused whether it, or a part of it, was not done
     * @param message in a sentence
     * @param answer the applier's; null when it is not from one
     */
    record End(
            Instant at,
            boolean isRefused,
            String message,
            @Nullable Result answer) {}

    /** How it is; the words are the API's. */
    enum State {
        /** Nobody has answered yet. */
        ASKED,
        /** It is under way, as the applier's progress tells. */
        WORKING,
        /** It was done; of what goes on after the answer: it was begun, and is not told to be under way. */
        DONE,
        /** It, or a part of it, was not done. */
        REFUSED,
        /** Nobody has answered, and who reads it now does nothing. */
        UNANSWERED
    }

    static Run asked(Answers.Prepared prepared, Order order, Instant now) {
        return new Run(prepared.id(), order, now, prepared.expiresAt(), null, null);
    }

    Run answered(Result answer) {
        String message = answer.getMessage() == null ? "" : answer.getMessage();
        boolean isRefused = answer.getFailed() > 0;
        String told = isRefused ? message + " (" + answer.getFailed() + " refused)" : message;
        return ended(new End(answer.getFinishedAt(), isRefused, told, answer));
    }

    Run ended(End known) {
        return new Run(id, order, givenAt, expiresAt, known, null);
    }

    /** After a state of its applier, with the dead letters that stand. */
    Run after(Status applier, Collection<DeadLetter> letters) {
        Result answer = end == null ? null : end.answer();
        return answer == null
                ? this
                : new Run(
                        id,
                        order,
                        givenAt,
                        expiresAt,
                        end,
                        Repair.of(answer, repair, applier, letters).orElse(null));
    }

    /** Whether another one is of the same kind for the same replica and source, so that progress would be of either. */
    boolean isLike(Run other) {
        return order.action() == other.order.action()
                && order.replica().equals(other.order.replica())
                && order.source().equals(other.order.source());
    }

    /**
     * How far it is; empty when that is not told.
     *
     * @param said the applier's progress, as its status has it: of a baseline, of {@code verifies: ...} and of {@code replays: ...}
     */
    String progress(String said) {
        if (end != null && (end.isRefused() || !goesOn())) {
            return "";
        }
        return switch (order.action()) {
            case VERIFY -> part(said, "verifies: ").orElse("");
            case REPLAY, REPLAY_DRY_RUN -> part(said, "replays: ").orElse("");
            case BASELINE ->
                said.startsWith("verifies: ") || said.startsWith("replays: ") ? "" : said.split("; ", 2)[0];
            case RETRY, DROP, APPROVE, DISCARD, PAUSE, RESUME -> "";
        };
    }

    /** Whether the work goes on after the answer. */
    boolean goesOn() {
        return order.action() == Order.Action.REPLAY || order.action() == Order.Action.BASELINE;
    }

    private static Optional<String> part(String said, String of) {
        for (String each : said.split("; ", -1)) {
            if (each.startsWith(of)) {
                return Optional.of(each.substring(of.length()));
            }
        }
        return Optional.empty();
    }

    /** How it is, by what {@link #progress} tells. */
    State state(String progress, Instant now) {
        if (end != null && end.isRefused()) {
            return State.REFUSED;
        }
        if (!progress.isEmpty()) {
            return State.WORKING;
        }
        if (end != null) {
            return State.DONE;
        }
        return now.isAfter(expiresAt) ? State.UNANSWERED : State.ASKED;
    }

    /** As fields of the object that is open. */
    void write(JsonGenerator json, String progress, Instant now) throws IOException {
        json.writeStringField("id", id);
        json.writeStringField("action", order.action().word());
        json.writeStringField("replica", order.replica());
        json.writeStringField("source", order.source());
        json.writeArrayFieldStart("paths");
        for (byte[] path : order.paths().stream().limit(PATHS).toList()) {
            json.writeString(RelPath.display(path));
        }
        for (String path : order.typed().stream().limit(PATHS).toList()) {
            json.writeString(path);
        }
        json.writeEndArray();
        json.writeObjectFieldStart("options");
        for (Map.Entry<String, String> option : order.options().entrySet()) {
            json.writeStringField(option.getKey(), option.getValue());
        }
        json.writeEndObject();
        json.writeStringField("givenAt", givenAt.toString());
        json.writeStringField("expiresAt", expiresAt.toString());
        json.writeStringField("state", state(progress, now).name().toLowerCase(Locale.ROOT));
        json.writeStringField("progress", progress);
        json.writeStringField("endedAt", end == null ? null : end.at().toString());
        json.writeStringField("message", end == null ? "" : end.message());
        json.writeNumberField("drift", drift());
        Verification found = found();
        json.writeNumberField("repairing", found == null ? 0 : found.getRepaired());
        json.writeStringField("repairedAt", repair == null ? null : repair.at().toString());
        json.writeNumberField("notRepaired", repair == null ? 0 : repair.failed());
        json.writeBooleanField("hasDetails", hasDetails());
    }

    private @Nullable Verification found() {
        return end == null || end.answer() == null ? null : end.answer().getVerification();
    }

    private long drift() {
        Verification found = found();
        return found == null ? 0 : found.getMissing() + found.getExtra() + found.getDifferent();
    }

    private boolean hasDetails() {
        Result answer = end == null ? null : end.answer();
        return answer != null && (answer.getVerification() != null || answer.getDryRun() != null);
    }
}
