package io.weir.service;

import io.weir.service.SettingsNode.Value;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A settings file as it was at one moment, for whoever reads it more than once. Immutable. */
public final class SettingsText {
    private static final String NAME = "name";

    private final String name;
    private final String yaml;
    private final Function<String, @Nullable String> environment;

    SettingsText(String name, String yaml, Function<String, @Nullable String> environment) {
        this.name = name;
        this.yaml = yaml;
        this.environment = environment;
    }

    /**
     * What is in a file now.
     *
     * @throws WeirException (SETTINGS) when it cannot be read
     */
    public static SettingsText of(Path file) {
        return new SettingsText(file.toString(), SettingsFile.text(file), System::getenv);
    }

    /**
     * Reads settings, as {@link SettingsFile#read}.
     *
     * @throws WeirException (SETTINGS) with all problems
     */
    public <T> T read(Function<SettingsNode, T> reader) {
        return SettingsFile.parse(name, yaml, environment, reader);
    }

    /**
     * What a check found.
     *
     * @param settings null when there are problems
     * @param problems one line each, in the order of the file
     */
    public record Checked<T>(@Nullable T settings, List<String> problems) {}

    /** Reads settings, and looks at what they name on this machine too; nothing is thrown for what is wrong with them. */
    public <T> Checked<T> check(Function<SettingsNode, T> reader) {
        Problems problems = new Problems(name);
        T read = SettingsFile.parse(problems, yaml, environment, reader);
        problems.takeLooks();
        return new Checked<>(problems.isEmpty() ? read : null, problems.lines());
    }

    /**
     * Every key with its text: {@code applier.sources[data].root} for a key of a list's entry, by the entry's name. There may be secrets
     * among the texts, and keys that are no settings.
     *
     * @throws WeirException (SETTINGS) when the file is not YAML as settings are written in
     */
    public SortedMap<String, String> values() {
        Problems problems = new Problems(name);
        Map<String, Value> values = SettingsFile.values(problems, yaml, environment);
        problems.throwIfAny();
        SortedMap<String, String> flat = new TreeMap<>();
        flatten("", values, flat);
        return flat;
    }

    private static void flatten(String prefix, Map<String, Value> values, Map<String, String> into) {
        values.forEach((key, value) -> {
            List<Value> items = value.items();
            if (items == null || items.stream().noneMatch(item -> item.entries() != null)) {
                into.put(prefix + key, text(value));
                return;
            }
            for (int i = 0; i < items.size(); i++) {
                Map<String, Value> entries = items.get(i).entries();
                if (entries != null) {
                    Value named = entries.get(NAME);
                    String place = named == null || named.text() == null ? Integer.toString(i) : named.text();
                    flatten(prefix + key + "[" + place + "].", entries, into);
                }
            }
        });
    }

    private static String text(Value value) {
        List<Value> items = value.items();
        return items == null
                ? String.valueOf(value.text())
                : items.stream().map(SettingsText::text).collect(Collectors.joining("\n"));
    }

    /** The keys that one has and the other has not, or with another text, in order. */
    public static List<String> differing(Map<String, String> before, Map<String, String> after) {
        TreeSet<String> keys = new TreeSet<>(before.keySet());
        keys.addAll(after.keySet());
        keys.removeIf(key -> Objects.equals(before.get(key), after.get(key)));
        return List.copyOf(keys);
    }
}
