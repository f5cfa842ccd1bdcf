package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.schemas.Topics;
import io.weir.schemas.Topics.Topic;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TopicCheckTest {
    private final Topic topic = new Topics("weir").changes();
    private final Map<String, String> config = new HashMap<>(
            Map.of("max.message.bytes", "1048588", "min.insync.replicas", "2", "cleanup.policy", "delete"));

    TopicCheckTest() {
        config.put("retention.ms", topic.config().get("retention.ms"));
        config.put("message.timestamp.after.max.ms", Topics.ANY_TIME);
    }

    private List<String> problems(int partitions, int replicas) {
        return TopicCheck.problems(topic, partitions, replicas, key -> config.getOrDefault(key, ""));
    }

    @Test
    void topicOfTheCatalogueIsFine() {
        assertThat(problems(topic.partitions(), 3)).isEmpty();
    }

    @Test
    void longerRetentionIsFineAndShorterIsNot() {
        config.put("retention.ms", "-1");
        assertThat(problems(topic.partitions(), 3)).isEmpty();
        config.put("retention.ms", "1000");
        assertThat(problems(topic.partitions(), 3)).singleElement().asString().contains("retention.ms=1000");
    }

    @Test
    void statusRecordsThatMayBeCompactedTooSoonAreTold() {
        Topic status = new Topics("weir").status();
        config.put("cleanup.policy", "compact");
        config.put("segment.ms", "60000");
        config.put("min.compaction.lag.ms", "0");
        assertThat(TopicCheck.problems(status, 1, 3, key -> config.getOrDefault(key, "")))
                .singleElement()
                .asString()
                .contains("min.compaction.lag.ms=0");

        config.put("min.compaction.lag.ms", "604800000");
        assertThat(TopicCheck.problems(status, 1, 3, key -> config.getOrDefault(key, "")))
                .as("whoever asks for the state of things would read a week of heartbeats")
                .singleElement()
                .asString()
                .contains("min.compaction.lag.ms=604800000");
        config.put("min.compaction.lag.ms", "3600000");
        assertThat(TopicCheck.problems(status, 1, 3, key -> config.getOrDefault(key, "")))
                .isEmpty();

        // A week, as brokers have it: whoever asks for the state of things would read all of it.
        config.put("segment.ms", "604800000");
        assertThat(TopicCheck.problems(status, 1, 3, key -> config.getOrDefault(key, "")))
                .singleElement()
                .asString()
                .contains("segment.ms=604800000");
    }

    @Test
    void aTopicThatRefusesRecordsOfClocksThatAreAheadIsTold() {
        config.put("message.timestamp.after.max.ms", "3600000");
        assertThat(problems(topic.partitions(), 3)).singleElement().asString().contains("after.max.ms=3600000");
    }

    @Test
    void everyProblemIsTold() {
        config.put("min.insync.replicas", "1");
        config.put("cleanup.policy", "compact");
        config.put("max.message.bytes", "1000");

        assertThat(problems(1, 3)).hasSize(4);
    }

    @Test
    void moreAcknowledgementsThanReplicasIsTold() {
        assertThat(problems(topic.partitions(), 1)).singleElement().asString().contains("nothing can be written");
    }
}
