package io.weir.agent;

import io.weir.service.Names;
import io.weir.service.Setting;
import io.weir.service.SettingsNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One source: a directory tree that the agent watches.
 *
 * @param name the source's name, in topics, in file names and as the module of the rsync daemon
 * @param root the absolute path of the tree
 * @param exclude patterns of what is never replicated
 */
public record SourceSettings(String name, Path root, List<String> exclude) {
    /** The name of the source. */
    public static final Setting<String> NAME = Setting.requiredText(
                    "name", "Name of the source, used in topics, by appliers and as the rsync module.")
            .check(SourceSettings::isName, Names.RULE + ", 64 at most, and not 'global'");

    /** The tree. */
    public static final Setting<Path> ROOT =
            Setting.requiredPath("root", "The directory tree to watch, on a local file system.");

    /** What is left out. */
    public static final Setting<List<String>> EXCLUDE = Setting.list(
            "exclude",
            List.of(),
            "Patterns of paths that are never replicated. What is excluded later on is left as it is on the replicas.");

    /** All settings of this record, for the reference. */
    public static final List<Setting<?>> SETTINGS = List.of(NAME, ROOT, EXCLUDE);

    private static final Pattern NAME_PATTERN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    /**
     * Checks name and root.
     *
     * @throws IllegalArgumentException when the name is none or the root is not absolute
     */
    public SourceSettings {
        if (!isName(name)) {
            throw new IllegalArgumentException("source name '" + name + "' " + "must match " + NAME_PATTERN);
        }
        if (!root.isAbsolute()) {
            throw new IllegalArgumentException("root " + root + " of source " + name + " must be absolute");
        }
        root = root.normalize();
        exclude = List.copyOf(exclude);
    }

    /** Whether a text can be the name of a source; "global" is what rsync calls its own section. */
    public static boolean isName(String name) {
        return NAME_PATTERN.matcher(name).matches()
                && !name.toLowerCase(Locale.ROOT).equals("global");
    }

    /** The root as the kernel takes it. */
    public byte[] rootBytes() {
        return root.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Reads one entry of the list of sources. What is wrong is noted there, and a harmless value returned. */
    public static SourceSettings read(SettingsNode node) {
        String name = node.get(NAME);
        node.look(
                ROOT,
                () -> Optional.of(node.get(ROOT))
                        .filter(root -> !Files.isDirectory(root))
                        .map(root -> "names " + root + ", where no directory is; create or mount it"));
        return new SourceSettings(isName(name) ? name : "invalid", node.get(ROOT), node.get(EXCLUDE));
    }
}
