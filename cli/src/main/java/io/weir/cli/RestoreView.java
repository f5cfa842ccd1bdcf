package io.weir.cli;

import io.weir.schemas.Command;
import io.weir.schemas.RestoreOrder;
import io.weir.schemas.Restored;
import io.weir.schemas.Result;
import org.jspecify.annotations.Nullable;

/**
 * Renders what was brought back. Pure.
 *
 * @param order what was asked for
 * @param answer null when none came
 * @param host the applier's
 * @param root of the source; null when that is not known here
 */
record RestoreView(
        Command order,
        @Nullable Result answer,
        String host,
        @Nullable String root) {
    /** What became of it, where it is, and how it gets back to the source. */
    String text() {
        StringBuilder text = new StringBuilder(
                order.getReplica() + "/" + order.getSource() + ": " + CommandOptions.message(order, answer) + "\n");
        Restored restored = answer == null ? null : answer.getRestored();
        if (restored != null && !restored.getTo().isEmpty()) {
            text.append("on host ")
                    .append(host)
                    .append(": ")
                    .append(restored.getTo())
                    .append('\n');
            if (answer != null && answer.getFailed() == 0) {
                String from = "rsync -ain " + Shell.word(host + ":" + restored.getTo() + "/");
                text.append("to bring it back, as a user who may read that: ")
                        .append(from)
                        .append(' ')
                        .append(root == null ? "SOURCE_ROOT/" : Shell.word(root + "/"))
                        .append("\n  on the file server; this shows what it would do, and without the n it does it."
                                + " Delete the copy afterwards: Weir does not.\n");
            }
        }
        return text.toString();
    }

    /** One object. */
    String json() {
        return Json.object(order, (json, each) -> {
            RestoreOrder what = each.getRestore();
            Restored restored = answer == null ? null : answer.getRestored();
            json.writeStringField("id", each.getId());
            json.writeStringField("replica", each.getReplica());
            json.writeStringField("source", each.getSource());
            json.writeStringField("host", host);
            json.writeObjectField("asOf", what == null ? null : what.getAsOf().toString());
            json.writeBooleanField("answered", answer != null);
            json.writeStringField("message", CommandOptions.message(each, answer));
            json.writeNumberField("entries", restored == null ? 0 : restored.getEntries());
            json.writeNumberField("bytes", restored == null ? 0 : restored.getBytes());
            json.writeNumberField("absent", restored == null ? 0 : restored.getAbsent());
            json.writeNumberField("failed", answer == null ? 0 : answer.getFailed());
            json.writeObjectField("to", restored == null || restored.getTo().isEmpty() ? null : restored.getTo());
        });
    }
}
