package io.weir.cli.embedded;

import io.weir.agent.SourceSettings;
import io.weir.service.ExitCode;
import io.weir.service.WeirException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which directories an all-in-one works on. Checked: no directory lies where it would be replicated into itself. Immutable.
 *
 * @param name the source's name
 * @param source the tree to replicate
 * @param replicas the replicas' directories by name, in the order given
 * @param data where everything else is kept
 */
public record Layout(String name, Path source, Map<String, Path> replicas, Path data) {
    /** Copies the map, in its order. */
    public Layout {
        replicas = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(replicas));
    }

    /**
     * Checks and names the directories. Replicas and data are made when missing; the source never is, because a mistyped path or
     * an unmounted disk must not become an empty source.
     *
     * @throws WeirException (USAGE, UNAVAILABLE or CONFLICT) saying which directory is wrong, and why
     */
    public static Layout of(Path source, List<Path> replicas, Path data) {
        refuseEmpty("source", source);
        refuseEmpty("data directory", data);
        replicas.forEach(replica -> refuseEmpty("replica", replica));
        Path realSource = source(source);
        Path realData = make("data directory", data);
        refuseInside("data directory", realData, "source", realSource, "what Weir writes would be replicated for ever");
        List<Path> roots = new ArrayList<>();
        for (Path replica : replicas) {
            Path root = make("replica", replica);
            refuseInside("replica", root, "source", realSource, "the replica would be replicated into itself");
            refuseInside("source", realSource, "replica", root, "the source would be deleted as unknown there");
            refuseInside("data directory", realData, "replica", root, "Weir's own files would be deleted there");
            for (Path other : roots) {
                refuseInside("replica", root, "replica", other, "each would delete what the other brings");
                refuseInside("replica", other, "replica", root, "each would delete what the other brings");
            }
            roots.add(root);
        }
        if (roots.isEmpty()) {
            throw new WeirException(ExitCode.USAGE, "there is no replica; give one or more with --replica DIR");
        }
        return new Layout(name(realSource, "source"), realSource, named(roots), realData);
    }

    /** As an unset variable of a script gives it: it would be the current directory. */
    private static void refuseEmpty(String what, Path path) {
        if (path.toString().isEmpty()) {
            throw new WeirException(ExitCode.USAGE, "use " + what + " '': the path is empty; name a directory");
        }
    }

    private static Path source(Path source) {
        if (!Files.exists(source, LinkOption.NOFOLLOW_LINKS)) {
            throw new WeirException(
                    ExitCode.UNAVAILABLE,
                    "use source " + source + ": there is no such directory; check the path, or mount the disk");
        }
        if (!Files.isDirectory(source)) {
            throw new WeirException(
                    ExitCode.USAGE,
                    "use source " + source + ": it is not a directory; give the directory that holds it");
        }
        if (!Files.isReadable(source) || !Files.isExecutable(source)) {
            throw new WeirException(
                    ExitCode.UNAVAILABLE,
                    "use source " + source + ": permission denied; run as a user who may read it, such as root");
        }
        return real(source);
    }

    private static Path make(String role, Path directory) {
        if (Files.exists(directory) && !Files.isDirectory(directory)) {
            throw new WeirException(
                    ExitCode.USAGE, "use " + role + " " + directory + ": it is not a directory; give another path");
        }
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new WeirException(
                    ExitCode.UNAVAILABLE,
                    "make " + role + " " + directory + ": " + e + "; give a path that can be written",
                    e);
        }
        return real(directory);
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            throw new WeirException(ExitCode.UNAVAILABLE, "resolve " + path + ": " + e, e);
        }
    }

    private static void refuseInside(String role, Path inner, String outerRole, Path outer, String why) {
        if (inner.startsWith(outer)) {
            String where = inner.equals(outer) ? " is the " + outerRole : " lies inside the " + outerRole + " " + outer;
            throw new WeirException(
                    ExitCode.USAGE, "the " + role + " " + inner + where + ": " + why + "; give another directory");
        }
    }

    /** Names stay the same from start to start, in whatever order the directories are given: groups hang on them. */
    private static Map<String, Path> named(List<Path> roots) {
        Map<String, Path> named = new LinkedHashMap<>();
        for (Path root : roots) {
            String plain = name(root, "replica");
            boolean isUnique = roots.stream()
                            .filter(other -> name(other, "replica").equals(plain))
                            .count()
                    == 1;
            named.put(
                    isUnique
                            ? plain
                            : plain + "-" + Integer.toHexString(root.toString().hashCode()),
                    root);
        }
        return named;
    }

    private static String name(Path directory, String fallback) {
        Path last = directory.getFileName();
        String text = last == null
                ? ""
                : new String(last.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
        String plain = text.replaceAll("[^A-Za-z0-9._-]", "_").replaceAll("^[^A-Za-z0-9]+", "");
        String cut = plain.substring(0, Math.min(48, plain.length()));
        return SourceSettings.isName(cut) ? cut : fallback;
    }
}
