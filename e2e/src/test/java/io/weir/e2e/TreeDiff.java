package io.weir.e2e;

import io.weir.schemas.RelPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How one tree differs from another one, for people.
 *
 * @param lines the first {@link #SHOWN} differences, one path each, in the order of the paths
 * @param total number of paths that differ
 */
public record TreeDiff(List<String> lines, int total) {
    /** More lines than that are counted only. */
    public static final int SHOWN = 40;

    /** Compares; the same tree gives an empty difference. */
    public static TreeDiff between(TreeSnapshot expected, TreeSnapshot actual) {
        TreeSet<RelPath> paths = new TreeSet<>(expected.nodes().keySet());
        paths.addAll(actual.nodes().keySet());
        List<String> lines = new ArrayList<>();
        int total = 0;
        for (RelPath path : paths) {
            TreeSnapshot.Node wanted = expected.nodes().get(path);
            TreeSnapshot.Node found = actual.nodes().get(path);
            if (!Objects.equals(wanted, found)) {
                total++;
                if (lines.size() < SHOWN) {
                    lines.add(describe(path, wanted, found));
                }
            }
        }
        return new TreeDiff(List.copyOf(lines), total);
    }

    /** Whether the trees are the same. */
    public boolean isEmpty() {
        return total == 0;
    }

    private static String describe(
            RelPath path, TreeSnapshot.@Nullable Node wanted, TreeSnapshot.@Nullable Node found) {
        if (found == null) {
            return "missing '" + path + "' (" + Objects.requireNonNull(wanted).kind() + ")";
        }
        if (wanted == null) {
            return "surplus '" + path + "' (" + found.kind() + ")";
        }
        List<String> parts = new ArrayList<>();
        part(parts, "type", wanted.kind(), found.kind());
        part(parts, "mode", Integer.toOctalString(wanted.permissions()), Integer.toOctalString(found.permissions()));
        part(parts, "owner", wanted.uid() + ":" + wanted.gid(), found.uid() + ":" + found.gid());
        part(parts, "size", wanted.size(), found.size());
        part(parts, "mtime", wanted.mtimeNanos(), found.mtimeNanos());
        part(parts, "content", wanted.content(), found.content());
        part(parts, "linked with", wanted.linkedWith(), found.linkedWith());
        return "differs '" + path + "' " + String.join(", ", parts);
    }

    private static void part(List<String> parts, String what, @Nullable Object wanted, @Nullable Object found) {
        if (!Objects.equals(wanted, found)) {
            parts.add(what + " " + found + " instead of " + wanted);
        }
    }

    @Override
    public String toString() {
        String shown = String.join("\n", lines);
        return total > lines.size() ? shown + "\n... and " + (total - lines.size()) + " more" : shown;
    }
}
