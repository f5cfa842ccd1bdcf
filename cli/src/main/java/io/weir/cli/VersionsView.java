package io.weir.cli;

import io.weir.schemas.Command;
import io.weir.schemas.PastVersion;
import io.weir.schemas.Result;
import io.weir.schemas.Versions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Renders versions of paths. Pure. */
final class VersionsView {
    private final List<Row> rows = new ArrayList<>();
    private long count;

    private record Row(String replica, String source, PastVersion version) {
        /** When it went, or else when it came. */
        Instant moved() {
            return isKnown(version.getUntil())
                    ? version.getUntil()
                    : isKnown(version.getFrom()) ? version.getFrom() : version.getMtime();
        }
    }

    /** Of the answers of all replicas, newest first, at most so many. */
    VersionsView(PastReplicas.Answers asked, int most) {
        List<Row> all = new ArrayList<>();
        for (Command each : asked.commands()) {
            Result answer = asked.answers().get(each.getId());
            Versions versions = answer == null ? null : answer.getVersions();
            if (versions != null) {
                count += versions.getCount();
                versions.getList().forEach(version -> all.add(new Row(each.getReplica(), each.getSource(), version)));
            }
        }
        all.sort(Comparator.comparing(Row::moved).reversed());
        rows.addAll(all.subList(0, Math.min(most, all.size())));
    }

    private static boolean isKnown(Instant at) {
        return !at.equals(Instant.EPOCH);
    }

    /** How many there are that are not shown. */
    long hidden() {
        return count - rows.size();
    }

    /** Whether nothing is shown. */
    boolean isEmpty() {
        return rows.isEmpty();
    }

    /** One line for each; empty without any. */
    String table() {
        List<String[]> table = new ArrayList<>();
        table.add(new String[] {"REPLICA", "FROM", "UNTIL", "TYPE", "SIZE", "MTIME", "PATH"});
        for (Row each : rows) {
            PastVersion version = each.version();
            table.add(new String[] {
                each.replica(),
                isKnown(version.getFrom()) ? HistoryView.time(version.getFrom()) : "-",
                isKnown(version.getUntil()) ? HistoryView.time(version.getUntil()) : "still there",
                version.getType(),
                version.getType().equals("file") ? Long.toString(version.getSize()) : "-",
                HistoryView.time(version.getMtime()),
                HistoryView.path(version.getPath())
            });
        }
        return rows.isEmpty() ? "" : Table.render(table);
    }

    /** An array with an object for each; null for a time that is not known, or did not come. */
    String json() {
        return Json.array(rows, (json, each) -> {
            PastVersion version = each.version();
            json.writeStringField("replica", each.replica());
            json.writeStringField("source", each.source());
            json.writeStringField("path", HistoryView.path(version.getPath()));
            json.writeStringField("type", version.getType());
            json.writeNumberField("size", version.getSize());
            json.writeStringField("mtime", version.getMtime().toString());
            json.writeObjectField("from", orNull(version.getFrom()));
            json.writeObjectField("until", orNull(version.getUntil()));
        });
    }

    private static @Nullable String orNull(Instant at) {
        return isKnown(at) ? at.toString() : null;
    }
}
