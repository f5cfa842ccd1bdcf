package io.weir.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.weir.schemas.Batch;
import io.weir.schemas.FileType;
import io.weir.schemas.Status;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** Renders what is known of a path. Pure. */
final class ExplainView {
    private final StatusView now;

    ExplainView(StatusView now) {
        this.now = now;
    }

    String text(Explanation all) {
        StringBuilder text = new StringBuilder();
        line(text, "path", all.path() + " of source " + all.source());
        for (Seen each : all.changes()) {
            line(text, "change", change(each));
        }
        Carried carried = all.carried();
        if (carried != null) {
            line(text, "batch", batch(carried));
        }
        for (Status each : all.stages()) {
            line(text, HistoryView.word(each.getRole()), now.line(each));
        }
        all.notes().forEach(note -> line(text, "note", note));
        all.hints().forEach(hint -> line(text, "hint", hint));
        text.append("at the source: ").append(all.atSource().text()).append('\n');
        all.verdicts()
                .forEach(each -> text.append(each.replica())
                        .append(": ")
                        .append(each.text())
                        .append('\n'));
        if (all.verdicts().isEmpty()) {
            text.append("no applier has reported a replica of source ")
                    .append(all.source())
                    .append('\n');
        }
        return text.toString();
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(String.format(Locale.ROOT, "%-12s%s%n", name, value));
    }

    private static String change(Seen each) {
        String note = HistoryView.note(each.change());
        return HistoryView.time(each.change().getCapturedAt()) + "  "
                + HistoryView.word(each.change().getKind()) + "  "
                + HistoryView.word(each.change().getObserved().getType()) + "  "
                + HistoryView.path(each.change().getPath()) + (note.isEmpty() ? "" : "  (" + note + ")");
    }

    private static String batch(Carried carried) {
        Batch batch = carried.batch();
        String reason = batch.getReason() == null ? "" : "  (" + batch.getReason() + ")";
        return HistoryView.time(batch.getCreatedAt()) + "  #" + batch.getSequence() + "  partition "
                + carried.partition() + " offset " + carried.offset() + "  "
                + HistoryView.path(carried.entry().getPath())
                + (carried.entry().getRecursive() ? " with all below" : "") + ", one of "
                + batch.getPaths().size()
                + " paths" + reason;
    }

    String json(Explanation all) {
        return Json.object(all, this::write);
    }

    private void write(JsonGenerator json, Explanation all) throws IOException {
        json.writeStringField("source", all.source());
        json.writeStringField("path", all.path().toString());
        json.writeObjectFieldStart("atSource");
        write(json, all.atSource());
        json.writeEndObject();
        Json.field(json, "changes", all.changes(), HistoryView::write);
        Carried carried = all.carried();
        Json.field(json, "batches", carried == null ? List.of() : List.of(carried), ExplainView::write);
        Json.field(json, "stages", all.stages(), this::write);
        json.writeArrayFieldStart("notes");
        for (String each : all.notes()) {
            json.writeString(each);
        }
        json.writeEndArray();
        Json.field(json, "replicas", all.verdicts(), ExplainView::write);
    }

    private static void write(JsonGenerator json, AtSource known) throws IOException {
        json.writeStringField("state", HistoryView.word(known.state()));
        json.writeStringField("type", HistoryView.word(known.type()));
        if (known.type() == FileType.FILE) {
            json.writeNumberField("size", known.size());
        }
        Instant at = known.at();
        json.writeObjectField("at", at == null ? null : at.toString());
        json.writeStringField("text", known.text());
    }

    private static void write(JsonGenerator json, Carried carried) throws IOException {
        json.writeNumberField("sequence", carried.batch().getSequence());
        json.writeNumberField("partition", carried.partition());
        json.writeNumberField("offset", carried.offset());
        json.writeStringField("createdAt", carried.batch().getCreatedAt().toString());
        json.writeStringField("path", HistoryView.path(carried.entry().getPath()));
        json.writeBooleanField("recursive", carried.entry().getRecursive());
        json.writeObjectField("reason", carried.batch().getReason());
    }

    private void write(JsonGenerator json, Status stage) throws IOException {
        json.writeStringField("component", stage.getComponent());
        json.writeStringField("state", now.isSilent(stage) ? "silent" : HistoryView.word(stage.getState()));
        json.writeStringField("at", stage.getAt().toString());
        json.writeObjectField("message", stage.getMessage());
    }

    private static void write(JsonGenerator json, Verdict verdict) throws IOException {
        json.writeStringField("replica", verdict.replica());
        json.writeStringField("verdict", HistoryView.word(verdict.kind()));
        Instant since = verdict.since();
        json.writeObjectField("since", since == null ? null : since.toString());
        json.writeNumberField("batchesBehind", verdict.behind());
        json.writeStringField("text", verdict.text());
    }
}
