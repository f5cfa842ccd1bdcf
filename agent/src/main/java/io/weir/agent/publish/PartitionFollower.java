package io.weir.agent.publish;

import io.micrometer.core.instrument.MeterRegistry;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.Loop;
import io.weir.service.MeteredConsumer;
import io.weir.service.Outage;
import io.weir.service.Refusal;
import io.weir.service.Unresolved;
import io.weir.service.WeirException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a topic of one partition as it grows, in no group, and goes on for ever: trouble with Kafka is told and tried again. The
 * steps are confined to one thread.
 */
final class PartitionFollower implements Loop.Step {
    private static final Logger log = LoggerFactory.getLogger(PartitionFollower.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final long RETRY_MILLIS = 1_000;
    private static final long OPEN_MILLIS = 5_000;

    /**
     * What is read.
     *
     * @param client how it is named to Kafka
     * @param from {@code earliest} or {@code latest}: where reading begins
     * @param vain what cannot be done while it is not read, for people
     */
    record Plan(TopicPartition partition, String client, String from, String vain) {}

    private final KafkaSettings kafka;
    private final Plan plan;
    private final MeterRegistry metrics;
    private final java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> sink;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile @Nullable Consumer<byte[], byte[]> consumer;
    private volatile boolean isToRenew;
    private final Outage outage = new Outage();
    /** Where reading goes on; negative before anything was read. */
    private long next = -1;

    /** A follower; a record of which the sink throws a KafkaException is given to it again. */
    PartitionFollower(
            KafkaSettings kafka,
            Plan plan,
            MeterRegistry metrics,
            java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> sink) {
        this.kafka = kafka;
        this.plan = plan;
        this.metrics = metrics;
        this.sink = sink;
    }

    private Consumer<byte[], byte[]> consumer() {
        Consumer<byte[], byte[]> open = consumer;
        if (open == null) {
            // Not before: while the network is away the names of the brokers cannot be resolved.
            open = new MeteredConsumer(kafka.reader(plan.client(), plan.from(), Map.of()), metrics);
            open.assign(List.of(plan.partition()));
            if (next >= 0) {
                open.seek(plan.partition(), next);
            }
            consumer = open;
        }
        return open;
    }

    @Override
    public void run() throws InterruptedException {
        try {
            if (isToRenew) {
                isToRenew = false;
                drop();
            }
            for (ConsumerRecord<byte[], byte[]> record : consumer().poll(POLL)) {
                take(record);
            }
            outage.end()
                    .ifPresent(lasted -> log.info(
                            "topic is read again: topic={} awaySeconds={}",
                            plan.partition().topic(),
                            lasted.toSeconds()));
        } catch (WakeupException e) {
            log.debug("Reading ends, or begins anew: topic={}", plan.partition().topic());
        } catch (KafkaException e) {
            if (consumer == null && !Unresolved.is(e)) {
                Throwable cause = e.getCause() == null ? e : e.getCause();
                throw new WeirException(
                        ExitCode.SETTINGS,
                        "open a consumer for topic " + plan.partition().topic() + ": " + cause.getMessage()
                                + "; check the kafka settings",
                        e);
            }
            String cause = Refusal.explain(e.getCause() == null ? e : e.getCause(), AclOperation.READ);
            if (outage.isNews(cause)) {
                log.warn("{}, tried again: cause={}", plan.vain(), cause);
            }
            stopping.await(consumer == null ? OPEN_MILLIS : RETRY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        try {
            sink.accept(record);
            next = record.offset() + 1;
        } catch (KafkaException e) {
            consumer().seek(plan.partition(), record.offset());
            throw e;
        }
    }

    /** Reads on with another consumer. In any thread. */
    void renew() {
        isToRenew = true;
        wakeConsumer();
    }

    @Override
    public void wakeUp() {
        stopping.countDown();
        wakeConsumer();
    }

    private void wakeConsumer() {
        Consumer<byte[], byte[]> open = consumer;
        if (open != null) {
            open.wakeup();
        }
    }

    /** The next step opens another; how this one ends is of no interest to it. */
    private void drop() {
        try {
            finish();
        } catch (KafkaException e) {
            log.debug("a consumer that is replaced did not end well", e);
        } finally {
            consumer = null;
        }
    }

    @Override
    public void finish() {
        Consumer<byte[], byte[]> open = consumer;
        if (open != null) {
            open.close(CloseOptions.timeout(Duration.ofSeconds(1)));
        }
    }
}
