package io.weir.cli.embedded;

import io.weir.agent.SourceSettings;
import io.weir.cli.Shell;
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
     * Checks and names the directories, and makes nothing: what is refused leaves no trace. Replicas and data are made when they
     * are used first; the source never is, because a mistyped path or an unmounted disk must not become an empty source.
     *
     * @throws WeirException (USAGE or UNAVAILABLE) saying which directory is wrong, and why
     */
    public static Layout of(Path source, List<Path> replicas, Path data) {
        refuseEmpty("source", source);
        return checked(source(source), replicas, data);
    }

    /** The same for a source that this program makes itself when it is missing. */
    static Layout ofOwn(Path source, List<Path> replicas, Path data) {
        return checked(usable("source", source), replicas, data);
    }

    private static Layout checked(Path realSource, List<Path> replicas, Path data) {
        refuseEmpty("data directory", data);
        replicas.forEach(replica -> refuseEmpty("replica", replica));
        Path realData = usable("data directory", data);
        refuseInside("data directory", realData, "source", realSource, "what Weir writes would be replicated for ever");
        List<Path> roots = new ArrayList<>();
        for (Path replica : replicas) {
            Path root = usable("replica", replica);
            refuseTwice(root, roots);
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

    /** Where its agent keeps its state. */
    public Path agentState() {
        return data.resolve("agent");
    }

    /** Where its appliers keep theirs. */
    public Path applierState() {
        return data.resolve("applier");
    }

    /** The {@code weir up} that works on it, as a person types it. */
    public String command() {
        List<String> words = new ArrayList<>(List.of("up", "--source", source.toString()));
        replicas.values().forEach(replica -> words.addAll(List.of("--replica", replica.toString())));
        words.addAll(List.of("--data", data.toString()));
        return Shell.weir(words.toArray(String[]::new));
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

    /** A directory, or where one can be made: with all links resolved as far as it exists, and as it is written beyond that. */
    private static Path usable(String role, Path directory) {
        Path absolute = directory.toAbsolutePath();
        Path there = absolute;
        for (Path above = there.getParent(); above != null && !isThere(there); above = above.getParent()) {
            there = above;
        }
        if (!Files.isDirectory(there)) {
            String what = there.equals(absolute) ? "it" : there.toString();
            String isWhat = Files.exists(there) ? " is not a directory" : " is a symbolic link that leads nowhere";
            throw new WeirException(
                    ExitCode.USAGE, "use " + role + " " + directory + ": " + what + isWhat + "; give another path");
        }
        return real(there).resolve(there.relativize(absolute)).normalize();
    }

    private static boolean isThere(Path path) {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            throw new WeirException(ExitCode.UNAVAILABLE, "resolve " + path + ": " + e + "; check the path", e);
        }
    }

    private static void refuseTwice(Path root, List<Path> roots) {
        if (roots.contains(root)) {
            throw new WeirException(
                    ExitCode.USAGE, "the replica " + root + " is given twice; name each directory once");
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
