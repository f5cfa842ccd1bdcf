package io.weir.service;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.weir.service.SettingsNode.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a settings file: YAML whose nested and dotted keys mean the same. A dollar with {@code env:NAME} or
 * {@code file:/path} in braces inside a value is replaced by an environment variable, or by the content of a file (without
 * its last line breaks); a doubled dollar before a brace stands for a plain one. Aliases, several documents and duplicate
 * keys are refused.
 */
public final class SettingsFile {
    private static final Pattern SUBSTITUTION = Pattern.compile("\\$?\\$\\{([^}]*)}");

    private final Problems problems;
    private final Function<String, @Nullable String> environment;

    private SettingsFile(Problems problems, Function<String, @Nullable String> environment) {
        this.problems = problems;
        this.environment = environment;
    }

    /**
     * Reads settings from a file.
     *
     * @param reader gets every setting it wants from the root; what it does not get is an unknown key
     * @throws WeirException (SETTINGS) with all problems of the file, or when it cannot be read
     */
    public static <T> T read(Path file, Function<SettingsNode, T> reader) {
        return SettingsText.of(file).read(reader);
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new WeirException(
                    ExitCode.SETTINGS, "read settings: no file " + file + "; give the right path with --config", e);
        } catch (IOException e) {
            throw new WeirException(ExitCode.SETTINGS, "read settings from " + file + ": " + e, e);
        }
    }

    /** Reads settings from the text of a file of that name, with an environment of its own. */
    public static <T> T parse(
            String name,
            String yaml,
            Function<String, @Nullable String> environment,
            Function<SettingsNode, T> reader) {
        Problems problems = new Problems(name);
        T read = parse(problems, yaml, environment, reader);
        problems.throwIfAny();
        if (read == null) {
            throw new IllegalStateException("the reader of " + name + " returned nothing");
        }
        return read;
    }

    /** Null when it could not be made, as the problems say. */
    static <T> @Nullable T parse(
            Problems problems,
            String yaml,
            Function<String, @Nullable String> environment,
            Function<SettingsNode, T> reader) {
        SettingsNode root = SettingsNode.root(values(problems, yaml, environment), problems);
        T read = null;
        RuntimeException stopped = null;
        try {
            read = reader.apply(root);
        } catch (IllegalArgumentException e) {
            stopped = e;
        }
        if (stopped == null) {
            root.noteUnknown();
        } else if (problems.isEmpty()) {
            // A settings record refuses a combination that no single key shows.
            problems.add(0, "settings", String.valueOf(stopped.getMessage()));
        }
        return read;
    }

    static Map<String, Value> values(Problems problems, String yaml, Function<String, @Nullable String> environment) {
        Map<String, Value> values = new LinkedHashMap<>();
        new SettingsFile(problems, environment).load(yaml, values);
        return values;
    }

    private void load(String yaml, Map<String, Value> values) {
        try (YAMLParser parser = YAMLFactory.builder().build().createParser(yaml)) {
            JsonToken token = parser.nextToken();
            if (token == null
                    || (token.isScalarValue() && parser.getText().isEmpty())
                    || token == JsonToken.VALUE_NULL) {
                return;
            }
            if (token != JsonToken.START_OBJECT) {
                problems.add(line(parser), "settings", "must be keys with values, such as 'topics.prefix: weir'");
                return;
            }
            mapping(parser, "", values);
            if (parser.nextToken() != null) {
                problems.add(line(parser), "settings", "a second document begins here; join them into one");
            }
        } catch (JsonProcessingException e) {
            problems.add(
                    e.getLocation() == null ? 0 : e.getLocation().getLineNr(),
                    "YAML",
                    e.getOriginalMessage().lines().findFirst().orElse("cannot be read"));
        } catch (IOException e) {
            throw new WeirException(ExitCode.SETTINGS, "read settings: " + e, e);
        }
    }

    private void mapping(YAMLParser parser, String prefix, Map<String, Value> values) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = prefix + parser.currentName();
            int line = line(parser);
            JsonToken token = parser.nextToken();
            if (token == JsonToken.START_OBJECT) {
                int before = values.size();
                mapping(parser, key + ".", values);
                if (values.size() == before) {
                    values.putIfAbsent(key, new Value(null, "", null, null, line));
                }
                continue;
            }
            Value first = values.putIfAbsent(key, value(parser, key, line));
            if (first != null) {
                problems.add(line, key, "is given twice, first in line " + first.line() + "; remove one");
            }
        }
    }

    private Value value(YAMLParser parser, String key, int line) throws IOException {
        if (parser.isCurrentAlias()) {
            problems.add(line, key, "YAML aliases are not supported; write the value out");
        }
        switch (parser.currentToken()) {
            case START_ARRAY -> {
                List<Value> items = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    items.add(value(parser, key + "[" + items.size() + "]", line(parser)));
                }
                return new Value(null, "a list", List.copyOf(items), null, line);
            }
            case START_OBJECT -> {
                Map<String, Value> entries = new LinkedHashMap<>();
                mapping(parser, "", entries);
                return new Value(null, "a section", null, entries, line);
            }
            case VALUE_NULL -> {
                return new Value(null, "", null, null, line);
            }
            default -> {
                String shown = parser.getText();
                return new Value(substituted(shown, key, line), shown, null, null, line);
            }
        }
    }

    private String substituted(String text, String key, int line) {
        Matcher matcher = SUBSTITUTION.matcher(text);
        StringBuilder result = new StringBuilder();
        while (matcher.find()) {
            String found = matcher.group();
            String with = found.startsWith("$$") ? found.substring(1) : resolved(matcher.group(1), key, line);
            matcher.appendReplacement(result, Matcher.quoteReplacement(with));
        }
        return matcher.appendTail(result).toString();
    }

    private String resolved(String reference, String key, int line) {
        if (reference.startsWith("env:")) {
            String value = environment.apply(reference.substring("env:".length()));
            if (value == null) {
                problems.add(line, key, "the environment variable of ${" + reference + "} is not set; set it");
            }
            return value == null ? "" : value;
        }
        if (reference.startsWith("file:")) {
            try {
                return Files.readString(Path.of(reference.substring("file:".length())))
                        .replaceFirst("[\r\n]+$", "");
            } catch (IOException | RuntimeException e) {
                problems.add(line, key, "the file of ${" + reference + "} cannot be read: " + e);
                return "";
            }
        }
        problems.add(line, key, "${" + reference + "} must be ${env:NAME} or ${file:/path}; write $${ for a plain ${");
        return "";
    }

    private static int line(JsonParser parser) {
        return parser.currentTokenLocation().getLineNr();
    }
}
