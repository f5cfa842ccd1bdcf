package io.weir.service;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a settings file, or of one section of it, read through {@link Setting}s. A wrong value becomes a problem and
 * the default is returned in its place, so that reading goes on and finds the other problems. What was read is known; what
 * is left at the end is an unknown key. Used by one thread.
 */
public final class SettingsNode {
    /** A value of the file: a text, a list, or nothing. Mappings are flattened into dotted keys. */
    record Value(
            @Nullable String text,
            String shown,
            @Nullable List<Value> items,
            @Nullable Map<String, Value> entries,
            int line) {
        boolean isEmpty() {
            return (text == null || text.isEmpty()) && items == null && entries == null;
        }
    }

    private static final class Level {
        final String display;
        final Map<String, Value> values;
        final Set<String> known = new TreeSet<>();
        final Set<String> open = new TreeSet<>();
        final List<Level> items = new ArrayList<>();
        final Map<String, List<SettingsNode>> lists = new HashMap<>();

        Level(String display, Map<String, Value> values) {
            this.display = display;
            this.values = values;
        }
    }

    private final Level level;
    private final String prefix;
    private final Problems problems;

    private SettingsNode(Level level, String prefix, Problems problems) {
        this.level = level;
        this.prefix = prefix;
        this.problems = problems;
    }

    static SettingsNode root(Map<String, Value> values, Problems problems) {
        return new SettingsNode(new Level("", values), "", problems);
    }

    /** Settings that come from the program and not from a file, for tests and for the embedded mode. */
    public static SettingsNode of(Map<String, String> values) {
        Map<String, Value> flat = new LinkedHashMap<>();
        values.forEach((key, text) -> flat.put(key, new Value(text, text, null, null, 0)));
        return root(flat, new Problems("settings"));
    }

    /** Where what is wrong goes, also for checks that span several settings. */
    public Problems problems() {
        return problems;
    }

    /** Adds a problem with the value of a setting, such as one that does not fit another setting's. */
    public void problem(Setting<?> setting, String what) {
        problem(setting.key(), what);
    }

    /** Adds a problem with a key of this section. */
    public void problem(String key, String what) {
        Value value = level.values.get(prefix + key);
        problems.add(value == null ? 0 : value.line(), display(prefix + key), what);
    }

    /**
     * Adds a look at this machine, at a file that the setting names, say. It is taken when somebody asks for a check, and not at a
     * start, which finds out by itself.
     *
     * @param look gives what is wrong with the setting's value; empty when nothing is
     */
    public void look(Setting<?> setting, Supplier<Optional<String>> look) {
        String key = prefix + setting.key();
        Value value = level.values.get(key);
        problems.look(value == null ? 0 : value.line(), display(key), look);
    }

    /** Whether the file names it. */
    public boolean has(Setting<?> setting) {
        return level.values.containsKey(prefix + setting.key());
    }

    /** The value of the file, else the default; the default too when it is wrong, which is noted. */
    public <T> T get(Setting<T> setting) {
        String key = prefix + setting.key();
        if (setting.shape() == Setting.Shape.MAP) {
            return setting.parse(below(key));
        }
        level.known.add(key);
        Value value = level.values.get(key);
        if (value == null) {
            if (setting.isRequired()) {
                problems.add(0, display(key), "is missing; add it (" + setting.type() + "). " + setting.doc());
            }
            return setting.fallback();
        }
        try {
            return setting.parse(raw(setting, value));
        } catch (IllegalArgumentException e) {
            problems.add(value.line(), display(key), "'" + value.shown() + "': " + e.getMessage());
            return setting.fallback();
        }
    }

    private static Object raw(Setting<?> setting, Value value) {
        if (setting.shape() == Setting.Shape.SCALAR) {
            if (value.items() != null || value.entries() != null) {
                throw new IllegalArgumentException("must be one value (" + setting.type() + "), not a list");
            }
            return value.text() == null ? "" : value.text();
        }
        if (value.isEmpty()) {
            throw new IllegalArgumentException("has no value; write [] for an empty list");
        }
        List<Value> items = value.items() == null ? List.of(value) : value.items();
        List<String> texts = new ArrayList<>();
        for (Value item : items) {
            if (item.text() == null) {
                throw new IllegalArgumentException("must be a list of texts");
            }
            texts.add(item.text());
        }
        return texts;
    }

    private Map<String, String> below(String key) {
        level.open.add(key);
        Map<String, String> map = new LinkedHashMap<>();
        String below = key + ".";
        level.values.forEach((each, value) -> {
            // What is read by a setting of its own is no part of the map.
            if (each.startsWith(below) && !level.known.contains(each) && !isClaimed(each, key)) {
                if (value.text() == null) {
                    problems.add(value.line(), display(each), "must be one text");
                } else {
                    map.put(each.substring(below.length()), value.text());
                }
            }
        });
        return map;
    }

    private boolean isClaimed(String each, String by) {
        return level.open.stream()
                .anyMatch(open -> open.length() > by.length() && (each.equals(open) || each.startsWith(open + ".")));
    }

    /** The settings below a key. */
    public SettingsNode section(String name) {
        level.known.add(prefix + name);
        Value value = level.values.get(prefix + name);
        if (value != null && !value.isEmpty()) {
            problems.add(value.line(), display(prefix + name), "must be a section with keys below it");
        }
        return new SettingsNode(level, prefix + name + ".", problems);
    }

    /** The sections in the list below a key, in their order; none when the key is not there. */
    public List<SettingsNode> sections(String name) {
        String key = prefix + name;
        level.known.add(key);
        return level.lists.computeIfAbsent(key, this::list);
    }

    private List<SettingsNode> list(String key) {
        Value value = level.values.get(key);
        if (value == null || value.isEmpty()) {
            return List.of();
        }
        if (value.items() == null) {
            problems.add(value.line(), display(key), "must be a list of sections, each beginning with '-'");
            return List.of();
        }
        List<SettingsNode> nodes = new ArrayList<>();
        for (Value item : value.items()) {
            String display = display(key) + "[" + nodes.size() + "].";
            if (item.entries() == null) {
                problems.add(item.line(), display(key), "must be a list of sections, not of texts");
            } else {
                Level each = new Level(display, item.entries());
                level.items.add(each);
                nodes.add(new SettingsNode(each, "", problems));
            }
        }
        return nodes;
    }

    /** The only section in the list below a key; an empty one when the key is not there. */
    public SettingsNode single(String name) {
        List<SettingsNode> nodes = sections(name);
        if (nodes.size() > 1) {
            problem(name, "must have one entry here");
        }
        if (!nodes.isEmpty()) {
            return nodes.get(0);
        }
        Map<String, Value> entries = new LinkedHashMap<>();
        level.values.put(
                prefix + name, new Value(null, "a section", List.of(new Value(null, "", null, entries, 0)), null, 0));
        level.lists.remove(prefix + name);
        return sections(name).get(0);
    }

    /** Whether there is anything below a key. */
    public boolean holds(String name) {
        return level.values.keySet().stream().anyMatch(key -> key.startsWith(prefix + name + "."));
    }

    /** Gives a key the value that the program has for it, before it is read; that the file names it too is a problem. */
    public void settle(String key, String value) {
        if (level.values.containsKey(prefix + key)) {
            problem(key, "is not to be set here, as the command decides it; remove it");
        }
        level.values.put(prefix + key, new Value(value, value, null, null, 0));
    }

    /** Declares a section that is another process's: its keys are not looked at. */
    public void ignore(String name) {
        level.known.add(prefix + name);
        level.open.add(prefix + name);
    }

    /** Notes every key that nobody has read as a problem, with the nearest known one. */
    void noteUnknown() {
        noteUnknown(level);
    }

    private void noteUnknown(Level each) {
        each.values.forEach((key, value) -> {
            boolean isKnown = each.known.contains(key)
                    || each.open.stream().anyMatch(open -> key.equals(open) || key.startsWith(open + "."))
                    || (value.isEmpty() && each.known.stream().anyMatch(known -> known.startsWith(key + ".")));
            if (!isKnown) {
                String hint = Problems.nearest(key, each.known)
                        .map(near -> "did you mean " + near + "?")
                        .orElse("remove it, or see the list of settings");
                problems.add(value.line(), each.display + key, "is not a setting; " + hint);
            }
        });
        each.items.forEach(this::noteUnknown);
    }

    private String display(String key) {
        return level.display + key;
    }
}
