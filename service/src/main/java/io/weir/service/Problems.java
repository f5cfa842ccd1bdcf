package io.weir.service;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Everything wrong with one settings file, so that it can be told at once. Used by one thread. */
public final class Problems {
    /** A typing mistake: one key in five letters may differ, at least 1 and at most 3. */
    private static final int LETTERS_PER_MISTAKE = 4;

    private final String file;
    private final List<Problem> found = new ArrayList<>();

    private final List<Look> looks = new ArrayList<>();

    private record Problem(int line, String text) {}

    private record Look(int line, String key, Supplier<Optional<String>> what) {}

    /** No problems yet, in the file of that name. */
    public Problems(String file) {
        this.file = file;
    }

    /** Adds one; line 0 when there is none. What must say what is wrong and what to do. */
    public void add(int line, String key, String what) {
        String where = line > 0 ? file + ":" + line : file;
        Problem problem = new Problem(line, where + ": " + key + ": " + what);
        // What several read is told once.
        if (!found.contains(problem)) {
            found.add(problem);
        }
    }

    /** Adds one that only a look at this machine tells; see {@link #takeLooks}. */
    void look(int line, String key, Supplier<Optional<String>> what) {
        looks.add(new Look(line, key, what));
    }

    /** Takes the looks that were added, once. */
    void takeLooks() {
        looks.forEach(each -> each.what().get().ifPresent(what -> add(each.line(), each.key(), what)));
        looks.clear();
    }

    /** Whether none was found so far. */
    public boolean isEmpty() {
        return found.isEmpty();
    }

    /** All problems, one per line, in the order of the file. */
    public List<String> lines() {
        return found.stream()
                .sorted(Comparator.comparingInt(Problem::line))
                .map(Problem::text)
                .toList();
    }

    /**
     * Ends the reading.
     *
     * @throws WeirException (SETTINGS) with all problems, if there are any
     */
    public void throwIfAny() {
        if (!found.isEmpty()) {
            throw new WeirException(
                    ExitCode.SETTINGS,
                    lines().stream()
                            .collect(Collectors.joining(
                                    "\n  ",
                                    (found.size() == 1 ? "1 problem" : found.size() + " problems")
                                            + " in the settings:\n  ",
                                    "")));
        }
    }

    /** The candidate that was probably meant: within a few typing mistakes, or ending in the same last word. */
    public static Optional<String> nearest(String key, Collection<String> candidates) {
        String best = null;
        int bestDistance = Integer.MAX_VALUE;
        for (String candidate : candidates) {
            int distance = distance(key, candidate);
            if (distance < bestDistance) {
                bestDistance = distance;
                best = candidate;
            }
        }
        int allowed = Math.max(1, Math.min(3, key.length() / LETTERS_PER_MISTAKE));
        return best != null && bestDistance <= allowed ? Optional.of(best) : Optional.empty();
    }

    /** Edit distance with swapped neighbours as one mistake. */
    private static int distance(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                int same = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                int best = Math.min(cost[i - 1][j - 1] + same, Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
                boolean swapped =
                        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                cost[i][j] = swapped ? Math.min(best, cost[i - 2][j - 2] + 1) : best;
            }
        }
        return cost[a.length()][b.length()];
    }
}
