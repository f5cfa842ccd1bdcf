package io.weir.applier.consume;

import io.weir.applier.reconcile.Outcome;
import io.weir.applier.reconcile.Target;
import io.weir.schemas.DeadLetter;
import io.weir.schemas.DeadLetterKind;
import io.weir.schemas.FileType;
import io.weir.schemas.RelPath;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The dead letters that stand, by path and by the time of their next try. Pure; guarded by its owner. */
final class LetterBook {
    /** A letter's key without the replica's name. */
    record Key(String source, ByteBuffer path) {}

    private final DeadLetterSchedule schedule;
    private final Map<Key, DeadLetter> letters = new LinkedHashMap<>();
    /** Letters of real paths by source, for the question what lies below a directory. */
    private final Map<String, NavigableMap<RelPath, Key>> paths = new HashMap<>();

    private record Count(String source, DeadLetterKind kind) {}

    private final Map<Count, Integer> counts = new HashMap<>();
    private final Map<Key, Instant> due = new LinkedHashMap<>();

    LetterBook(DeadLetterSchedule schedule) {
        this.schedule = schedule;
    }

    @Nullable
    DeadLetter get(Key key) {
        return letters.get(key);
    }

    int count(String source) {
        int sum = 0;
        for (DeadLetterKind kind : DeadLetterKind.values()) {
            sum += count(source, kind);
        }
        return sum;
    }

    /** How many of a source are of one kind. */
    int count(String source, DeadLetterKind kind) {
        return counts.getOrDefault(new Count(source, kind), 0);
    }

    void put(Key key, DeadLetter letter) {
        @Nullable RelPath path = isOfPath(letter) ? RelPath.of(key.path()) : null;
        remove(key);
        letters.put(key, letter);
        counts.merge(new Count(key.source(), letter.getKind()), 1, Integer::sum);
        if (letter.getKind() == DeadLetterKind.FAILED) {
            due.put(key, letter.getLastFailedAt().plus(schedule.after(letter.getAttempts())));
        }
        if (path != null) {
            paths.computeIfAbsent(key.source(), s -> new TreeMap<>()).put(path, key);
        }
    }

    /** True when there was one. */
    boolean remove(Key key) {
        DeadLetter letter = letters.remove(key);
        if (letter == null) {
            return false;
        }
        counts.merge(new Count(key.source(), letter.getKind()), -1, Integer::sum);
        due.remove(key);
        NavigableMap<RelPath, Key> known = paths.get(key.source());
        if (known != null && isOfPath(letter)) {
            known.remove(RelPath.of(key.path()));
        }
        return true;
    }

    private static boolean isOfPath(DeadLetter letter) {
        return letter.getKind() == DeadLetterKind.FAILED || letter.getKind() == DeadLetterKind.HELD;
    }

    /**
     * The letters that end when the target is equal to the source now: its own, and those below it when the target was recursive, or
     * was not seen as a directory: should it be one by now, all of it was brought. A letter about a whole directory needs the whole.
     *
     * @param unsettled paths that failed, or were held, nevertheless
     */
    List<Key> over(String source, Target target, Set<RelPath> unsettled) {
        NavigableMap<RelPath, Key> known = paths.get(source);
        if (known == null || known.isEmpty()) {
            return List.of();
        }
        List<Key> over = new ArrayList<>();
        boolean whole = !unsettled.contains(target.path())
                && (target.recursive() || target.observed().getType() != FileType.DIRECTORY);
        RelPath path = known.ceilingKey(target.path());
        while (path != null && (path.equals(target.path()) || (whole && path.isBelow(target.path())))) {
            Key key = known.get(path);
            DeadLetter letter = key == null ? null : letters.get(key);
            if (letter != null && (whole || !letter.getRecursive()) && !unsettled.contains(path)) {
                over.add(key);
            }
            path = known.higherKey(path);
        }
        return over;
    }

    /** The paths of a source's letters of one kind. */
    Map<RelPath, Outcome.Stopped> stopped(String source, DeadLetterKind kind) {
        Map<RelPath, Outcome.Stopped> stopped = new TreeMap<>();
        paths.getOrDefault(source, new TreeMap<>()).forEach((path, key) -> {
            DeadLetter letter = letters.get(key);
            if (letter != null && letter.getKind() == kind) {
                stopped.put(path, new Outcome.Stopped(letter.getRecursive(), letter.getReason()));
            }
        });
        return stopped;
    }

    /** The letters of one kind below a directory. */
    List<Key> below(String source, RelPath directory, DeadLetterKind kind) {
        NavigableMap<RelPath, Key> known = paths.getOrDefault(source, new TreeMap<>());
        boolean isRoot = directory.isRoot();
        return (isRoot ? known : known.tailMap(directory, false))
                .entrySet().stream()
                        .takeWhile(each -> isRoot || each.getKey().isBelow(directory))
                        .filter(each -> !each.getKey().equals(directory))
                        .map(Map.Entry::getValue)
                        .filter(key -> isOf(key, kind))
                        .toList();
    }

    /** Whether there is such a letter. */
    boolean isOf(Key key, DeadLetterKind kind) {
        DeadLetter letter = letters.get(key);
        return letter != null && letter.getKind() == kind;
    }

    /** The letter of kind HELD about a whole directory above a path, or null. */
    @Nullable
    Key heldAbove(String source, RelPath path) {
        NavigableMap<RelPath, Key> known = paths.get(source);
        if (known == null || path.isRoot()) {
            return null;
        }
        List<RelPath> above = new ArrayList<>(path.ancestors());
        above.add(RelPath.ROOT);
        for (RelPath directory : above) {
            Key key = known.get(directory);
            DeadLetter letter = key == null ? null : letters.get(key);
            if (letter != null && letter.getRecursive() && letter.getKind() == DeadLetterKind.HELD) {
                return key;
            }
        }
        return null;
    }

    /** The letters whose time has come; each is told once. */
    List<Key> takeDue(Instant now) {
        List<Key> ready = new ArrayList<>();
        due.entrySet().removeIf(each -> {
            if (each.getValue().isAfter(now)) {
                return false;
            }
            ready.add(each.getKey());
            return true;
        });
        return ready;
    }

    /** It is tried now, and not on its schedule. */
    void taken(Key key) {
        due.remove(key);
    }
}
