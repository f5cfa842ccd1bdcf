package io.weir.bench;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** The {@code --key value} pairs of a benchmark's command line. Immutable. */
record Arguments(Map<String, String> values) {
    static Arguments parse(String[] words, Set<String> known) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < words.length; i += 2) {
            String key = words[i].replaceFirst("^--", "");
            if (!known.contains(key) || i + 1 == words.length) {
                throw new IllegalArgumentException("'" + words[i] + "': expected --KEY VALUE, with a key of " + known);
            }
            values.put(key, words[i + 1]);
        }
        return new Arguments(Map.copyOf(values));
    }

    String text(String key, String fallback) {
        return values.getOrDefault(key, fallback);
    }

    int count(String key, int fallback) {
        return values.containsKey(key) ? Integer.parseInt(values.getOrDefault(key, "")) : fallback;
    }
}
