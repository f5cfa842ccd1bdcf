package io.weir.cli;

import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Commands as a person can type them into a shell, for hints. Pure. */
public final class Shell {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:=@%+,-]+");

    private Shell() {}

    /** A {@code weir} command, called as this one was. */
    public static String weir(String... words) {
        return Stream.concat(Stream.of(System.getenv().getOrDefault("WEIR_COMMAND", "weir")), Arrays.stream(words))
                .map(Shell::word)
                .collect(Collectors.joining(" "));
    }

    /** A text as one word: quoted when a shell would make anything else of it. */
    public static String word(Object value) {
        String text = value.toString();
        if (PLAIN.matcher(text).matches()) {
            return text;
        }
        if (text.chars().noneMatch(Character::isISOControl)) {
            return "'" + text.replace("'", "'\\''") + "'";
        }
        return text.chars()
                .mapToObj(each -> Character.isISOControl(each)
                        ? String.format("\\u%04x", each)
                        : (each == '\'' || each == '\\' ? "\\" : "") + (char) each)
                .collect(Collectors.joining("", "$'", "'"));
    }
}
