package io.weir.e2e;

import io.weir.cli.TopicReader;
import io.weir.schemas.Batch;
import io.weir.schemas.DeadLetter;
import io.weir.schemas.DeadLetterKey;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.Result;
import io.weir.schemas.Topics;
import io.weir.schemas.UndecodableRecordException;
import io.weir.service.KafkaSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Reads the topics of a running pipeline from their start to their end, and adds to them. */
final class Records {
    private final KafkaSettings kafka;
    private final Topics topics;

    /** The pipeline that wrote this settings file. */
    Records(Path settings) {
        try {
            String servers = Files.readAllLines(settings).stream()
                    .filter(line -> line.startsWith(KafkaSettings.BOOTSTRAP_SERVERS.key() + ":"))
                    .findFirst()
                    .orElseThrow()
                    .split(":", 2)[1]
                    .strip();
            this.kafka = KafkaSettings.of(servers, Topics.DEFAULT_PREFIX);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.topics = new Topics(Topics.DEFAULT_PREFIX);
    }

    Topics topics() {
        return topics;
    }

    /** What a replica has done so far. */
    List<Result> results(String replica) {
        RecordSerde<Result> serde = RecordSerde.of(Result.class);
        List<Result> found = new ArrayList<>();
        read(topics.results().name(), each -> found.add(serde.decode(each.value())));
        found.removeIf(result -> !result.getReplica().equals(replica));
        return found;
    }

    /** All batches that can be read. */
    List<Batch> batches() {
        RecordSerde<Batch> serde = RecordSerde.of(Batch.class);
        List<Batch> found = new ArrayList<>();
        read(topics.batches().name(), each -> {
            try {
                found.add(serde.decode(each.value()));
            } catch (UndecodableRecordException e) {
                // Written by a scenario on purpose, into the pipeline that all share.
                System.out.println("passed over: " + e.getMessage());
            }
        });
        return found;
    }

    /** The dead letters that stand. */
    Collection<DeadLetter> deadLetters() {
        RecordSerde<DeadLetter> serde = RecordSerde.of(DeadLetter.class);
        Map<DeadLetterKey, DeadLetter> found = new LinkedHashMap<>();
        read(topics.deadLetters().name(), each -> {
            DeadLetterKey key = DeadLetterKey.decode(each.key());
            if (each.value() == null) {
                found.remove(key);
            } else {
                found.put(key, serde.decode(each.value()));
            }
        });
        return found.values();
    }

    /** Adds a record and waits until Kafka has it. */
    void write(String topic, byte[] key, byte[] value) throws InterruptedException {
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(kafka.producer(Map.of()), new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(topic, key, value)).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("cannot write to " + topic, e.getCause());
        }
    }

    private void read(String topic, Consumer<ConsumerRecord<byte[], byte[]>> sink) {
        try (TopicReader reader = new TopicReader(kafka)) {
            reader.readAll(List.of(topic), sink);
        }
    }
}
