package io.weir.console;

import io.weir.schemas.Batch;
import io.weir.schemas.Change;
import io.weir.schemas.DeadLetter;
import io.weir.schemas.DeadLetterKey;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.Result;
import io.weir.schemas.Status;
import io.weir.schemas.StatusKey;
import io.weir.schemas.Topics;
import io.weir.schemas.WireFormat;
import io.weir.service.Backoff;
import io.weir.service.ClockWatch;
import io.weir.service.KafkaSettings;
import io.weir.service.Loop;
import io.weir.service.Outage;
import io.weir.service.Refusal;
import io.weir.service.WakingConsumer;
import io.weir.service.WeirException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the topics, in no group, and tells the board: states and dead letters from their beginning, the rest from as far back as the
 * plots go. While Kafka is away the board says so, and what was missed is read afterwards. A record whose schema cannot be had now
 * holds its partition; only states do not wait for those before them, as one of them tells what holds up everything else.
 */
final class Feed implements Loop.Step {
    private static final Logger log = LoggerFactory.getLogger(Feed.class);
    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration ANSWER = Duration.ofSeconds(15);

    private final KafkaSettings kafka;
    private final Topics topics;
    private final Board board;
    private final ClockWatch clock;
    private final Runnable told;
    private final RecordSerde<Change> changes;
    private final RecordSerde<Batch> batches;
    private final RecordSerde<Result> results;
    private final RecordSerde<DeadLetter> deadLetters;
    private final RecordSerde<Status> states;
    private final Backoff backoff = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(10), 0.3);
    private final Outage outage = new Outage();
    private final CountDownLatch stopped = new CountDownLatch(1);
    /** What was read, so that a consumer that is made anew goes on. */
    private final Map<TopicPartition, Long> next = new HashMap<>();

    /** States whose schema could not be had, by component. */
    private final Map<String, ConsumerRecord<byte[], byte[]>> late = new LinkedHashMap<>();
    /** Where reading stays, before records whose schema could not be had. */
    private final Map<TopicPartition, ConsumerRecord<byte[], byte[]>> halted = new HashMap<>();
    /** Why. */
    private String held = "";

    private long tryAtNanos;

    private volatile @Nullable Consumer<byte[], byte[]> consumer;

    /**
     * A feed of one deployment.
     *
     * @param told called in the loop's thread after the board may have changed; must not block
     */
    Feed(KafkaSettings kafka, WireFormat format, Board board, ClockWatch clock, Runnable told) {
        this.kafka = kafka;
        this.topics = new Topics(kafka.topicPrefix());
        this.board = board;
        this.clock = clock;
        this.told = told;
        this.changes = format.serde(Change.class);
        this.batches = format.serde(Batch.class);
        this.results = format.serde(Result.class);
        this.deadLetters = format.serde(DeadLetter.class);
        this.states = format.serde(Status.class);
    }

    @Override
    public void run() throws InterruptedException {
        try {
            Consumer<byte[], byte[]> known = consumer;
            Consumer<byte[], byte[]> reading = known == null ? open() : known;
            if (isHeld() && System.nanoTime() - tryAtNanos >= 0) {
                tryAgain(reading);
            }
            take(reading, reading.poll(POLL));
            board.trouble(isHeld() ? held : "");
            board.sample(Instant.now());
            if (!isHeld()) {
                backoff.reset();
                outage.end().ifPresent(lasted -> log.info("console reads again: awaySeconds={}", lasted.toSeconds()));
            }
        } catch (WakeupException e) {
            // To stop; or the clock was set back, and this consumer would wait by it.
            end();
        } catch (KafkaException e) {
            pause("Kafka at " + kafka.bootstrapServers() + " is not read: " + Refusal.explain(e, AclOperation.READ));
        } catch (WeirException e) {
            pause(String.valueOf(e.getMessage()));
        }
        told.run();
    }

    private boolean isHeld() {
        return !late.isEmpty() || !halted.isEmpty();
    }

    private void take(Consumer<byte[], byte[]> reading, ConsumerRecords<byte[], byte[]> records) {
        for (TopicPartition partition : records.partitions()) {
            for (ConsumerRecord<byte[], byte[]> each : records.records(partition)) {
                if (!take(reading, partition, each)) {
                    break;
                }
            }
        }
    }

    /** Whether reading goes on behind the record. */
    private boolean take(
            Consumer<byte[], byte[]> reading, TopicPartition partition, ConsumerRecord<byte[], byte[]> record) {
        try {
            take(record);
        } catch (WeirException e) {
            hold(String.valueOf(e.getMessage()));
            if (!record.topic().equals(topics.status().name())) {
                halted.put(partition, record);
                reading.seek(partition, record.offset());
                reading.pause(List.of(partition));
                return false;
            }
            late.put(text(record.key()), record);
        }
        next.put(partition, record.offset() + 1);
        return true;
    }

    private void hold(String why) {
        if (!isHeld()) {
            tryAtNanos = System.nanoTime() + backoff.next().toNanos();
        }
        held = why;
        complain(why);
    }

    private void tryAgain(Consumer<byte[], byte[]> reading) {
        tryAtNanos = System.nanoTime() + backoff.next().toNanos();
        for (ConsumerRecord<byte[], byte[]> each : List.copyOf(late.values())) {
            try {
                take(each);
                late.remove(text(each.key()));
            } catch (WeirException e) {
                hold(String.valueOf(e.getMessage()));
            }
        }
        Map.copyOf(halted).forEach((partition, each) -> {
            if (take(reading, partition, each)) {
                halted.remove(partition);
                reading.seek(partition, each.offset() + 1);
                reading.resume(List.of(partition));
            }
        });
    }

    private void pause(String why) throws InterruptedException {
        Duration wait = backoff.next();
        complain(why);
        board.trouble(why);
        end();
        stopped.await(wait.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void complain(String why) {
        if (outage.isNews(why)) {
            log.warn("console cannot read, trying again: cause=\"{}\"", why);
        }
    }

    private Consumer<byte[], byte[]> open() {
        Consumer<byte[], byte[]> opened = new WakingConsumer(
                kafka.reader("weir-console", "earliest", Map.of(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int)
                        ANSWER.toMillis())),
                clock);
        consumer = opened;
        if (stopped.getCount() == 0) {
            // Asked to stop before there was anything to wake up.
            opened.wakeup();
        }
        List<TopicPartition> whole = partitions(opened, List.of(topics.status(), topics.deadLetters()));
        List<TopicPartition> recent = partitions(opened, List.of(topics.changes(), topics.batches(), topics.results()));
        List<TopicPartition> all = new ArrayList<>(whole);
        all.addAll(recent);
        opened.assign(all);
        opened.seekToBeginning(whole);
        seekBack(opened, recent);
        next.forEach((partition, offset) -> {
            if (all.contains(partition)) {
                opened.seek(partition, offset);
            }
        });
        return opened;
    }

    private static List<TopicPartition> partitions(Consumer<byte[], byte[]> of, List<Topics.Topic> wanted) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (Topics.Topic each : wanted) {
            for (PartitionInfo info : of.partitionsFor(each.name())) {
                partitions.add(new TopicPartition(info.topic(), info.partition()));
            }
        }
        return partitions;
    }

    private static void seekBack(Consumer<byte[], byte[]> reading, List<TopicPartition> recent) {
        long since = System.currentTimeMillis() - TimeUnit.SECONDS.toMillis(Series.SECONDS);
        Map<TopicPartition, Long> from = new HashMap<>();
        recent.forEach(each -> from.put(each, since));
        reading.offsetsForTimes(from).forEach((partition, found) -> seek(reading, partition, found));
    }

    private static void seek(
            Consumer<byte[], byte[]> reading, TopicPartition partition, @Nullable OffsetAndTimestamp found) {
        if (found == null) {
            reading.seekToEnd(List.of(partition));
        } else {
            reading.seek(partition, found.offset());
        }
    }

    private void take(ConsumerRecord<byte[], byte[]> entry) {
        try {
            decode(entry);
        } catch (SerializationException e) {
            board.unreadable(
                    entry.topic() + " " + entry.partition() + "/" + entry.offset(),
                    String.valueOf(e.getMessage()),
                    Instant.ofEpochMilli(entry.timestamp()));
        }
    }

    private void decode(ConsumerRecord<byte[], byte[]> entry) {
        Instant at = Instant.ofEpochMilli(entry.timestamp());
        byte[] value = entry.value();
        String topic = entry.topic();
        if (topic.equals(topics.status().name())) {
            String key = text(entry.key());
            if (!StatusKey.isClaim(key)) {
                Status state = value == null ? null : states.decode(value);
                late.remove(key);
                board.status(key, state);
            }
        } else if (topic.equals(topics.deadLetters().name())) {
            byte[] key = entry.key() == null ? new byte[0] : entry.key();
            board.deadLetter(DeadLetterKey.decode(key), value == null ? null : deadLetters.decode(value), at);
        } else if (value == null) {
            board.unreadable(topic, "a record without a value", at);
        } else if (topic.equals(topics.changes().name())) {
            board.change(changes.decode(value), at);
        } else if (topic.equals(topics.batches().name())) {
            board.batch(batches.decode(value), at);
        } else {
            board.result(results.decode(value), at);
        }
    }

    private static String text(byte @Nullable [] key) {
        return key == null ? "" : new String(key, StandardCharsets.UTF_8);
    }

    private void end() {
        Consumer<byte[], byte[]> ended = consumer;
        consumer = null;
        // The next one begins there.
        halted.clear();
        if (ended != null) {
            ended.close();
        }
    }

    @Override
    public void wakeUp() {
        stopped.countDown();
        Consumer<byte[], byte[]> reading = consumer;
        if (reading != null) {
            reading.wakeup();
        }
    }

    @Override
    public void finish() {
        end();
    }
}
