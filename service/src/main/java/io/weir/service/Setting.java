package io.weir.service;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The one declaration of a setting: key, type, default, bounds and meaning. Reading, checking, the reference and the sample
 * file all come from it. Immutable.
 *
 * @param <T> the type of its value
 */
public final class Setting<T> {
    enum Shape {
        SCALAR,
        LIST,
        MAP
    }

    private final String key;
    private final Shape shape;
    private final String type;
    private final boolean required;
    private final T fallback;
    private final String doc;
    private final Function<Object, T> parser;
    private final Function<T, String> formatter;
    private final Predicate<T> bound;
    private final String boundText;

    private Setting(Builder<T> builder, Predicate<T> bound, String boundText) {
        key = builder.key;
        shape = builder.shape;
        type = builder.type;
        required = builder.required;
        fallback = builder.fallback;
        doc = builder.doc;
        parser = builder.parser;
        formatter = builder.formatter;
        this.bound = bound;
        this.boundText = boundText;
    }

    private record Builder<T>(
            String key,
            Shape shape,
            String type,
            boolean required,
            T fallback,
            String doc,
            Function<Object, T> parser,
            Function<T, String> formatter) {
        Setting<T> build() {
            return new Setting<>(this, value -> true, "");
        }
    }

    private static <T> Setting<T> scalar(
            String key,
            String type,
            T fallback,
            String doc,
            Function<String, T> parser,
            Function<T, String> formatter) {
        return new Builder<>(
                        key, Shape.SCALAR, type, false, fallback, doc, raw -> parser.apply((String) raw), formatter)
                .build();
    }

    /** A time, written {@code 20 ms}, {@code 1 s}, {@code 10 min}, {@code 1 h} or {@code 30 d}. */
    public static Setting<Duration> duration(String key, Duration fallback, String doc) {
        return scalar(key, "time", fallback, doc, Units::duration, Units::format);
    }

    /** A size in bytes, written {@code 512 KiB}. */
    public static Setting<Long> size(String key, long bytes, String doc) {
        return scalar(key, "size", bytes, doc, Units::size, Units::formatSize);
    }

    /** A share from 0 to 1, written {@code 50 %}. */
    public static Setting<Double> share(String key, double fallback, String doc) {
        return scalar(key, "share", fallback, doc, Units::share, Units::formatShare);
    }

    /** A whole number that is not negative. */
    public static Setting<Integer> count(String key, int fallback, String doc) {
        return scalar(key, "count", fallback, doc, Setting::parseCount, String::valueOf);
    }

    /** True or false. */
    public static Setting<Boolean> flag(String key, boolean fallback, String doc) {
        return scalar(key, "flag", fallback, doc, Setting::parseFlag, String::valueOf);
    }

    /** A text. */
    public static Setting<String> text(String key, String fallback, String doc) {
        return scalar(key, "text", fallback, doc, Function.identity(), Function.identity());
    }

    /** A text that may be left out or empty. */
    public static Setting<Optional<String>> optionalText(String key, String doc) {
        return scalar(
                key,
                "text",
                Optional.empty(),
                doc,
                raw -> Optional.of(raw).filter(text -> !text.isEmpty()),
                value -> value.orElse(""));
    }

    /** A text that must be given. */
    public static Setting<String> requiredText(String key, String doc) {
        return text(key, "missing", doc).asRequired().check(value -> !value.isBlank(), "must not be empty");
    }

    /** An absolute path. */
    public static Setting<Path> path(String key, Path fallback, String doc) {
        return scalar(key, "path", fallback, doc, Setting::parsePath, Path::toString);
    }

    /** An absolute path that may be left out or empty. */
    public static Setting<Optional<Path>> optionalPath(String key, String doc) {
        return scalar(
                key,
                "path",
                Optional.empty(),
                doc,
                raw -> Optional.of(raw).filter(text -> !text.isEmpty()).map(Setting::parsePath),
                value -> value.map(Path::toString).orElse(""));
    }

    /** An absolute path that must be given. */
    public static Setting<Path> requiredPath(String key, String doc) {
        return path(key, Path.of("/missing"), doc).asRequired();
    }

    /** One of the constants of an enum, written in lower case with '-' for '_'. */
    public static <E extends Enum<E>> Setting<E> choice(String key, E fallback, String doc) {
        List<E> all = List.of(fallback.getDeclaringClass().getEnumConstants());
        String names = all.stream().map(Setting::written).collect(Collectors.joining(", "));
        return scalar(
                key,
                "one of " + names,
                fallback,
                doc,
                raw -> all.stream()
                        .filter(each -> written(each).equals(raw.strip()))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("must be one of " + names)),
                Setting::written);
    }

    /** A list of texts; the one of the file replaces the default. */
    @SuppressWarnings("unchecked") // SettingsNode hands a list to the parser of Shape.LIST
    public static Setting<List<String>> list(String key, List<String> fallback, String doc) {
        return new Builder<>(
                        key,
                        Shape.LIST,
                        "list",
                        false,
                        List.copyOf(fallback),
                        doc,
                        raw -> List.copyOf((List<String>) raw),
                        value -> value.stream().map(Setting::quoted).collect(Collectors.joining(", ", "[", "]")))
                .build();
    }

    /** All keys below this one, as they are, with their texts. */
    @SuppressWarnings("unchecked") // SettingsNode hands a map to the parser of Shape.MAP
    public static Setting<Map<String, String>> map(String key, String doc) {
        return new Builder<Map<String, String>>(
                        key,
                        Shape.MAP,
                        "map",
                        false,
                        Map.of(),
                        doc,
                        raw -> Map.copyOf((Map<String, String>) raw),
                        value -> "{}")
                .build();
    }

    /** The same setting with a bound; the text completes "key ...": {@code must be at least 1}. */
    public Setting<T> check(Predicate<T> isAllowed, String mustBe) {
        return new Setting<>(builder(required), isAllowed, mustBe);
    }

    private Setting<T> asRequired() {
        return new Setting<>(builder(true), bound, boundText);
    }

    private Builder<T> builder(boolean isRequired) {
        return new Builder<>(key, shape, type, isRequired, fallback, doc, parser, formatter);
    }

    /** The dotted key, relative to its section. */
    public String key() {
        return key;
    }

    /** The value when the file does not name one. */
    public T fallback() {
        return fallback;
    }

    /** Whether the file must name it. */
    public boolean isRequired() {
        return required;
    }

    /** What it means and does, in sentences. */
    public String doc() {
        return doc;
    }

    /** The type with its bounds, for the reference. */
    public String type() {
        return boundText.isEmpty() ? type : type + "; " + boundText;
    }

    /** The default as it would be written in the file; empty when there is none. */
    public String fallbackText() {
        return required ? "" : formatter.apply(fallback);
    }

    Shape shape() {
        return shape;
    }

    /** The checked value of a String, List or Map (by shape); throws IllegalArgumentException. */
    T parse(Object raw) {
        T value = parser.apply(raw);
        if (!bound.test(value)) {
            throw new IllegalArgumentException(boundText);
        }
        return value;
    }

    private static int parseCount(String text) {
        try {
            int count = Integer.parseInt(text.strip().replace("_", ""));
            if (count >= 0) {
                return count;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("must be a whole number from 0 to " + Integer.MAX_VALUE, e);
        }
        throw new IllegalArgumentException("must not be negative");
    }

    private static boolean parseFlag(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on" -> true;
            case "false", "no", "off" -> false;
            default -> throw new IllegalArgumentException("must be true or false");
        };
    }

    private static Path parsePath(String text) {
        Path path;
        try {
            path = Path.of(text);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("must be a path: " + e.getReason(), e);
        }
        if (!path.isAbsolute()) {
            throw new IllegalArgumentException("must be an absolute path, beginning with /");
        }
        return path.normalize();
    }

    private static String written(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** A YAML scalar in double quotes. */
    static String quoted(@Nullable String text) {
        String plain = text == null ? "" : text;
        return Arrays.stream(plain.split("", -1))
                .map(each -> each.equals("\"") || each.equals("\\") ? "\\" + each : each)
                .collect(Collectors.joining("", "\"", "\""));
    }
}
