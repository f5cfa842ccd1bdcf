package io.weir.service;

import java.util.regex.Pattern;

/** Names that people give and that become parts of others: of topics, groups, files, metrics. Pure. */
public final class Names {
    /** What a name must be, for people. */
    public static final String RULE = "must be letters, digits, '.', '_' and '-'";

    /** Kafka takes names of up to 249 characters, and what Weir adds to one has its place too. */
    private static final int MOST = 100;

    private static final Pattern PATTERN = Pattern.compile("[a-zA-Z0-9._-]+");

    private Names() {}

    /** Whether a text can be a name. */
    public static boolean isName(String text) {
        return isName(text, MOST);
    }

    /** Whether it can be one of at most that many characters. */
    public static boolean isName(String text, int most) {
        return text.length() <= most && PATTERN.matcher(text).matches();
    }
}
