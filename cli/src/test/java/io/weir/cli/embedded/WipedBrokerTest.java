package io.weir.cli.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.aggregator.Aggregator;
import io.weir.aggregator.AggregatorSettings;
import io.weir.applier.consume.KafkaOutbox;
import io.weir.cli.TopicReader;
import io.weir.schemas.Batch;
import io.weir.schemas.ComponentState;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.Status;
import io.weir.schemas.Topics;
import io.weir.service.FaultLatch;
import io.weir.service.HealthRegistry;
import io.weir.service.KafkaSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A broker that lost everything numbers its producers anew: others have the ids of the stages' producers then, which it refuses
 * without end.
 */
@Timeout(900)
class WipedBrokerTest {
    private static final Duration DEADLINE = Duration.ofMinutes(3);
    private static final int OTHERS = 12;
    private static final int RECORDS = 3;

    private final Path directory;
    private final Path source;
    private final KafkaSettings kafka;
    private final Topics topics;
    private final int port;

    WipedBrokerTest(@TempDir Path directory) throws Exception {
        this.directory = directory;
        this.source = Files.createDirectory(directory.resolve("source"));
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        kafka = KafkaSettings.of("127.0.0.1:" + port, "weir");
        topics = new Topics("weir");
    }

    @Test
    void allStagesGetTheirRecordsThroughAfterwards() throws Exception {
        FaultLatch faults = new FaultLatch();
        LocalKafka broker = broker();
        broker.start();
        try (KafkaOutbox outbox = new KafkaOutbox(
                        "weir-applier-one-out", kafka, new ByteArraySerializer(), new SimpleMeterRegistry());
                Aggregator aggregator = aggregator(faults);
                AgentUnderTest agent = new AgentUnderTest(directory.resolve("state"), source, kafka)) {
            outbox.start();
            aggregator.start();
            agent.start();
            awaitAll("before", outbox, agent);
            for (String round : List.of("once", "twice")) {
                broker.close();
                wipe();
                broker = broker();
                broker.start();
                takeIds();
                awaitAll(round, outbox, agent);
            }
            assertThat(faults.fault()).isNull();
            assertThat(agent.faults.fault()).isNull();
        } finally {
            broker.close();
        }
    }

    private LocalKafka broker() {
        return new LocalKafka(new EmbeddedBroker(directory.resolve("kafka"), port), directory.resolve("weir.yaml"));
    }

    private void wipe() throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("kafka"))) {
            for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }

    private Aggregator aggregator(FaultLatch faults) {
        return new Aggregator(
                AggregatorSettings.defaults(directory.resolve("aggregator")),
                kafka,
                faults,
                new SimpleMeterRegistry(),
                new HealthRegistry());
    }

    /** Producers with the first ids write what nobody reads to where the stages write. */
    private void takeIds() throws Exception {
        List<String> written = List.of(
                topics.status().name(),
                topics.deadLetters().name(),
                topics.batches().name());
        for (int i = 0; i < OTHERS; i++) {
            try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                    kafka.producer(Map.of()), new ByteArraySerializer(), new ByteArraySerializer())) {
                for (String topic : written) {
                    for (PartitionInfo each : producer.partitionsFor(topic)) {
                        write(producer, topic, each.partition());
                    }
                }
            }
        }
    }

    private static void write(KafkaProducer<byte[], byte[]> producer, String topic, int partition) throws Exception {
        try {
            for (int record = 0; record < RECORDS; record++) {
                producer.send(new ProducerRecord<>(topic, partition, bytes("nobody"), null))
                        .get(60, TimeUnit.SECONDS);
            }
        } catch (ExecutionException e) {
            // A stage's producer was faster with the same id, and will be in the way of its next owner.
            assertThat(e).hasRootCauseInstanceOf(ApiException.class);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void awaitAll(String round, KafkaOutbox outbox, AgentUnderTest agent) throws Exception {
        AtomicReference<String> acknowledged = new AtomicReference<>();
        within("outbox " + round).until(() -> {
            outbox.send(topics.deadLetters().name(), bytes("letter"), bytes(round), failure -> {
                if (failure == null) {
                    acknowledged.set(round);
                }
            });
            return round.equals(acknowledged.get());
        });
        Files.writeString(source.resolve(round), round);
        within("batch " + round).until(() -> isInABatch(round));
        within("agent " + round).until(() -> agent.isReady() && says("agent/data"));
        within("aggregator " + round).until(() -> says("aggregator"));
    }

    /** A stream thread that another one takes over from ends with its cause, which Awaitility would take for a failure of the wait. */
    private static ConditionFactory within(String what) {
        return await(what).atMost(DEADLINE).dontCatchUncaughtExceptions();
    }

    private boolean isInABatch(String path) {
        List<String> paths = new ArrayList<>();
        read(
                topics.batches().name(),
                (key, value) -> RecordSerde.of(Batch.class)
                        .decode(value)
                        .getPaths()
                        .forEach(each -> paths.add(StandardCharsets.UTF_8
                                .decode(each.getPath().duplicate())
                                .toString())));
        return paths.contains(path);
    }

    private boolean says(String component) {
        Map<String, Status> last = new HashMap<>();
        read(
                topics.status().name(),
                (key, value) -> last.put(key, RecordSerde.of(Status.class).decode(value)));
        return last.values().stream()
                .anyMatch(
                        each -> each.getComponent().startsWith(component) && each.getState() == ComponentState.RUNNING);
    }

    private interface Sink {
        void take(String key, byte[] value);
    }

    private void read(String topic, Sink sink) {
        try (TopicReader reader = new TopicReader(kafka)) {
            reader.readAll(List.of(topic), each -> {
                if (each.value() != null) {
                    sink.take(
                            StandardCharsets.UTF_8
                                    .decode(ByteBuffer.wrap(each.key()))
                                    .toString(),
                            each.value());
                }
            });
        }
    }
}
