package io.weir.applier.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.schemas.Desired;
import io.weir.schemas.Lineage;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.WireFormat;
import io.weir.service.ExitCode;
import io.weir.service.WeirException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is wanted of a replica, with Kafka's own stand-in for a broker. */
class DesiredConsumerTest {
    private static final String TOPIC = "weir.desired";
    private static final TopicPartition ZERO = new TopicPartition(TOPIC, 0);
    private static final Duration LONG = Duration.ofSeconds(60);

    private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
    private final List<String> told = new ArrayList<>();
    private final Promotions promotions = new Promotions();
    private final DesiredConsumer desired = new DesiredConsumer(
            TOPIC,
            "backup1",
            List.of("data", "home"),
            WireFormat.builtIn(),
            consumer,
            promotions,
            (source, wanted) -> told.add(source + ": " + (wanted == null ? "nothing" : wanted.getReason())));
    private long next;

    DesiredConsumerTest() {
        consumer.updateBeginningOffsets(Map.of(ZERO, 0L));
        consumer.updateEndOffsets(Map.of(ZERO, 0L));
    }

    private void add(String key, byte @Nullable [] value) {
        consumer.addRecord(new ConsumerRecord<>(TOPIC, 0, next++, key.getBytes(StandardCharsets.UTF_8), value));
        consumer.updateEndOffsets(Map.of(ZERO, next));
    }

    private static byte[] pause(String reason) {
        return RecordSerde.of(Desired.class)
                .encode(Desired.newBuilder()
                        .setSource("data")
                        .setReplica("backup1")
                        .setPaused(true)
                        .setReason(reason)
                        .setAt(Instant.EPOCH)
                        .build());
    }

    @Test
    void takesAllThatIsThereAtTheStartAndFollowsFromThere() throws Exception {
        consumer.schedulePollTask(() -> {
            add("data/backup1", pause("first"));
            add("data/backup2", pause("another replica's"));
            add("data/backup1", pause("last"));
            add("home/backup1", pause("home's"));
            add("home/backup1", null);
        });
        consumer.updateEndOffsets(Map.of(ZERO, 5L));

        desired.load(LONG);

        assertThat(told).containsExactly("data: first", "data: last", "home: home's", "home: nothing");
        add("data/backup1", null);
        desired.run();
        assertThat(told).last().isEqualTo("data: nothing");
    }

    @Test
    void aPromotionThatIsNoLongerInTheTopicIsNotDue() {
        promotions.own(
                "gone",
                Desired.newBuilder()
                        .setSource("gone")
                        .setReplica("backup1")
                        .setAt(Instant.EPOCH)
                        .setPromotion(Lineage.next(null, "", "two"))
                        .build());
        assertThat(promotions.due()).containsOnlyKeys("gone");

        desired.load(LONG);

        assertThat(promotions.due()).isEmpty();
    }

    @Test
    void whatCannotBeReadChangesNothing() throws Exception {
        desired.load(LONG);
        add("data/backup1", pause("before"));
        add("data/backup1", new byte[] {1, 2, 3});
        desired.run();

        assertThat(told).containsExactly("data: before");
        assertThat(consumer.position(ZERO)).isEqualTo(2);
    }

    @Test
    void nothingBeginsBeforeTheTopicIsRead() {
        consumer.updateEndOffsets(Map.of(ZERO, 1L));

        assertThatThrownBy(() -> desired.load(Duration.ZERO))
                .isInstanceOfSatisfying(
                        WeirException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.UNAVAILABLE))
                .hasMessageContaining("whether this replica is paused");
    }

    @Test
    void troubleLaterIsWaitedForAndWhatWasWantedHolds() throws Exception {
        add("data/backup1", pause("before"));
        desired.load(LONG);
        consumer.setPollException(new TopicAuthorizationException(TOPIC));
        desired.run();
        add("data/backup1", null);
        desired.run();

        assertThat(told).containsExactly("data: before", "data: nothing");
    }
}
