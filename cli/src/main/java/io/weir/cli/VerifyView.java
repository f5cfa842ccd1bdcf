package io.weir.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.weir.schemas.Command;
import io.weir.schemas.Drift;
import io.weir.schemas.RelPath;
import io.weir.schemas.Result;
import io.weir.schemas.Verification;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Renders how replicas differ from their sources. Pure. */
final class VerifyView {
    private final int most;

    /** With at most so many paths of a replica in text. */
    VerifyView(int most) {
        this.most = most;
    }

    /** Whether a replica differs, or parts of it could not be looked at. */
    static boolean isAlarming(Result answer) {
        Verification found = answer.getVerification();
        return found != null && (drift(found) > 0 || found.getUnsure() > 0);
    }

    /** Whether paths were named, and nothing is there on either side: then nothing was verified. */
    static boolean isVain(Command command, Result answer) {
        Verification found = answer.getVerification();
        return found != null
                && found.getEntries() == 0
                && drift(found) + found.getUnsure() + found.getInFlight() == 0
                && command.getPaths().stream().noneMatch(VerifyView::isRoot);
    }

    private static boolean isRoot(ByteBuffer path) {
        return path.equals(RelPath.ROOT.toField());
    }

    private static long drift(Verification found) {
        return found.getMissing() + found.getExtra() + found.getDifferent();
    }

    /** One line for each command, and what differs below it. */
    String text(List<Command> commands, Map<String, Result> answers) {
        StringBuilder text = new StringBuilder();
        for (Command each : commands) {
            Result answer = answers.get(each.getId());
            text.append(each.getReplica())
                    .append('/')
                    .append(each.getSource())
                    .append(": ")
                    .append(CommandOptions.message(each, answer))
                    .append('\n');
            Verification found = answer == null ? null : answer.getVerification();
            if (found != null) {
                list(text, each, found);
            }
        }
        return text.toString();
    }

    private void list(StringBuilder text, Command command, Verification found) {
        List<String[]> rows = new ArrayList<>();
        found.getDrift().stream()
                .limit(most)
                .forEach(drift -> rows.add(new String[] {"  " + word(drift), path(drift), drift.getDetail()}));
        if (!rows.isEmpty()) {
            text.append(Table.render(rows));
        }
        // Of an extra directory only itself is named, so that the numbers may be larger than the list could be.
        if (found.getDrift().size() > most) {
            text.append("  and more; --show N or -o json shows them\n");
        }
        if (drift(found) > 0
                && (command.getVerify() == null || !command.getVerify().getRepair())) {
            text.append("  the same with --repair makes it equal; if it comes back, something else writes to the"
                    + " replica\n");
        }
    }

    /** An array with an object for each command. */
    String json(List<Command> commands, Map<String, Result> answers) {
        return Json.array(commands, (json, each) -> {
            Result answer = answers.get(each.getId());
            Verification found = answer == null ? null : answer.getVerification();
            json.writeStringField("id", each.getId());
            json.writeStringField("replica", each.getReplica());
            json.writeStringField("source", each.getSource());
            json.writeBooleanField("answered", answer != null);
            json.writeStringField("message", CommandOptions.message(each, answer));
            if (found != null) {
                write(json, found);
            }
        });
    }

    /** The fields of a verification, into an object that is open. */
    static void write(JsonGenerator json, Verification found) throws IOException {
        json.writeStringField("level", found.getLevel().name().toLowerCase(Locale.ROOT));
        json.writeNumberField("entries", found.getEntries());
        json.writeNumberField("files", found.getFiles());
        json.writeNumberField("bytes", found.getBytes());
        json.writeNumberField("missing", found.getMissing());
        json.writeNumberField("extra", found.getExtra());
        json.writeNumberField("different", found.getDifferent());
        json.writeNumberField("inFlight", found.getInFlight());
        json.writeNumberField("unsure", found.getUnsure());
        json.writeNumberField("repaired", found.getRepaired());
        json.writeArrayFieldStart("drift");
        for (Drift drift : found.getDrift()) {
            json.writeStartObject();
            json.writeStringField("path", path(drift));
            json.writeStringField("kind", word(drift));
            json.writeStringField("detail", drift.getDetail());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static String word(Drift drift) {
        return drift.getKind().name().toLowerCase(Locale.ROOT);
    }

    private static String path(Drift drift) {
        byte[] bytes = new byte[drift.getPath().remaining()];
        drift.getPath().duplicate().get(bytes);
        return RelPath.display(bytes);
    }
}
