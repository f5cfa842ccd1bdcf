package io.weir.service;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An idempotent producer that is made anew when it can go no further: when Kafka refuses its id, as brokers that lost everything
 * do without end, when Kafka did not let its user in, when nothing but failures came of it for a minute, when Kafka is another one than
 * before, and when its owner says so. (A refusal of the user can cost a producer the request for its id, which it never makes
 * again: seen with kafka-clients 4.3.1, all that it takes then expires.)
 *
 * <p>Nothing is sent again here: each record that the old producer did not bring through is told to have failed, and its owner
 * sends it, or something newer, once more. The old one takes nothing from the moment on at which the next one is opened, so
 * records keep the order in which they were sent. Only what was on its way then may still be written, later than all that, although
 * it was told to have failed: owners that need the newest record of a key to win send it again after a failure.
 *
 * <p>Thread-safe; no lock is held while Kafka is waited for, or while anybody is told. Failures are told and never thrown, but by
 * {@link #open}.
 */
public final class RenewingProducer<K, V> {
    private static final Logger log = LoggerFactory.getLogger(RenewingProducer.class);
    private static final Duration FIRST_WAIT = Duration.ofMillis(200);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);
    private static final Duration BARREN = Duration.ofMinutes(1);

    private final String name;
    private final Opener<K, V> opener;
    private final Backoff backoff;
    private final long barrenNanos;
    private final Outage outage = new Outage();
    private @Nullable Life<K, V> current; // guarded by this
    private boolean closed; // guarded by this
    private @Nullable Exception failure; // guarded by this
    private long notBefore; // guarded by this

    /** Makes producers; {@code onOtherKafka} is run when one finds that Kafka is another one. */
    @FunctionalInterface
    interface Opener<K, V> {
        Producer<K, V> open(Runnable onOtherKafka);
    }

    private static final class Life<K, V> {
        private volatile @Nullable Producer<K, V> producer;
        private boolean isOver; // guarded by the RenewingProducer
        private volatile boolean isProven;
        private volatile boolean isFailing;
        private volatile long failingSince;

        void close(Duration patience) {
            Producer<K, V> open = producer;
            if (open != null) {
                open.close(patience);
            }
        }
    }

    /** A producer with these settings, whose metrics are shown; it is opened by {@link #open}, or with the first record. */
    public RenewingProducer(
            String name, Map<String, Object> config, Serializer<K> keys, Serializer<V> values, MeterRegistry metrics) {
        this(
                name,
                onOtherKafka -> {
                    ClusterWatch<V> watch = new ClusterWatch<>(values);
                    Producer<K, V> opened = new MeteredProducer<>(config, keys, watch, metrics);
                    watch.onChange(onOtherKafka);
                    return opened;
                },
                new Backoff(FIRST_WAIT, LONGEST_WAIT, 0.3),
                BARREN);
    }

    RenewingProducer(String name, Opener<K, V> opener, Backoff backoff, Duration barren) {
        this.name = name;
        this.opener = opener;
        this.backoff = backoff;
        this.barrenNanos = barren.toNanos();
    }

    /** Whether a producer that failed like this fails with all that follows too, and a new one need not. */
    public static boolean isEnd(Throwable failure) {
        boolean isEnd = failure.getClass().equals(KafkaException.class);
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof AuthorizationException) {
                return false;
            }
            isEnd |= isRefusedId(at) || at instanceof AuthenticationException;
        }
        return isEnd;
    }

    /** Whether Kafka refused the id of a producer, which it does for ever. */
    public static boolean isRefusedId(Throwable failure) {
        // An UnknownProducerIdException is an OutOfOrderSequenceException.
        return failure instanceof ProducerFencedException
                || failure instanceof InvalidProducerEpochException
                || failure instanceof OutOfOrderSequenceException;
    }

    /**
     * Opens the producer unless it is open.
     *
     * @throws KafkaException when it cannot be made, and for a while after that
     */
    public void open() {
        Life<K, V> unused = life();
    }

    private synchronized Life<K, V> life() {
        if (closed) {
            throw new IllegalStateException("producer " + name + " is closed");
        }
        Life<K, V> open = current;
        if (open != null) {
            return open;
        }
        Exception before = failure;
        if (before != null && System.nanoTime() - notBefore < 0) {
            throw new KafkaException("producer " + name + " failed, a new one is made soon: " + before, before);
        }
        Life<K, V> life = new Life<>();
        try {
            life.producer = opener.open(() -> end(life, new KafkaException("Kafka is another one than before")));
        } catch (KafkaException e) {
            failure = e;
            notBefore = System.nanoTime() + backoff.next().toNanos();
            throw e;
        }
        current = life;
        return life;
    }

    /**
     * Sends a record. May block as long as the producer may.
     *
     * @param done told once what became of the record, perhaps before this returns; must not block. After an interrupt it is
     *     told an {@link org.apache.kafka.common.errors.InterruptException}, and the flag is set
     */
    public void send(ProducerRecord<K, V> record, Callback done) {
        Life<K, V> life = null;
        try {
            life = life();
            send(life, record, done);
        } catch (KafkaException | IllegalStateException e) {
            if (life != null) {
                failed(life, e);
            }
            done.onCompletion(null, e);
        }
    }

    /** Ends the producer in use, if there is one: what is on its way is told to have failed, and the next record opens another. */
    public void renew(String reason) {
        Life<K, V> open;
        synchronized (this) {
            open = current;
        }
        if (open != null) {
            end(open, new KafkaException(reason));
        }
    }

    private void send(Life<K, V> life, ProducerRecord<K, V> record, Callback done) {
        Producer<K, V> producer = life.producer;
        if (producer == null) {
            throw new IllegalStateException("producer " + name + " is not open");
        }
        Future<RecordMetadata> unused = producer.send(record, (metadata, failed) -> {
            if (failed == null) {
                proven(life);
            } else {
                failed(life, failed);
            }
            done.onCompletion(metadata, failed);
        });
    }

    private void proven(Life<K, V> life) {
        life.isFailing = false;
        if (!life.isProven) {
            life.isProven = true;
            synchronized (this) {
                backoff.reset();
            }
            outage.end()
                    .ifPresent(lasted ->
                            log.info("a producer works again: producer={} awaySeconds={}", name, lasted.toSeconds()));
        }
    }

    private void failed(Life<K, V> life, Exception cause) {
        if (isEnd(cause) || isBarren(life)) {
            end(life, cause);
        }
    }

    /** Whether nothing has worked for long. */
    private boolean isBarren(Life<K, V> life) {
        long now = System.nanoTime();
        if (!life.isFailing) {
            life.failingSince = now;
            life.isFailing = true;
            return false;
        }
        return now - life.failingSince > barrenNanos;
    }

    /** Also in the producer's own thread, where a close does not wait. */
    private void end(Life<K, V> life, Exception cause) {
        synchronized (this) {
            if (life.isOver || closed) {
                return;
            }
            life.isOver = true;
        }
        if (outage.isNews(cause.toString())) {
            log.warn("a producer came to its end, a new one takes over: producer={} cause={}", name, cause.toString());
        }
        try {
            life.close(Duration.ZERO);
        } catch (KafkaException e) {
            log.debug("close a producer that came to its end: producer={}", name, e);
        }
        synchronized (this) {
            failure = cause;
            // At once, unless nothing has worked since the last time.
            notBefore = System.nanoTime() + (life.isProven ? 0 : backoff.next().toNanos());
            if (current == life) {
                current = null;
            }
        }
    }

    /** Waits for what was sent; what is not acknowledged then is told to have failed. Later records are refused. */
    public void close(Duration patience) {
        Life<K, V> open;
        synchronized (this) {
            closed = true;
            open = current;
        }
        if (open != null) {
            open.close(patience);
        }
    }
}
