package io.weir.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.weir.applier.reconcile.Outcome;
import io.weir.applier.reconcile.Tally;
import io.weir.schemas.RelPath;
import io.weir.service.ExitCode;
import io.weir.service.WeirException;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Renders what became of syncs, and what the process ends with. Pure. */
final class SyncView {
    private static final int MOST_IN_JSON = 1000;
    /** The worst comes first. */
    private static final List<ExitCode> WORST =
            List.of(ExitCode.FAILURE, ExitCode.SETTINGS, ExitCode.CONFLICT, ExitCode.UNAVAILABLE, ExitCode.ATTENTION);

    private final int most;

    /** With at most so many paths of each kind in text. */
    SyncView(int most) {
        this.most = most;
    }

    /**
     * What became of one source.
     *
     * @param address whose it is
     * @param exit what it alone would end the process with
     * @param message why it is not equal as a whole; empty when it is, but for the paths below
     * @param listed entries of the source
     * @param tally what was done
     * @param held paths whose deletes the breaker stopped, each with the reason
     * @param failed paths that could not be made equal, each with the reason
     */
    record Answer(
            Commander.Address address,
            ExitCode exit,
            String message,
            long listed,
            Tally tally,
            Map<RelPath, String> held,
            Map<RelPath, String> failed) {
        static Answer of(Commander.Address address, Outcome outcome, long listed) {
            Map<RelPath, String> held = new TreeMap<>();
            outcome.held().forEach((path, each) -> held.put(path, each.reason()));
            Map<RelPath, String> failed = new TreeMap<>(outcome.failed());
            // What looks temporary and is young after it was waited for is another one.
            outcome.deferred().forEach(path -> failed.putIfAbsent(path, "'" + path + "' looks temporary and is new"));
            ExitCode exit = outcome.state() != Outcome.State.DONE
                    ? ExitCode.UNAVAILABLE
                    : held.isEmpty() && failed.isEmpty() ? ExitCode.OK : ExitCode.ATTENTION;
            return new Answer(address, exit, outcome.message(), listed, outcome.tally(), held, failed);
        }

        static Answer refused(Commander.Address address, WeirException why) {
            return new Answer(
                    address, why.exitCode(), String.valueOf(why.getMessage()), 0, Tally.NONE, Map.of(), Map.of());
        }
    }

    /** What the process ends with: the worst of all sources. */
    static ExitCode exit(List<Answer> answers) {
        return WORST.stream()
                .filter(each -> answers.stream().anyMatch(answer -> answer.exit() == each))
                .findFirst()
                .orElse(ExitCode.OK);
    }

    /** One line for each source, and what is not equal below it. */
    String text(List<Answer> answers) {
        StringBuilder text = new StringBuilder();
        for (Answer each : answers) {
            text.append(each.address().replica())
                    .append('/')
                    .append(each.address().source())
                    .append(": ")
                    .append(each.message().isEmpty() ? summary(each) : each.message())
                    .append('\n');
            list(text, "failed", each.failed());
            list(text, "held", each.held());
            if (!each.held().isEmpty()) {
                text.append("  see whether the source is as it should be; the same command with --approve deletes what"
                        + " is held\n");
            }
        }
        return text.toString();
    }

    private static String summary(Answer answer) {
        Tally tally = answer.tally();
        String text = String.format(
                Locale.ROOT,
                "%,d entries listed, %,d sent (%s), %,d deleted",
                answer.listed(),
                tally.updated(),
                DryRunView.size(tally.bytesReceived()),
                tally.deleted());
        if (answer.exit() == ExitCode.OK) {
            return text + ", equal";
        }
        return text
                + String.format(
                        Locale.ROOT,
                        ", %,d held, %,d failed",
                        answer.held().size(),
                        answer.failed().size());
    }

    private void list(StringBuilder text, String word, Map<RelPath, String> paths) {
        paths.values().stream().limit(most).forEach(reason -> text.append(String.format("  %-7s %s%n", word, reason)));
        if (paths.size() > most) {
            text.append(String.format(Locale.ROOT, "  %-7s and %,d more%n", word, paths.size() - most));
        }
    }

    /** An array with an object for each source. */
    String json(List<Answer> answers) {
        return Json.array(answers, (json, each) -> {
            json.writeStringField("replica", each.address().replica());
            json.writeStringField("source", each.address().source());
            json.writeBooleanField("equal", each.exit() == ExitCode.OK);
            json.writeNumberField("exit", each.exit().number());
            json.writeStringField("message", each.message());
            json.writeNumberField("listed", each.listed());
            json.writeNumberField("sent", each.tally().updated());
            json.writeNumberField("bytes", each.tally().bytesReceived());
            json.writeNumberField("deleted", each.tally().deleted());
            json.writeNumberField("held", each.held().size());
            json.writeNumberField("failed", each.failed().size());
            paths(json, "heldPaths", each.held());
            paths(json, "failedPaths", each.failed());
        });
    }

    private static void paths(JsonGenerator json, String field, Map<RelPath, String> paths) throws IOException {
        json.writeArrayFieldStart(field);
        int left = MOST_IN_JSON;
        for (Map.Entry<RelPath, String> each : paths.entrySet()) {
            if (left-- == 0) {
                break;
            }
            json.writeStartObject();
            json.writeStringField("path", each.getKey().toString());
            json.writeStringField("reason", each.getValue());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
