package io.weir.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.weir.schemas.Change;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.FileType;
import io.weir.schemas.Observed;
import io.weir.schemas.Origin;
import io.weir.schemas.RelPath;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Renders changes. Pure. */
final class HistoryView {
    private static final int PERMISSIONS = 07777;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneId.systemDefault());

    private HistoryView() {}

    static String table(List<Seen> changes) {
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"TIME", "SOURCE", "EPOCH", "KIND", "TYPE", "SIZE", "MODE", "PATH", "NOTE"});
        for (Seen each : changes) {
            Change change = each.change();
            Observed observed = change.getObserved();
            boolean isThere = isThere(observed);
            rows.add(new String[] {
                time(change.getCapturedAt()),
                change.getSource(),
                Long.toString(change.getEpoch()),
                word(change.getKind()),
                word(observed.getType()),
                observed.getType() == FileType.FILE ? Long.toString(observed.getSize()) : "-",
                isThere ? mode(observed) : "-",
                path(change.getPath()),
                note(change)
            });
        }
        return changes.isEmpty() ? "" : Table.render(rows);
    }

    /** What else a change says, in a few words. */
    static String note(Change change) {
        List<String> words = new ArrayList<>();
        ByteBuffer from = change.getMovedFrom();
        if (from != null) {
            words.add("from " + path(from));
        }
        if (change.getRecursive()) {
            words.add("with all below");
        }
        if (change.getOrigin() == Origin.SCAN) {
            words.add("found by a scan");
        }
        if (change.getKind() == ChangeKind.GAP) {
            words.add("changes may be missing before this");
        }
        String reason = change.getReason();
        if (reason != null && !reason.isEmpty()) {
            words.add(reason);
        }
        return String.join("; ", words);
    }

    static String json(List<Seen> changes) {
        return Json.array(changes, HistoryView::write);
    }

    /** The fields of one change. */
    static void write(JsonGenerator json, Seen each) throws IOException {
        Change change = each.change();
        Observed observed = change.getObserved();
        json.writeStringField("at", change.getCapturedAt().toString());
        json.writeStringField("source", change.getSource());
        json.writeStringField("path", path(change.getPath()));
        json.writeStringField("kind", word(change.getKind()));
        json.writeStringField("type", word(observed.getType()));
        if (isThere(observed)) {
            json.writeNumberField("size", observed.getSize());
            json.writeStringField("mode", mode(observed));
            json.writeNumberField("uid", observed.getUid());
            json.writeNumberField("gid", observed.getGid());
        }
        ByteBuffer from = change.getMovedFrom();
        json.writeObjectField("from", from == null ? null : path(from));
        json.writeBooleanField("recursive", change.getRecursive());
        json.writeStringField("origin", word(change.getOrigin()));
        json.writeObjectField("reason", change.getReason());
        json.writeNumberField("epoch", change.getEpoch());
        json.writeNumberField("sequence", change.getSequence());
        json.writeNumberField("partition", each.partition());
        json.writeNumberField("offset", each.offset());
    }

    private static boolean isThere(Observed observed) {
        return observed.getType() != FileType.ABSENT && observed.getType() != FileType.UNKNOWN;
    }

    private static String mode(Observed observed) {
        return String.format(Locale.ROOT, "%04o", observed.getMode() & PERMISSIONS);
    }

    /** A path of a record as Weir prints it. */
    static String path(ByteBuffer field) {
        byte[] bytes = new byte[field.remaining()];
        field.duplicate().get(bytes);
        return RelPath.display(bytes);
    }

    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** A moment of whatever day, in this machine's time zone. */
    static String time(Instant instant) {
        return TIME.format(instant);
    }
}
