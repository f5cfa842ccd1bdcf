package io.weir.aggregator;

import io.weir.service.ClusterWatch;
import io.weir.service.RenewingProducer;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The clients of Kafka Streams: its own but for the producers. When Kafka refuses the id of a producer, Kafka Streams takes it for a
 * sign that another instance has the task, which it never is without transactions; it joins its group again with the same producer,
 * without end. Here it is a failure of the thread, whose successor has another producer. Thread-safe.
 */
final class StreamsClients implements KafkaClientSupplier {
    /** A record was not written because its producer can go no further; a thread with another one takes over. */
    static final class EndedProducerException extends KafkaException {
        private static final long serialVersionUID = 1L;

        EndedProducerException(Throwable cause) {
            super("a producer came to its end: " + cause.getMessage(), cause);
        }

        /** Whether this is behind a failure. */
        static boolean isBehind(Throwable failure) {
            for (Throwable at = failure; at != null; at = at.getCause()) {
                if (at instanceof EndedProducerException) {
                    return true;
                }
            }
            return false;
        }
    }

    private static final class EndingProducer extends KafkaProducer<byte[], byte[]> {
        private volatile boolean isElsewhere;

        EndingProducer(Map<String, Object> config, ClusterWatch<byte[]> watch) {
            super(config, new ByteArraySerializer(), watch);
        }

        /** What is under way fails, and so does what follows. */
        void end() {
            isElsewhere = true;
            super.close(Duration.ZERO);
        }

        @Override
        public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
            if (isElsewhere) {
                throw new EndedProducerException(
                        new IllegalStateException("Kafka is another one than before, or the clock was set back"));
            }
            return super.send(record, (metadata, failure) -> callback.onCompletion(metadata, told(failure)));
        }

        private Exception told(Exception failure) {
            boolean isEnd = failure != null && (isElsewhere || RenewingProducer.isRefusedId(failure));
            return isEnd ? new EndedProducerException(failure) : failure;
        }
    }

    private final AtomicInteger ended = new AtomicInteger();
    private final Set<Consumer<?, ?>> consumers = weakSet();
    private final Set<EndingProducer> producers = weakSet();
    private volatile @Nullable Admin admin;

    /** What nobody else holds any more goes by itself. */
    private static <T> Set<T> weakSet() {
        return Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));
    }

    /** Whether a producer met another Kafka than before, so that a failure of its thread is owed; each is told once. */
    boolean takeEnded() {
        return ended.getAndUpdate(count -> Math.max(0, count - 1)) > 0;
    }

    /** Makes all fail that waits for Kafka or would, for a run that is being closed. */
    void end() {
        List.copyOf(consumers).forEach(Consumer::wakeup);
        List.copyOf(producers).forEach(EndingProducer::end);
        Admin open = admin;
        if (open != null) {
            open.close(Duration.ZERO);
        }
    }

    @Override
    public Admin getAdmin(Map<String, Object> config) {
        Admin created = Admin.create(config);
        admin = created;
        return created;
    }

    @Override
    public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
        ClusterWatch<byte[]> watch = new ClusterWatch<>(new ByteArraySerializer());
        EndingProducer producer = new EndingProducer(config, watch);
        producers.add(producer);
        watch.onChange(() -> {
            ended.incrementAndGet();
            producer.end();
        });
        return producer;
    }

    @Override
    public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
        Consumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumers.add(consumer);
        return consumer;
    }

    @Override
    public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
        return getConsumer(config);
    }

    @Override
    public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
        return getConsumer(config);
    }
}
