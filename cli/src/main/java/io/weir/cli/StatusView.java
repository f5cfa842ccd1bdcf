package io.weir.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.weir.applier.position.StartPlan;
import io.weir.schemas.ComponentState;
import io.weir.schemas.Role;
import io.weir.schemas.Status;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Renders what components said, as of one moment. Pure. */
final class StatusView {
    /** A component that is not closed tells of itself at an interval; after so many without a word it is gone or cut off. */
    static final int INTERVALS = 5;

    private static final Duration LEAST_SILENCE = Duration.ofSeconds(10);
    /** For what does not tell its interval: an older version. */
    private static final Duration UNKNOWN_INTERVAL = Duration.ofSeconds(6);

    /** How far behind a replica may be that is called running, by default. */
    static final Duration LAGGING = Duration.ofSeconds(10);

    private static final String AGENT = "agent/";
    /** In the place of a state that is not known. */
    private static final String UNREADABLE = "unreadable";

    private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB", "TiB", "PiB");

    private final Instant now;
    private final Duration lagging;
    private final Set<String> served;
    private final List<Status> promoted;
    private final List<LastWords.Unread> unread;

    /**
     * A view as of a moment.
     *
     * @param all what is known of all components, whatever of it is shown
     */
    StatusView(Instant now, List<Status> all) {
        this(now, all, List.of(), LAGGING);
    }

    /**
     * The same.
     *
     * @param unread what cannot be read of others
     * @param lagging a replica further behind than that is lagging
     */
    StatusView(Instant now, List<Status> all, List<LastWords.Unread> unread, Duration lagging) {
        this.now = now;
        this.lagging = lagging;
        this.unread = List.copyOf(unread);
        this.promoted = all.stream()
                .filter(each -> each.getState() == ComponentState.PROMOTED)
                .toList();
        this.served = Stream.concat(
                        all.stream()
                                .filter(each -> each.getRole() == Role.AGENT)
                                .map(each -> text(each.getSource())),
                        unread.stream()
                                .filter(each -> each.component().startsWith(AGENT))
                                .map(each -> each.component().substring(AGENT.length())))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The components that were read, and behind them those that cannot be. */
    String table(List<Status> components) {
        if (components.isEmpty() && unread.isEmpty()) {
            return "no component has reported yet\n";
        }
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {
            "COMPONENT", "STATE", "LAG", "PENDING", "BYTES", "UNREAD", "DEAD", "HELD", "REPORTED", "MESSAGE"
        });
        for (Status each : components) {
            rows.add(new String[] {
                each.getComponent(),
                state(each),
                lag(each),
                Long.toString(each.getPendingPaths()),
                each.getRole() == Role.APPLIER ? size(each.getPendingBytes()) : "-",
                each.getUnread() < 0 ? "-" : Long.toString(each.getUnread()),
                Long.toString(each.getDeadLetters()),
                Long.toString(each.getHeldPaths()),
                duration(Duration.between(each.getAt(), now)) + " ago",
                message(each)
            });
        }
        for (LastWords.Unread each : unread) {
            rows.add(new String[] {
                each.component(),
                UNREADABLE,
                "-",
                "-",
                "-",
                "-",
                "-",
                "-",
                duration(Duration.between(each.at(), now)) + " ago",
                unreadable(each)
            });
        }
        return Table.render(rows);
    }

    private static String unreadable(LastWords.Unread each) {
        return "what it said last cannot be read: " + each.why();
    }

    /** What a component said last, in a line. */
    String line(Status each) {
        String message = message(each);
        return each.getComponent() + "  " + state(each) + ", " + duration(Duration.between(each.getAt(), now)) + " ago"
                + (message.isEmpty() ? "" : ": " + message);
    }

    private String message(Status each) {
        if (isSilent(each)) {
            return "was " + word(each.getState()) + " on " + each.getHost() + ", pid " + each.getPid() + ": "
                    + (each.getRole() == Role.AGENT ? "changes of its source are not seen" : "nothing it does is known")
                    + "; " + cure(each);
        }
        String progress = each.getState() == ComponentState.BASELINE ? "" : text(each.getProgress());
        String message = isUnserved(each)
                ? "no agent says that it serves a source '" + each.getSource()
                        + "': is that its name in `agent.sources` of its host? " + text(each.getMessage())
                : text(each.getMessage());
        return progress.isEmpty() || message.isEmpty() ? progress + message : progress + "; " + message;
    }

    private String cure(Status silent) {
        return promoted.stream()
                .filter(each -> silent.getRole() == Role.AGENT
                        && Objects.equals(each.getSource(), silent.getSource())
                        && each.getAt().isAfter(silent.getAt()))
                .findFirst()
                .map(each -> "replica " + each.getReplica() + " on " + each.getHost() + " is the source since "
                        + each.getAt() + ": start the agent there, not here")
                .orElse("start it again, or `weir status --forget " + silent.getComponent() + "` when it is no more");
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }

    /** The components that were read, and behind them what is known of those that cannot be. */
    String json(List<Status> components) {
        List<Json.Item> items = new ArrayList<>();
        components.forEach(each -> items.add(json -> write(json, each)));
        unread.forEach(each -> items.add(json -> write(json, each)));
        return Json.array(items, (json, each) -> each.write(json));
    }

    private static void write(JsonGenerator json, LastWords.Unread each) throws IOException {
        json.writeStringField("component", each.component());
        json.writeStringField("state", UNREADABLE);
        json.writeStringField("message", unreadable(each));
        json.writeStringField("at", each.at().toString());
    }

    private void write(JsonGenerator json, Status each) throws IOException {
        json.writeStringField("component", each.getComponent());
        json.writeStringField("role", each.getRole().name().toLowerCase(Locale.ROOT));
        json.writeStringField("state", told(each));
        json.writeBooleanField("silent", isSilent(each));
        json.writeStringField("lastState", word(each.getState()));
        json.writeBooleanField("unserved", isUnserved(each));
        optional(json, "message", each.getMessage());
        optional(json, "source", each.getSource());
        optional(json, "replica", each.getReplica());
        json.writeStringField("host", each.getHost());
        json.writeNumberField("pid", each.getPid());
        json.writeStringField("instance", each.getInstance());
        json.writeStringField("at", each.getAt().toString());
        json.writeNumberField("intervalMillis", each.getIntervalMillis());
        Instant pending = each.getOldestPendingAt();
        optional(json, "oldestPendingAt", pending == null ? null : pending.toString());
        json.writeNumberField("lagMillis", pending == null ? 0 : millisSince(pending));
        json.writeNumberField("pendingPaths", each.getPendingPaths());
        json.writeNumberField("pendingBytes", each.getPendingBytes());
        if (each.getUnread() < 0) {
            json.writeNullField("unread");
        } else {
            json.writeNumberField("unread", each.getUnread());
        }
        json.writeNumberField("deadLetters", each.getDeadLetters());
        json.writeNumberField("heldPaths", each.getHeldPaths());
        optional(json, "progress", each.getProgress());
        json.writeNumberField("epoch", each.getEpoch());
        json.writeNumberField("sequence", each.getSequence());
        json.writeNumberField("partition", each.getPartition());
        json.writeNumberField("offset", each.getOffset());
        json.writeObjectFieldStart("counters");
        for (Map.Entry<String, Long> counter : new TreeMap<>(each.getCounters()).entrySet()) {
            json.writeNumberField(counter.getKey(), counter.getValue());
        }
        json.writeEndObject();
    }

    private static void optional(JsonGenerator json, String field, @Nullable String value) throws IOException {
        if (value == null) {
            json.writeNullField(field);
        } else {
            json.writeStringField(field, value);
        }
    }

    private String state(Status status) {
        boolean isBaseline = status.getState() == ComponentState.BASELINE;
        return (told(status) + " " + (isBaseline && !isSilent(status) ? text(status.getProgress()) : "")).strip();
    }

    /** The state in a word, which for a replica may say more than its record. */
    String told(Status status) {
        if (isSilent(status)) {
            return "silent";
        }
        if (status.getRole() == Role.APPLIER && status.getState() == ComponentState.RUNNING) {
            Instant pending = status.getOldestPendingAt();
            if (pending == null) {
                return status.getPendingPaths() == 0 && status.getUnread() <= 0 ? "idle" : word(status.getState());
            }
            return millisSince(pending) > lagging.toMillis() ? "lagging" : word(status.getState());
        }
        boolean isGap = status.getState() == ComponentState.BASELINE
                && text(status.getMessage()).contains(StartPlan.GAP);
        return isGap ? "gap" : word(status.getState());
    }

    /** A state as it is written everywhere. */
    static String word(ComponentState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    /** Whether a component that was not stopped has said nothing for so long that what it said last counts for nothing. */
    boolean isSilent(Status status) {
        return !isEnd(status) && isSilent(status.getAt(), interval(status));
    }

    /** The same of one that told something which cannot be read. */
    boolean isSilent(LastWords.Unread unread) {
        return isSilent(unread.at(), UNKNOWN_INTERVAL);
    }

    private boolean isSilent(Instant at, Duration interval) {
        return now.isAfter(silentFrom(at, interval));
    }

    /** When a component is taken for gone if it says nothing until then. */
    static Instant silentFrom(Status status) {
        return silentFrom(status.getAt(), interval(status));
    }

    private static Instant silentFrom(Instant at, Duration interval) {
        Duration most = interval.multipliedBy(INTERVALS);
        return at.plus(most.compareTo(LEAST_SILENCE) > 0 ? most : LEAST_SILENCE);
    }

    private static Duration interval(Status status) {
        return status.getIntervalMillis() > 0 ? Duration.ofMillis(status.getIntervalMillis()) : UNKNOWN_INTERVAL;
    }

    /** Whether nothing is to follow on what it said: it was stopped, or is a replica no more. */
    private static boolean isEnd(Status status) {
        return status.getState() == ComponentState.STOPPED || status.getState() == ComponentState.PROMOTED;
    }

    /** Whether a replica waits for a source that no agent ever told of: a mistyped name, mostly, of which no change will come. */
    private boolean isUnserved(Status status) {
        return status.getRole() == Role.APPLIER
                && status.getSource() != null
                && !isEnd(status)
                && !served.contains(status.getSource());
    }

    /** Whether something keeps a replica from being equal that does not merely need time: a person should look. */
    boolean isAlarming(Status status) {
        if (isSilent(status) || isUnserved(status) || status.getDeadLetters() > 0 || status.getHeldPaths() > 0) {
            return true;
        }
        return switch (status.getState()) {
            case RUNNING, BASELINE, STARTING, STOPPED, PAUSED, PROMOTED -> false;
            // What a newer version says and this one does not know is not taken for good.
            case FAILED, UNAVAILABLE, HELD, RETRYING, UNKNOWN -> true;
        };
    }

    /** Whether nothing is to be expected of it, so that what it said last may be dropped. */
    boolean isGone(Status status) {
        return isSilent(status) || status.getState() == ComponentState.FAILED || isEnd(status);
    }

    private String lag(Status status) {
        Instant pending = status.getOldestPendingAt();
        return pending == null ? "-" : duration(Duration.ofMillis(millisSince(pending)));
    }

    private long millisSince(Instant then) {
        return Math.max(0, Duration.between(then, now).toMillis());
    }

    /** A size for people, with two or three digits that matter. */
    static String size(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < UNITS.size() - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 || value >= 10 ? "%.0f %s" : "%.1f %s", value, UNITS.get(unit));
    }

    /** A time for people, with two or three digits that matter. */
    static String duration(Duration duration) {
        long millis = Math.max(0, duration.toMillis());
        if (millis < 1000) {
            return millis + " ms";
        }
        if (millis < 60_000) {
            return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
        }
        long minutes = millis / 60_000;
        if (minutes < 60) {
            return minutes + " min";
        }
        return minutes < 48 * 60 ? minutes / 60 + " h" : minutes / (24 * 60) + " d";
    }
}
