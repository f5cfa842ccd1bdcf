package io.weir.applier.position;

import java.util.Map;
import java.util.TreeMap;

/**
 * Where a replica of one source stands: everything of {@code weir.batches} before these offsets is on its disk. Immutable.
 *
 * @param replica the replica's name
 * @param source the source's name
 * @param topicId Kafka's id of the topic; a topic that was made again has another one, and its offsets mean nothing here
 * @param offsets by partition: the next offset to apply
 * @param choice which paths it takes, as a text that another choice does not have; empty for all
 * @param baselineDone whether the replica was once made equal as a whole; if not, the offsets say where the stream goes on
 *     after that
 */
public record Position(
        String replica,
        String source,
        String topicId,
        Map<Integer, Long> offsets,
        String choice,
        boolean baselineDone) {
    /** Copies the offsets. */
    public Position {
        offsets = Map.copyOf(offsets);
    }

    /** The same place in the stream, with a baseline that is not done. */
    public Position pending() {
        return new Position(replica, source, topicId, offsets, choice, false);
    }

    /** The text of the position file: one {@code key=value} a line, and a last line that proves it is whole. */
    public String toText() {
        StringBuilder text = new StringBuilder("version=1\n");
        text.append("replica=").append(replica).append('\n');
        text.append("source=").append(source).append('\n');
        text.append("topic.id=").append(topicId).append('\n');
        if (!choice.isEmpty()) {
            text.append("choice=").append(choice).append('\n');
        }
        text.append("baseline=").append(baselineDone ? "done" : "pending").append('\n');
        new TreeMap<>(offsets)
                .forEach((partition, offset) -> text.append("offset.")
                        .append(partition)
                        .append('=')
                        .append(offset)
                        .append('\n'));
        return text.append("end\n").toString();
    }

    /**
     * Reads what {@link #toText} wrote.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    public static Position parse(String text) {
        if (!text.endsWith("\nend\n")) {
            throw new IllegalArgumentException("it is cut off");
        }
        Map<String, String> values = new TreeMap<>();
        for (String line : text.substring(0, text.length() - 4).split("\n", -1)) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                values.put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        if (!"1".equals(values.get("version"))) {
            throw new IllegalArgumentException("its version is not 1");
        }
        Map<Integer, Long> offsets = new TreeMap<>();
        values.forEach((key, value) -> {
            if (key.startsWith("offset.")) {
                offsets.put(Integer.valueOf(key.substring("offset.".length())), Long.valueOf(value));
            }
        });
        return new Position(
                need(values, "replica"),
                need(values, "source"),
                need(values, "topic.id"),
                offsets,
                values.getOrDefault("choice", ""),
                need(values, "baseline").equals("done"));
    }

    private static String need(Map<String, String> values, String key) {
        String value = values.get(key);
        if (value == null) {
            throw new IllegalArgumentException("it has no " + key);
        }
        return value;
    }
}
