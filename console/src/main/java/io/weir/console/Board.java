package io.weir.console;

import io.weir.schemas.Batch;
import io.weir.schemas.Change;
import io.weir.schemas.DeadLetter;
import io.weir.schemas.DeadLetterKey;
import io.weir.schemas.Result;
import io.weir.schemas.ResultKind;
import io.weir.schemas.Role;
import io.weir.schemas.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** All that the console knows, learned record by record. Bounded; thread-safe. */
final class Board {
    private static final int TAIL = 500;

    private final Map<String, Status> components = new TreeMap<>();
    private final Map<DeadLetterKey, DeadLetter> letters = new LinkedHashMap<>();
    private final Deque<TailEntry> tail = new ArrayDeque<>();
    private final Series series = new Series();
    private final Runs runs = new Runs();
    /** What the topics held before is no news. */
    private final Instant since = Instant.now().minusSeconds(Series.SECONDS);

    private long numbered;
    private long letterChanges;
    private String trouble = "";

    synchronized void status(String component, @Nullable Status status) {
        if (status != null) {
            components.put(component, status);
            runs.status(status, letters.values());
        } else {
            Status gone = components.remove(component);
            if (gone != null) {
                series.forget(name(gone));
            }
        }
    }

    synchronized void deadLetter(DeadLetterKey key, @Nullable DeadLetter letter, Instant at) {
        letterChanges++;
        letters.remove(key);
        if (letter != null) {
            letters.put(key, letter);
        }
        if (!at.isBefore(since)) {
            add(TailEntry.of(key, letter, at));
        }
    }

    synchronized void change(Change change, Instant at) {
        series.change(at.getEpochSecond());
        add(TailEntry.of(change));
    }

    synchronized void batch(Batch batch, Instant at) {
        series.batch(at.getEpochSecond(), batch.getPaths().size());
        add(TailEntry.of(batch));
    }

    synchronized void result(Result result, Instant at) {
        series.pulled(at.getEpochSecond(), result.getBytesReceived());
        runs.answer(result);
        if (result.getKind() != ResultKind.UNKNOWN) {
            add(TailEntry.of(result));
        }
    }

    /** A record that could not be read is told, never passed over in silence. */
    synchronized void unreadable(String place, String cause, Instant at) {
        add(TailEntry.unreadable(place, cause, at));
    }

    private void add(TailEntry entry) {
        tail.add(entry.numbered(++numbered));
        if (tail.size() > TAIL) {
            tail.remove();
        }
    }

    /** Notes how far behind each replica is now. */
    synchronized void sample(Instant now) {
        for (Status each : components.values()) {
            if (each.getRole() == Role.APPLIER) {
                series.lag(name(each), now.getEpochSecond(), lag(each, now));
            }
        }
    }

    /** In milliseconds, as of its last word while it goes on to speak: what it applied since then it has not told. */
    private static long lag(Status applier, Instant now) {
        Instant oldest = applier.getOldestPendingAt();
        if (oldest == null) {
            return 0;
        }
        boolean isDue =
                applier.getAt().plusMillis(2 * applier.getIntervalMillis()).isAfter(now);
        return Math.max(
                0, Duration.between(oldest, isDue ? applier.getAt() : now).toMillis());
    }

    private static String name(Status applier) {
        return applier.getReplica() + "/" + applier.getSource();
    }

    /** What every component said last. */
    synchronized List<Status> components() {
        return new ArrayList<>(components.values());
    }

    /** How far the work on a replica's source is, as its applier said last; empty when it has said nothing. */
    synchronized String progress(String replica, String source) {
        return components.values().stream()
                .filter(each -> each.getRole() == Role.APPLIER)
                .filter(each -> replica.equals(each.getReplica()) && source.equals(each.getSource()))
                .map(each -> Objects.requireNonNullElse(each.getProgress(), ""))
                .findFirst()
                .orElse("");
    }

    /** The orders that were given here. */
    Runs runs() {
        return runs;
    }

    /** The dead letters that stand, the oldest first. */
    synchronized Map<DeadLetterKey, DeadLetter> letters() {
        return new LinkedHashMap<>(letters);
    }

    /** Grows with every dead letter that comes or goes. */
    synchronized long letterChanges() {
        return letterChanges;
    }

    /** The number of the newest entry; 0 when there is none. */
    synchronized long newest() {
        return numbered;
    }

    /** What came after the entry of this number, as far as it is kept; 0 for all. */
    synchronized List<TailEntry> tailAfter(long number) {
        return tail.stream().filter(each -> each.number() > number).toList();
    }

    /** The series as JSON: of the last seconds that are over. */
    synchronized String series(Instant now, int seconds) {
        long last = now.getEpochSecond() - 1;
        return Json.object(json -> series.write(json, last - seconds + 1, last));
    }

    /** Why what is shown is not what is so; empty when it is. */
    synchronized String trouble() {
        return trouble;
    }

    synchronized void trouble(String why) {
        trouble = why;
    }
}
