package io.weir.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.weir.schemas.RelPath;
import io.weir.schemas.Status;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Renders how a replica stands that is to be promoted, as of one moment. Pure. */
final class PromotionView {
    private final Instant now;
    private final int most;

    /**
     * A view as of a moment.
     *
     * @param most so many paths of a list
     */
    PromotionView(Instant now, int most) {
        this.now = now;
        this.most = most;
    }

    /** Everything, for people. */
    String text(PromotionReport report) {
        StringBuilder text = new StringBuilder();
        Status replica = report.replica();
        line(
                text,
                "replica",
                replica.getReplica() + " of source " + replica.getSource() + ": " + StatusView.word(replica.getState())
                        + ", as it said " + ago(replica.getAt()) + " ago");
        line(text, "behind", behind(report));
        if (report.isBaselineOpen()) {
            line(
                    text,
                    "WARNING",
                    "it was being made equal as a whole, and more may be missing than is listed here: "
                            + replica.getMessage());
        }
        if (report.isCut()) {
            line(
                    text,
                    "WARNING",
                    "its position, or what Kafka has of batches behind it and of changes since the newest batch, is not"
                            + " complete: more may be missing than is listed here");
        }
        line(text, "agent", agent(report));
        for (Status other : report.further()) {
            line(
                    text,
                    "WARNING",
                    "replica " + other.getReplica() + " has applied batches up to offset " + other.getOffset()
                            + ", this one up to " + replica.getOffset()
                            + ": promote that one, or it loses what it has more");
        }
        line(text, "not known", notKnown(report));
        lost(text, report);
        letters(text, report);
        return text.toString();
    }

    private static void line(StringBuilder text, String word, String rest) {
        text.append(String.format(Locale.ROOT, "%-10s%s%n", word, rest));
    }

    private String ago(Instant at) {
        return StatusView.duration(Duration.between(at, now));
    }

    private String behind(PromotionReport report) {
        Instant oldest = report.oldest();
        long paths = report.lost().size() + report.forgotten();
        return oldest == null
                ? "not at all, by what was published; " + report.letters().size() + " dead letters"
                : paths + " paths, the oldest changed " + time(oldest) + ", " + ago(oldest) + " ago; "
                        + report.letters().size() + " dead letters";
    }

    private static String time(Instant at) {
        return "at " + at.truncatedTo(ChronoUnit.MILLIS);
    }

    private String agent(PromotionReport report) {
        Status agent = report.agent();
        if (agent == null) {
            return "none ever said that it serves the source";
        }
        return (report.isAgentAlive() ? "ALIVE: it said " : "gone: it said last ") + ago(agent.getAt())
                + " ago that it was "
                + StatusView.word(agent.getState()) + " on " + agent.getHost() + ", pid " + agent.getPid() + ", with "
                + agent.getPendingPaths() + " paths that waited there";
    }

    private String notKnown(PromotionReport report) {
        Instant newest = report.newestChange();
        return "what the source changed and its agent had not published: the newest change that it did is"
                + (newest == null ? " none" : " of " + ago(newest) + " ago, " + time(newest));
    }

    private void lost(StringBuilder text, PromotionReport report) {
        if (report.lost().isEmpty()) {
            return;
        }
        text.append("\nThese changes had not arrived, or are not known to have:\n");
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"CAPTURED", "SEEN", "IN", "PATH"});
        for (NotArrived.Lost each : first(report.lost())) {
            rows.add(new String[] {
                each.capturedAt().truncatedTo(ChronoUnit.MILLIS).toString(),
                each.type().name().toLowerCase(Locale.ROOT),
                each.isBatched() ? "a batch" : "no batch",
                each.path() + (each.isWhole() ? "  with everything below" : "")
            });
        }
        text.append(Table.render(rows));
        long more = report.lost().size()
                + report.forgotten()
                - Math.min(most, report.lost().size());
        if (more > 0) {
            text.append("and ").append(more).append(" more; --all shows them\n");
        }
    }

    private void letters(StringBuilder text, PromotionReport report) {
        if (!report.letters().isEmpty()) {
            text.append("\nThese paths it could not take, or holds back:\n");
            text.append(new LetterView(now).table(first(report.letters())));
        }
    }

    private <T> List<T> first(List<T> all) {
        return all.subList(0, Math.min(most, all.size()));
    }

    /** The same as fields, for scripts. */
    void write(JsonGenerator json, PromotionReport report) throws IOException {
        Status replica = report.replica();
        json.writeStringField("replica", replica.getReplica());
        json.writeStringField("source", replica.getSource());
        json.writeStringField("state", StatusView.word(replica.getState()));
        json.writeStringField("reportedAt", replica.getAt().toString());
        json.writeNumberField("partition", replica.getPartition());
        json.writeNumberField("offset", replica.getOffset());
        json.writeNumberField("behindMillis", behindMillis(report));
        time(json, "oldestNotArrivedAt", report.oldest());
        time(json, "newestChangeAt", report.newestChange());
        json.writeBooleanField("baselineOpen", report.isBaselineOpen());
        json.writeBooleanField("incomplete", report.isCut());
        Status agent = report.agent();
        json.writeBooleanField("agentAlive", report.isAgentAlive());
        time(json, "agentReportedAt", agent == null ? null : agent.getAt());
        json.writeNumberField("agentPendingPaths", agent == null ? 0 : agent.getPendingPaths());
        json.writeArrayFieldStart("furtherReplicas");
        for (Status each : report.further()) {
            json.writeString(each.getReplica());
        }
        json.writeEndArray();
        json.writeNumberField("notArrived", report.lost().size() + report.forgotten());
        Json.field(json, "paths", first(report.lost()), PromotionView::write);
        json.writeNumberField("deadLetters", report.letters().size());
        Json.field(json, "deadLetterPaths", first(report.letters()), (fields, each) -> {
            fields.writeStringField("path", each.path());
            fields.writeStringField("kind", each.body().getKind().name().toLowerCase(Locale.ROOT));
        });
    }

    private long behindMillis(PromotionReport report) {
        Instant oldest = report.oldest();
        return oldest == null ? 0 : Math.max(0, Duration.between(oldest, now).toMillis());
    }

    private static void write(JsonGenerator json, NotArrived.Lost each) throws IOException {
        json.writeStringField("path", RelPath.display(each.path().bytes()));
        json.writeBooleanField("recursive", each.isWhole());
        json.writeStringField("seen", each.type().name().toLowerCase(Locale.ROOT));
        json.writeStringField("capturedAt", each.capturedAt().toString());
        json.writeBooleanField("batched", each.isBatched());
    }

    private static void time(JsonGenerator json, String field, @Nullable Instant at) throws IOException {
        if (at == null) {
            json.writeNullField(field);
        } else {
            json.writeStringField(field, at.toString());
        }
    }
}
