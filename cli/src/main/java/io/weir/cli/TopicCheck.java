package io.weir.cli;

import io.weir.schemas.Topics.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.config.TopicConfig;

/** What is wrong with one topic, compared with the catalogue. Pure. */
final class TopicCheck {
    private static final long MAX_RECORD = 512 * 1024;
    private static final Duration LONGEST_LAG = Duration.ofHours(1);

    private TopicCheck() {}

    static List<String> problems(Topic wanted, int partitions, int replicas, UnaryOperator<String> config) {
        List<String> problems = new ArrayList<>();
        String topic = "topic " + wanted.name() + " ";
        if (partitions != wanted.partitions()) {
            problems.add(
                    topic + "has " + partitions + " partitions instead of " + wanted.partitions()
                            + "; a source must keep its partition: delete the topic and create it again, with all stages stopped");
        }
        for (Map.Entry<String, String> each : wanted.config().entrySet()) {
            String actual = config.apply(each.getKey());
            if (!agrees(each.getKey(), each.getValue(), actual)) {
                problems.add(topic + "has " + each.getKey() + "=" + actual + " instead of " + each.getValue()
                        + "; alter the topic's configuration");
            }
        }
        long max = number(config.apply(TopicConfig.MAX_MESSAGE_BYTES_CONFIG), Long.MAX_VALUE);
        if (max < 2 * MAX_RECORD) {
            problems.add(topic + "has " + TopicConfig.MAX_MESSAGE_BYTES_CONFIG + "=" + max + "; records of "
                    + MAX_RECORD + " bytes need " + 2 * MAX_RECORD + " to be safe");
        }
        long acknowledging = number(config.apply(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG), 1);
        if (acknowledging > replicas) {
            problems.add(topic + "has min.insync.replicas=" + acknowledging + " with " + replicas
                    + " replicas; nothing can be written: lower it or add replicas");
        } else if (replicas >= 2 && acknowledging < 2) {
            problems.add(topic + "has min.insync.replicas=1 with " + replicas
                    + " replicas; an acknowledged record can be lost with one broker: set it to 2");
        }
        return problems;
    }

    private static boolean agrees(String key, String wanted, String actual) {
        return switch (key) {
            // Longer is fine; -1 is for ever.
            case TopicConfig.RETENTION_MS_CONFIG ->
                number(actual, -1) < 0 || number(actual, -1) >= number(wanted, Long.MAX_VALUE);
            // Whoever asks for the state of things reads all that is not compacted yet.
            case TopicConfig.MIN_COMPACTION_LAG_MS_CONFIG ->
                number(actual, 0) >= number(wanted, 0) && number(actual, 0) <= LONGEST_LAG.toMillis();
            // What is in a segment that is open is not compacted.
            case TopicConfig.SEGMENT_MS_CONFIG -> number(actual, Long.MAX_VALUE) <= number(wanted, 0);
            // A broker older than 3.6 does not know it, and refuses nothing.
            case TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG -> actual.isEmpty() || actual.equals(wanted);
            // How eagerly a topic is cleaned is a matter of taste, and a codec only takes its time to load.
            case TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG, TopicConfig.COMPRESSION_TYPE_CONFIG -> true;
            default -> actual.equals(wanted);
        };
    }

    private static long number(String text, long fallback) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return fallback;
        }
    }
}
