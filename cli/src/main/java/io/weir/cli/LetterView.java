package io.weir.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.weir.schemas.DeadLetter;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/** Renders dead letters, as of one moment. Pure. */
final class LetterView {
    private final Instant now;

    LetterView(Instant now) {
        this.now = now;
    }

    String table(List<Letter> letters) {
        if (letters.isEmpty()) {
            return "no dead letters\n";
        }
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"REPLICA", "SOURCE", "KIND", "TRIES", "SINCE", "PATH", "REASON"});
        for (Letter each : letters) {
            DeadLetter body = each.body();
            rows.add(new String[] {
                replica(each),
                each.key().source(),
                kind(body),
                Integer.toString(body.getAttempts()),
                StatusView.duration(Duration.between(body.getFirstFailedAt(), now)),
                each.path() + (body.getRecursive() ? " (with all below)" : ""),
                body.getReason()
            });
        }
        return Table.render(rows);
    }

    /** Everything about each letter. */
    String details(List<Letter> letters) {
        StringBuilder text = new StringBuilder();
        for (Letter each : letters) {
            DeadLetter body = each.body();
            text.append(each.path()).append('\n');
            line(text, "kind", kind(body));
            line(text, "replica", replica(each));
            line(text, "source", each.key().source());
            line(text, "with all below", body.getRecursive() ? "yes" : "no");
            line(text, "reason", body.getReason());
            line(text, "tries", Integer.toString(body.getAttempts()));
            line(text, "first failed", body.getFirstFailedAt().toString());
            line(text, "last failed", body.getLastFailedAt().toString());
            line(text, "came from", "partition " + body.getPartition() + " offset " + body.getOffset());
        }
        return text.toString();
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(String.format(Locale.ROOT, "  %-15s%s%n", name, value));
    }

    String json(List<Letter> letters) {
        return Json.array(letters, this::write);
    }

    private void write(JsonGenerator json, Letter each) throws IOException {
        DeadLetter body = each.body();
        json.writeStringField("replica", each.key().replica());
        json.writeStringField("source", each.key().source());
        json.writeStringField("path", each.path());
        json.writeStringField(
                "pathBase64", Base64.getEncoder().encodeToString(each.key().path()));
        json.writeBooleanField("recursive", body.getRecursive());
        json.writeStringField("kind", kind(body));
        json.writeStringField("reason", body.getReason());
        json.writeNumberField("attempts", body.getAttempts());
        json.writeStringField("firstFailedAt", body.getFirstFailedAt().toString());
        json.writeStringField("lastFailedAt", body.getLastFailedAt().toString());
        json.writeNumberField("partition", body.getPartition());
        json.writeNumberField("offset", body.getOffset());
    }

    private static String kind(DeadLetter body) {
        return body.getKind().name().toLowerCase(Locale.ROOT);
    }

    private static String replica(Letter letter) {
        return letter.key().replica().isEmpty() ? "(all)" : letter.key().replica();
    }
}
