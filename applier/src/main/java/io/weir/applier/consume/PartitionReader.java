package io.weir.applier.consume;

import io.weir.service.Backoff;
import io.weir.service.Outage;
import io.weir.service.Refusal;
import io.weir.service.registry.RegistryUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the one partition of a topic beside the replication, which trouble with that topic never stops: it is told and tried
 * again. A record whose schema cannot be had now is read again. Confined to one thread, but for {@link #wakeUp}.
 */
final class PartitionReader {
    private static final Logger log = LoggerFactory.getLogger(PartitionReader.class);
    private static final Duration POLL = Duration.ofMillis(500);

    private final TopicPartition partition;
    private final Consumer<byte[], byte[]> consumer;
    private final Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(5), 0.3);
    private final Outage outage = new Outage();
    private final CountDownLatch stopped = new CountDownLatch(1);

    /** What is done with a record; throws RegistryUnavailableException when that must wait. */
    @FunctionalInterface
    interface Sink {
        void take(ConsumerRecord<byte[], byte[]> entry);
    }

    /** Assigns the topic's partition to the consumer. */
    PartitionReader(String topic, Consumer<byte[], byte[]> consumer) {
        this.partition = new TopicPartition(topic, 0);
        this.consumer = consumer;
        consumer.assign(List.of(partition));
    }

    TopicPartition partition() {
        return partition;
    }

    /** Takes what has come; before a record that cannot be read yet reading stays. */
    void poll(Sink sink) {
        for (ConsumerRecord<byte[], byte[]> each : consumer.poll(POLL)) {
            try {
                sink.take(each);
            } catch (RegistryUnavailableException e) {
                consumer.seek(partition, each.offset());
                throw e;
            }
        }
    }

    /**
     * One step of a loop: takes what has come, then does the rest.
     *
     * @param vain what cannot be read when this fails, for people
     */
    void step(String vain, Sink sink, Runnable then) throws InterruptedException {
        try {
            poll(sink);
            then.run();
            backoff.reset();
            outage.end()
                    .ifPresent(lasted -> log.info(
                            "{} can be read again: topic={} awaySeconds={}",
                            vain,
                            partition.topic(),
                            lasted.toSeconds()));
        } catch (WakeupException e) {
            log.debug("woken up to stop: topic={}", partition.topic());
        } catch (KafkaException e) {
            Duration wait = backoff.next();
            String cause = Refusal.explain(e, AclOperation.READ);
            if (outage.isNews(cause)) {
                log.warn(
                        "{} cannot be read, trying again: topic={} retryMillis={} cause={}",
                        vain,
                        partition.topic(),
                        wait.toMillis(),
                        cause);
            }
            stopped.await(wait.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** From the closing thread: ends a wait. */
    void wakeUp() {
        stopped.countDown();
        consumer.wakeup();
    }
}
