package io.weir.applier.reconcile;

import io.weir.schemas.PathRules;
import io.weir.schemas.RelPath;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * What a replica takes of a source: everything, or some paths with all that is below them; in either case less what filters leave
 * out. What it does not take is never looked at, changed or deleted. The directories above a chosen path are no part of it: they are
 * made for what is below them, with their attributes, and otherwise left alone, with whatever else they hold. Where the replica has
 * something else in the place of one, that stays, and what is chosen below it fails. Immutable, thread-safe.
 */
public final class Selection {
    /** Everything. */
    public static final Selection ALL = of(List.of(), List.of());

    private final PathRules filters;
    /** None lies below another one; none at all stands for everything. */
    private final NavigableSet<RelPath> chosen;

    private final String note;

    private Selection(PathRules filters, NavigableSet<RelPath> chosen, String note) {
        this.filters = filters;
        this.chosen = chosen;
        this.note = note;
    }

    /**
     * Reads both lists of a replica's settings.
     *
     * @param paths from the source's root, as Weir prints them; none for everything
     * @param filters patterns of {@link PathRules}
     * @throws IllegalArgumentException naming the entry, what is wrong with it and what to write instead
     */
    public static Selection of(List<String> paths, List<String> filters) {
        PathRules rules = PathRules.of(filters);
        TreeSet<RelPath> all = new TreeSet<>();
        for (String text : paths) {
            RelPath path = path(text);
            if (rules.matches(path)) {
                throw new IllegalArgumentException(
                        "path '" + text + "' is refused: `filters` leave it out, with all that is below it");
            }
            all.add(path);
        }
        TreeSet<RelPath> chosen = new TreeSet<>(RelPath.topmost(all));
        return new Selection(rules, chosen, note(chosen, filters));
    }

    private static RelPath path(String text) {
        if (text.contains("*") || text.contains("?")) {
            throw new IllegalArgumentException("path '" + text
                    + "' is refused: `paths` are names and no patterns; leave out with `filters`, and write \\x2a for a * in"
                    + " a name, \\x3f for a ?");
        }
        String plain = text.replaceFirst("^/", "").replaceFirst("/$", "");
        RelPath path = RelPath.parse(plain.isEmpty() ? "." : plain);
        if (path.isRoot()) {
            throw new IllegalArgumentException(
                    "path '" + text + "' is refused: it is the source itself; leave `paths` out to take everything");
        }
        if (path.isOwn()) {
            throw new IllegalArgumentException(
                    "path '" + text + "' is refused: it is Weir's own, and never replicated");
        }
        return path;
    }

    private static String note(Iterable<RelPath> chosen, List<String> filters) {
        List<String> lines = new ArrayList<>();
        chosen.forEach(path -> lines.add("path " + path));
        filters.forEach(pattern -> lines.add("filter " + RelPath.display(pattern)));
        if (lines.isEmpty()) {
            return "";
        }
        try {
            byte[] text = String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** A short text that another selection does not have, by which a change is noticed; empty for {@link #ALL}. */
    public String note() {
        return note;
    }

    /** Whether a path is taken. The root is when everything is. */
    public boolean takes(RelPath path) {
        return isChosen(path) && !filters.matches(path);
    }

    private boolean isChosen(RelPath path) {
        return chosen.isEmpty() || covers(chosen, path);
    }

    /** Whether a path is one of these, none of which lies below another, or below one. */
    static boolean covers(NavigableSet<RelPath> tops, RelPath path) {
        // What is below a path follows it at once, so nothing else can lie between.
        RelPath last = tops.floor(path);
        return last != null && (path.equals(last) || path.isBelow(last));
    }

    /** Whether a path is not taken itself, but something below it may be. */
    public boolean isAbove(RelPath path) {
        RelPath next = chosen.higher(path);
        return next != null && next.isBelow(path);
    }

    /** What is taken of a directory with everything below it: itself, or the chosen paths below it, or nothing. */
    List<RelPath> within(RelPath top) {
        if (takes(top)) {
            return List.of(top);
        }
        return isAbove(top)
                ? chosen.tailSet(top, false).stream()
                        .takeWhile(path -> path.isBelow(top))
                        .toList()
                : List.of();
    }
}
