package io.weir.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.weir.schemas.DryRun;
import io.weir.schemas.RelPath;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Renders what baselines would do. Pure. */
final class DryRunView {
    private final int most;

    /** With at most so many paths of each kind in text. */
    DryRunView(int most) {
        this.most = most;
    }

    /**
     * One answer.
     *
     * @param address whose it is
     * @param dryRun null when there is none
     * @param message why there is none
     */
    record Answer(Commander.Address address, @Nullable DryRun dryRun, String message) {}

    String text(List<Answer> answers) {
        StringBuilder text = new StringBuilder();
        for (Answer each : answers) {
            String who = each.address().replica() + "/" + each.address().source() + ": ";
            DryRun dryRun = each.dryRun();
            if (dryRun == null) {
                text.append(who).append(each.message()).append('\n');
            } else {
                text.append(who).append(summary(dryRun)).append('\n');
                list(text, "send", dryRun.getSentPaths(), dryRun.getSent());
                // Only the topmost of what would go are named: how many are not cannot be told from the count.
                list(text, dryRun.getKept() ? "keep" : "delete", dryRun.getDeletedPaths(), 0);
                list(text, "unsure", dryRun.getUnsurePaths(), dryRun.getUnsure());
            }
        }
        return text.toString();
    }

    private static String summary(DryRun dryRun) {
        if (dryRun.getListed() + dryRun.getSent() + dryRun.getDeleted() + dryRun.getDeferred() + dryRun.getUnsure()
                == 0) {
            return "nothing is there, neither at the source nor at the replica, or filters leave it out. Nothing was"
                    + " changed.";
        }
        String text = String.format(
                Locale.ROOT,
                "of %,d entries at the source %,d would be sent (%s); %,d entries (%s) %s",
                dryRun.getListed(),
                dryRun.getSent(),
                size(dryRun.getSentBytes()),
                dryRun.getDeleted(),
                size(dryRun.getDeletedBytes()),
                dryRun.getKept()
                        ? "that the source does not have would be kept, as the replica never deletes"
                        : "would be deleted");
        if (dryRun.getDeferred() > 0) {
            text += String.format(Locale.ROOT, "; %,d young temporary names would wait", dryRun.getDeferred());
        }
        if (dryRun.getUnsure() > 0) {
            text += String.format(Locale.ROOT, "; %,d paths could not be compared", dryRun.getUnsure());
        }
        return text + ". Nothing was changed.";
    }

    private void list(StringBuilder text, String word, List<ByteBuffer> paths, long all) {
        paths.stream().limit(most).forEach(path -> text.append(String.format("  %-7s %s%n", word, display(path))));
        long more = Math.max(all, paths.size()) - Math.min(most, paths.size());
        if (more > 0) {
            text.append(String.format(Locale.ROOT, "  %-7s and %,d more%n", word, more));
        }
    }

    String json(List<Answer> answers) {
        return Json.array(answers, (json, each) -> {
            json.writeStringField("replica", each.address().replica());
            json.writeStringField("source", each.address().source());
            DryRun dryRun = each.dryRun();
            json.writeBooleanField("answered", dryRun != null);
            json.writeStringField("message", each.message());
            if (dryRun != null) {
                write(json, dryRun);
            }
        });
    }

    /** The fields of a dry run, into an object that is open. */
    static void write(JsonGenerator json, DryRun dryRun) throws IOException {
        json.writeNumberField("listed", dryRun.getListed());
        json.writeNumberField("sent", dryRun.getSent());
        json.writeNumberField("sentBytes", dryRun.getSentBytes());
        json.writeNumberField("deleted", dryRun.getDeleted());
        json.writeNumberField("deletedBytes", dryRun.getDeletedBytes());
        json.writeBooleanField("kept", dryRun.getKept());
        json.writeNumberField("deferred", dryRun.getDeferred());
        json.writeNumberField("unsure", dryRun.getUnsure());
        paths(json, "sentPaths", dryRun.getSentPaths());
        paths(json, "deletedPaths", dryRun.getDeletedPaths());
        paths(json, "unsurePaths", dryRun.getUnsurePaths());
    }

    private static void paths(JsonGenerator json, String field, List<ByteBuffer> paths) throws IOException {
        json.writeArrayFieldStart(field);
        for (ByteBuffer path : paths) {
            json.writeString(display(path));
        }
        json.writeEndArray();
    }

    private static String display(ByteBuffer field) {
        byte[] bytes = new byte[field.remaining()];
        field.duplicate().get(bytes);
        return RelPath.display(bytes);
    }

    /** A size for people. */
    static String size(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        double size = bytes;
        int unit = -1;
        while (size >= 1024 && unit < 4) {
            size /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %ciB", size, "KMGTP".charAt(unit));
    }
}
