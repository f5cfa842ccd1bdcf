package io.weir.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;
import org.apache.kafka.common.ClusterResource;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownProducerIdException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RenewingProducerTest {
    private final List<MockProducer<String, String>> opened = new ArrayList<>();
    private final List<Runnable> otherKafka = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private @Nullable KafkaException refusal;

    private RenewingProducer<String, String> producer(Duration wait) {
        return producer(wait, Duration.ofHours(1));
    }

    private RenewingProducer<String, String> producer(Duration wait, Duration barren) {
        return new RenewingProducer<>(
                "test",
                onOtherKafka -> {
                    if (refusal != null) {
                        throw refusal;
                    }
                    MockProducer<String, String> mock = new MockProducer<>(
                            false, new RoundRobinPartitioner(), new StringSerializer(), new StringSerializer());
                    opened.add(mock);
                    otherKafka.add(onOtherKafka);
                    return mock;
                },
                new Backoff(wait, wait, 0),
                barren);
    }

    private void send(RenewingProducer<String, String> producer, String value) {
        producer.send(
                new ProducerRecord<>("topic", "key", value),
                (metadata, failure) -> told.add(value + " "
                        + (failure == null ? "ok" : failure.getClass().getSimpleName())));
    }

    @Test
    void aRefusedIdIsFollowedByANewProducer() {
        RenewingProducer<String, String> producer = producer(Duration.ofHours(1));
        send(producer, "one");
        opened.get(0).completeNext();
        send(producer, "two");
        opened.get(0).errorNext(new InvalidProducerEpochException("old"));
        assertThat(opened.get(0).closed()).isTrue();

        send(producer, "two again");
        assertThat(opened).hasSize(2);
        opened.get(1).completeNext();
        assertThat(told).containsExactly("one ok", "two InvalidProducerEpochException", "two again ok");
    }

    @Test
    void whatPassesByItselfEndsNothing() {
        RenewingProducer<String, String> producer = producer(Duration.ofHours(1));
        send(producer, "one");
        opened.get(0).errorNext(new TimeoutException("Kafka is away"));
        send(producer, "two");
        opened.get(0).completeNext();
        assertThat(opened).hasSize(1);
        assertThat(told).containsExactly("one TimeoutException", "two ok");
    }

    @Test
    void aProducerOfWhichNothingComesForLongIsFollowedByAnother() {
        RenewingProducer<String, String> producer = producer(Duration.ofNanos(1), Duration.ZERO);
        send(producer, "one");
        opened.get(0).errorNext(new TimeoutException("away"));
        send(producer, "two");
        opened.get(0).completeNext();
        send(producer, "three");
        opened.get(0).errorNext(new TimeoutException("away again"));
        assertThat(opened.get(0).closed()).isFalse();
        send(producer, "four");
        opened.get(0).errorNext(new TimeoutException("still away"));
        assertThat(opened.get(0).closed()).isTrue();
        send(producer, "five");
        assertThat(opened).hasSize(2);
    }

    @Test
    void aProducerThatNeverWorkedIsNotFollowedAtOnce() {
        RenewingProducer<String, String> producer = producer(Duration.ofHours(1));
        send(producer, "one");
        opened.get(0).errorNext(new OutOfOrderSequenceException("hole"));
        send(producer, "two");
        assertThat(opened).hasSize(1);
        assertThat(told).containsExactly("one OutOfOrderSequenceException", "two KafkaException");
    }

    @Test
    void anotherKafkaIsFollowedByANewProducer() {
        RenewingProducer<String, String> producer = producer(Duration.ofNanos(1));
        send(producer, "one");
        otherKafka.get(0).run();
        otherKafka.get(0).run();
        assertThat(opened.get(0).closed()).isTrue();
        send(producer, "two");
        otherKafka.get(0).run();
        opened.get(1).completeNext();
        assertThat(opened).hasSize(2);
        assertThat(opened.get(1).closed()).isFalse();
    }

    @Test
    void anOwnerGetsANewProducer() {
        RenewingProducer<String, String> producer = producer(Duration.ofHours(1));
        producer.renew("nothing is open");
        send(producer, "one");
        opened.get(0).completeNext();
        send(producer, "two");
        producer.renew("the clock was set back");
        assertThat(opened.get(0).closed()).isTrue();
        send(producer, "three");
        opened.get(1).completeNext();
        assertThat(opened).hasSize(2);
        assertThat(told).startsWith("one ok").endsWith("three ok");
    }

    @Test
    void aFailedOpeningIsToldAndTriedAgain() {
        RenewingProducer<String, String> producer = producer(Duration.ofNanos(1));
        refusal = new KafkaException("no name");
        send(producer, "one");
        refusal = null;
        send(producer, "two");
        opened.get(0).completeNext();
        producer.close(Duration.ZERO);
        send(producer, "three");
        assertThat(told).containsExactly("one KafkaException", "two ok", "three IllegalStateException");
    }

    @Test
    void endsAreToldFromPassingFailures() {
        assertThat(List.of(
                        new ProducerFencedException("x"),
                        new InvalidProducerEpochException("x"),
                        new UnknownProducerIdException("x"),
                        new SaslAuthenticationException("x"),
                        new KafkaException("The producer is in an error state")))
                .allMatch(RenewingProducer::isEnd);
        assertThat(List.of(
                        new TimeoutException("x"),
                        new SerializationException("x"),
                        new TopicAuthorizationException("x"),
                        new KafkaException("in an error state", new TopicAuthorizationException("x"))))
                .noneMatch(RenewingProducer::isEnd);
    }

    @Test
    void aClusterWatchTellsOnceThatKafkaIsAnotherOne() {
        ClusterWatch<String> watch = new ClusterWatch<>(new StringSerializer());
        int[] changes = new int[1];
        watch.onChange(() -> changes[0]++);
        for (String id : new String[] {null, "a", "a", null, "a"}) {
            watch.onUpdate(new ClusterResource(id));
        }
        assertThat(changes[0]).isZero();
        watch.onUpdate(new ClusterResource("b"));
        watch.onUpdate(new ClusterResource("c"));
        assertThat(changes[0]).isEqualTo(1);
        watch.onChange(() -> changes[0]++);
        assertThat(changes[0]).isEqualTo(2);
    }
}
