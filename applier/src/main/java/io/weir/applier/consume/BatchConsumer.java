package io.weir.applier.consume;

import io.micrometer.core.instrument.MeterRegistry;
import io.weir.applier.position.StartPlan;
import io.weir.service.Backoff;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.Loop;
import io.weir.service.MeteredConsumer;
import io.weir.service.Outage;
import io.weir.service.Refusal;
import io.weir.service.WeirException;
import io.weir.service.registry.RegistryUnavailableException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads {@code weir.batches} for one replica: the only thread that touches the consumer. It polls while jobs run, so a long
 * pull never costs the membership; the offset it commits is what the position keeper has on disk.
 */
final class BatchConsumer implements Loop.Step, ConsumerRebalanceListener {
    private static final Logger log = LoggerFactory.getLogger(BatchConsumer.class);

    /** How long an empty poll takes: also how late a retry may start. Records end it at once. */
    private static final Duration POLL = Duration.ofMillis(100);

    private static final Duration CLOSE = Duration.ofSeconds(5);
    /** How long Kafka may take to say which topic that is, and where its partitions begin and end. */
    static final Duration ANSWER = Duration.ofSeconds(15);

    private final String topic;
    private final Identity identity;
    private final Consumer<byte[], byte[]> consumer;
    private final BatchReader reader;
    private final Replication replication;
    private final PositionKeeper positions;
    private final Stopper stopper;
    private final Backoff backoff = new Backoff(RetryPolicy.INITIAL, RetryPolicy.MAX, 0.3);
    private Map<Integer, Long> committed = Map.of();
    private boolean paused;
    /** Of the topic that the offsets are of. */
    private String topicId = "";
    /** Whether the topic was not there when last looked at. */
    private boolean gone;
    /** Whether the positions were read and written; nothing is read before. */
    private boolean begun;

    private long beginAtNanos;
    private final CountDownLatch stopping = new CountDownLatch(1);
    /** What waits for the schema registry. */
    private final Stays stays = new Stays();

    private final Outage holds = new Outage();
    private final Outage commits = new Outage();

    /** Kafka's id of the topic, which tells one that was made again from the one before. */
    interface Identity {
        /** Instead of an id, from {@link #look}. */
        String GONE = "";

        /**
         * The id now; waits for the answer.
         *
         * @throws WeirException UNAVAILABLE when there is no such topic, or no answer
         */
        String ask();

        /** What was learned in the background since the last call: an id or {@link #GONE}; null for nothing new. */
        @Nullable
        String look();
    }

    /** What ends the work under way, in the poll thread, before the last position is written. */
    @FunctionalInterface
    interface Stopper {
        void stop() throws InterruptedException;
    }

    BatchConsumer(
            String topic,
            Identity identity,
            Consumer<byte[], byte[]> consumer,
            BatchReader reader,
            Replication replication,
            PositionKeeper positions,
            Stopper stopper) {
        this.topic = topic;
        this.identity = identity;
        this.consumer = consumer;
        this.reader = reader;
        this.replication = replication;
        this.positions = positions;
        this.stopper = stopper;
    }

    /** The consumer of a replica's group. */
    static Consumer<byte[], byte[]> connect(KafkaSettings kafka, String group, String replica, MeterRegistry metrics) {
        Map<String, Object> ours = reading(replica);
        ours.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        ours.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, replica);
        return new MeteredConsumer(kafka.consumer(ours), metrics);
    }

    /** The settings of one that only reads, tuned for latency: a fetch is answered by the first record. */
    static Map<String, Object> reading(String replica) {
        Map<String, Object> ours = new HashMap<>();
        ours.put(ConsumerConfig.CLIENT_ID_CONFIG, "weir-applier-" + replica);
        ours.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        ours.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        ours.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        ours.put(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, 1);
        ours.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 250);
        ours.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 200);
        return ours;
    }

    /** Joins the group. In any thread, before the first step. */
    void subscribe() {
        consumer.subscribe(List.of(topic), this);
    }

    @Override
    public void run() throws Exception {
        try {
            accept(consumer.poll(POLL));
            lookAtTopic();
            if (!begun && !consumer.assignment().isEmpty() && System.nanoTime() - beginAtNanos >= 0) {
                tryBegin(consumer.assignment());
            }
        } catch (InvalidOffsetException e) {
            outOfRange(e.partitions());
        } catch (WakeupException e) {
            log.debug("woken up to stop: topic={}", topic);
        } catch (FencedInstanceIdException e) {
            throw new WeirException(
                    ExitCode.CONFLICT,
                    "read " + topic
                            + ": another applier runs with this replica's name; give every replica a name of its own",
                    e);
        } catch (AuthorizationException e) {
            // It may be granted any time; until then every poll is refused, some at once.
            if (System.nanoTime() - beginAtNanos >= 0) {
                hold(consumer.assignment(), refused(e));
            }
            stopping.await(POLL.toMillis(), TimeUnit.MILLISECONDS);
        } catch (KafkaException e) {
            if (e.getCause() instanceof WeirException weir) {
                throw weir;
            }
            throw e;
        }
        replication.tick();
        if (begun) {
            pauseOrResume();
            tellUnread();
            commit();
        }
    }

    /** What the consumer knows by itself, as of its last fetch: nobody is asked. */
    private void tellUnread() {
        Map<Integer, Long> unread = new HashMap<>();
        consumer.assignment()
                .forEach(each -> consumer.currentLag(each).ifPresent(records -> unread.put(each.partition(), records)));
        replication.unread(unread);
    }

    private void accept(ConsumerRecords<byte[], byte[]> records) {
        for (TopicPartition partition : records.partitions()) {
            for (ConsumerRecord<byte[], byte[]> record : records.records(partition)) {
                Reading reading;
                try {
                    reading = reader.read(record);
                } catch (RegistryUnavailableException e) {
                    stay(partition, record, e);
                    break;
                }
                replication.accept(reading);
                backoff.reset();
                if (stays.end(partition)) {
                    log.info("batches can be read again: topic={} partition={}", topic, partition.partition());
                    tellHold();
                }
            }
        }
    }

    /** Nobody knows the record's schema now: it is read again, with all that follow it in its partition. */
    private void stay(TopicPartition partition, ConsumerRecord<byte[], byte[]> at, RegistryUnavailableException cause) {
        String reason = "read batch: topic=" + topic + " partition=" + at.partition() + " offset=" + at.offset() + ": "
                + cause.getMessage();
        if (stays.begin(partition, reason)) {
            log.warn("reading is held: {}", reason);
        }
        tellHold();
        consumer.seek(partition, at.offset());
        consumer.pause(List.of(partition));
    }

    /** Reading moves in these partitions: the records that they stayed before are none to wait for any more. */
    private void moved(Collection<TopicPartition> partitions) {
        boolean hasStayed = false;
        for (TopicPartition each : partitions) {
            hasStayed |= stays.end(each);
        }
        if (hasStayed) {
            tellHold();
        }
    }

    /** What holds reading after it has begun, if anything does. */
    private void tellHold() {
        replication.hold(
                gone
                        ? "topic " + topic
                                + " is gone; make it again with `weir topics create`: a baseline of every source"
                                + " follows by itself"
                        : stays.reason());
    }

    private void lookAtTopic() {
        String now = identity.look();
        if (now == null || !begun) {
            return;
        }
        if (now.equals(Identity.GONE)) {
            gone = true;
            tellHold();
        } else if (!now.equals(topicId)) {
            log.warn("the topic was made again, baselines follow: topic={} id={} before={}", topic, now, topicId);
            begun = false;
        } else if (gone) {
            gone = false;
            tellHold();
        }
    }

    private void pauseOrResume() {
        boolean full = replication.isFull(paused);
        if (full != paused) {
            log.info("reading {}: topic={}", full ? "pauses until half is done" : "resumes", topic);
            paused = full;
        }
        if (paused) {
            consumer.pause(consumer.assignment());
        } else if (!consumer.paused().isEmpty()) {
            consumer.resume(consumer.paused().stream()
                    .filter(each -> !stays.isResting(each))
                    .toList());
        }
    }

    private void commit() {
        Map<Integer, Long> durable = positions.durable();
        if (durable.isEmpty() || durable.equals(committed)) {
            return;
        }
        committed = durable;
        // Not waited for: a commit that fails is followed by the next, and a start takes the older one anyway.
        consumer.commitAsync(offsets(durable), (offsets, failure) -> {
            if (failure == null) {
                commits.end()
                        .ifPresent(lasted ->
                                log.info("commits work again: topic={} awaySeconds={}", topic, lasted.toSeconds()));
                return;
            }
            String cause = Refusal.explain(failure, AclOperation.READ);
            if (commits.isNews(cause)) {
                log.warn("commit failed, the next one follows: topic={} cause={}", topic, cause);
            }
            committed = Map.of();
        });
    }

    private Map<TopicPartition, OffsetAndMetadata> offsets(Map<Integer, Long> byPartition) {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        byPartition.forEach((partition, offset) ->
                offsets.put(new TopicPartition(topic, partition), new OffsetAndMetadata(offset)));
        return offsets;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        if (partitions.isEmpty()) {
            return;
        }
        try {
            List<PartitionInfo> all = consumer.partitionsFor(topic, ANSWER);
            if (all != null && partitions.size() < all.size()) {
                throw new WeirException(
                        ExitCode.CONFLICT,
                        "read " + topic + ": only " + partitions.size() + " of " + all.size()
                                + " partitions are ours: something else reads in this replica's group; stop it");
            }
            if (begun && !identity.ask().equals(topicId)) {
                log.warn("the topic was made again, baselines follow: topic={} before={}", topic, topicId);
                begun = false;
            }
        } catch (TimeoutException e) {
            hold(partitions, unavailable(e));
            return;
        } catch (WeirException e) {
            hold(partitions, e);
            return;
        }
        if (begun && partitions.stream().anyMatch(p -> replication.nextToRead(p.partition()) < 0)) {
            // Sources may have moved to it, and where they stood in the others says nothing: the plan knows.
            log.warn("the topic has more partitions, baselines follow: topic={} partitions={}", topic, partitions);
            begun = false;
        }
        if (begun) {
            partitions.forEach(p -> consumer.seek(p, replication.nextToRead(p.partition())));
            moved(partitions);
        } else {
            tryBegin(partitions);
        }
    }

    private WeirException refused(AuthorizationException cause) {
        return new WeirException(
                ExitCode.UNAVAILABLE, "read " + topic + ": " + Refusal.explain(cause, AclOperation.READ), cause);
    }

    private WeirException unavailable(KafkaException cause) {
        return new WeirException(
                ExitCode.UNAVAILABLE,
                "look up where " + topic + " begins and ends: " + cause + "; check Kafka and the topic",
                cause);
    }

    /** Without a position that is written nothing is read; a disk that refuses it now may take it later. */
    private void tryBegin(Collection<TopicPartition> partitions) {
        try {
            begin(partitions);
        } catch (WakeupException | InterruptException | FencedInstanceIdException e) {
            throw e;
        } catch (AuthorizationException e) {
            hold(partitions, refused(e));
            return;
        } catch (KafkaException e) {
            hold(partitions, unavailable(e));
            return;
        } catch (WeirException e) {
            hold(partitions, e);
            return;
        }
        begun = true;
        holds.end()
                .ifPresent(lasted -> log.info("reading goes on: topic={} heldSeconds={}", topic, lasted.toSeconds()));
        gone = false;
        moved(partitions);
        tellHold();
        partitions.forEach(p -> consumer.seek(p, replication.nextToRead(p.partition())));
        consumer.resume(partitions);
    }

    private void hold(Collection<TopicPartition> partitions, WeirException cause) {
        if (cause.exitCode() != ExitCode.UNAVAILABLE) {
            throw cause;
        }
        begun = false;
        Duration wait = backoff.next();
        beginAtNanos = System.nanoTime() + wait.toNanos();
        moved(partitions);
        replication.hold(cause.getMessage());
        if (holds.isNews(String.valueOf(cause.getMessage()))) {
            log.warn("reading is held: topic={} retryMillis={} cause={}", topic, wait.toMillis(), cause.getMessage());
        }
        // A poll asks for a place to read from even when it may not read.
        consumer.pause(partitions);
        partitions.forEach(p -> consumer.seek(p, Math.max(0, replication.nextToRead(p.partition()))));
    }

    private void begin(Collection<TopicPartition> partitions) {
        Set<TopicPartition> set = new HashSet<>(partitions);
        topicId = identity.ask();
        Map<Integer, Long> groups = new TreeMap<>();
        consumer.committed(set, ANSWER).forEach((partition, offset) -> {
            if (offset != null) {
                groups.put(partition.partition(), offset.offset());
            }
        });
        Map<Integer, Long> ends = byNumber(consumer.endOffsets(set, ANSWER));
        StartPlan plan = positions.begin(
                new StartPlan.Stream(topicId, byNumber(consumer.beginningOffsets(set, ANSWER)), ends, groups));
        replication.mayBeApplied(ends);
        log.info("reading starts: topic={} offsets={} baselines={}", topic, plan.offsets(), plan.baselines());
    }

    private static Map<Integer, Long> byNumber(Map<TopicPartition, Long> offsets) {
        Map<Integer, Long> byNumber = new TreeMap<>();
        offsets.forEach((partition, offset) -> byNumber.put(partition.partition(), offset));
        return byNumber;
    }

    /** Batches that were not read yet are gone: every source is made equal as a whole, and reading goes on from the end. */
    private void outOfRange(Set<TopicPartition> lost) {
        try {
            if (!begun || !identity.ask().equals(topicId)) {
                begun = false;
                tryBegin(consumer.assignment());
                return;
            }
            Map<Integer, Long> ends = byNumber(consumer.endOffsets(lost, ANSWER));
            Map<Integer, Long> offsets = new TreeMap<>(replication.finished());
            offsets.putAll(ends);
            Map<String, String> baselines = new TreeMap<>();
            for (String source : reader.sources()) {
                baselines.put(source, StartPlan.GAP + "batches that were not read are gone: " + lost);
            }
            log.warn("offset out of range, baselines follow: partitions={} offsets={}", lost, offsets);
            positions.restart(new StartPlan(offsets, baselines), ends);
            lost.forEach(p -> consumer.seek(p, ends.getOrDefault(p.partition(), 0L)));
            moved(lost);
        } catch (TimeoutException e) {
            hold(consumer.assignment(), unavailable(e));
        } catch (WeirException e) {
            hold(consumer.assignment(), e);
        }
    }

    /** The assignment comes back, or the applier stops: what is under way goes on, since replay is harmless. */
    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        log.info("partitions revoked: topic={} partitions={}", topic, partitions.size());
    }

    @Override
    public void finish() throws Exception {
        try {
            stopper.stop();
            saveAtEnd();
            Map<Integer, Long> durable = positions.durable();
            if (!durable.isEmpty()) {
                commitAtEnd(durable);
            }
        } finally {
            consumer.close(CloseOptions.timeout(CLOSE));
        }
    }

    private void saveAtEnd() {
        try {
            positions.save();
        } catch (WeirException e) {
            log.warn("last position not written, the one before stands: topic={} cause={}", topic, e.getMessage());
        }
    }

    private void commitAtEnd(Map<Integer, Long> durable) {
        try {
            consumer.commitSync(offsets(durable), CLOSE);
        } catch (WakeupException e) {
            // The wake-up that ended the last poll can arrive here; it is used up now.
            consumer.commitSync(offsets(durable), CLOSE);
        } catch (KafkaException e) {
            log.warn("last commit failed; the position files stand: topic={} cause={}", topic, e.toString());
        }
    }

    @Override
    public void wakeUp() {
        stopping.countDown();
        consumer.wakeup();
    }
}
