package io.weir.e2e;

import io.weir.cli.Formats;
import io.weir.cli.TopicReader;
import io.weir.schemas.Batch;
import io.weir.schemas.DeadLetter;
import io.weir.schemas.DeadLetterKey;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.Result;
import io.weir.schemas.Status;
import io.weir.schemas.StatusKey;
import io.weir.schemas.Topics;
import io.weir.schemas.UndecodableRecordException;
import io.weir.schemas.WireFormat;
import io.weir.service.KafkaSettings;
import io.weir.service.RegistrySettings;
import io.weir.service.Setting;
import io.weir.service.SettingsFile;
import io.weir.service.WeirException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;

/** Reads the topics of a running pipeline from their start to their end, and adds to them. */
final class Records {
    private final KafkaSettings kafka;
    private final Topics topics;
    private final WireFormat format;

    /** The pipeline that wrote this settings file. */
    Records(Path settings) {
        try {
            List<String> lines = Files.readAllLines(settings);
            this.kafka = KafkaSettings.of(
                            value(lines, KafkaSettings.BOOTSTRAP_SERVERS).orElseThrow(), Topics.DEFAULT_PREFIX)
                    .with(value(lines, RegistrySettings.URL).map(RegistrySettings::of));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.topics = new Topics(Topics.DEFAULT_PREFIX);
        this.format = Formats.of(kafka);
    }

    private Records(KafkaSettings kafka) {
        this.kafka = kafka;
        this.topics = new Topics(kafka.topicPrefix());
        this.format = Formats.of(kafka);
    }

    /** With all that a settings file says of Kafka: who reads, too. */
    static Records as(Path settings) {
        return new Records(SettingsFile.read(settings, KafkaSettings::read));
    }

    private static Optional<String> value(List<String> lines, Setting<?> setting) {
        return lines.stream()
                .filter(line -> line.startsWith(setting.key() + ":"))
                .map(line -> line.split(":", 2)[1].strip())
                .findFirst();
    }

    /** All records of a topic as they lie there. */
    List<byte[]> values(String topic) {
        List<byte[]> found = new ArrayList<>();
        read(topic, each -> found.add(each.value()));
        return found;
    }

    Topics topics() {
        return topics;
    }

    /** What a replica has done so far. */
    List<Result> results(String replica) {
        RecordSerde<Result> serde = format.serde(Result.class);
        List<Result> found = new ArrayList<>();
        read(topics.results().name(), each -> found.add(serde.decode(each.value())));
        found.removeIf(result -> !result.getReplica().equals(replica));
        return found;
    }

    /** All batches that can be read. */
    List<Batch> batches() {
        return placedBatches().stream().map(Placed::batch).toList();
    }

    /** A batch and where it is in its topic. */
    record Placed(int partition, long offset, Batch batch) {}

    /** All batches that can be read, in the order of their partitions. */
    List<Placed> placedBatches() {
        RecordSerde<Batch> serde = format.serde(Batch.class);
        List<Placed> found = new ArrayList<>();
        read(topics.batches().name(), each -> {
            try {
                found.add(new Placed(each.partition(), each.offset(), serde.decode(each.value())));
            } catch (UndecodableRecordException e) {
                // Written by a scenario on purpose, into the pipeline that all share.
                System.out.println("passed over: " + e.getMessage());
            }
        });
        return found;
    }

    /** The dead letters that stand. */
    Collection<DeadLetter> deadLetters() {
        RecordSerde<DeadLetter> serde = format.serde(DeadLetter.class);
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

    /** The last word of every component. */
    Map<String, Status> statuses() {
        RecordSerde<Status> serde = format.serde(Status.class);
        Map<String, Status> found = new LinkedHashMap<>();
        read(topics.status().name(), each -> {
            String key = new String(each.key(), StandardCharsets.UTF_8);
            if (!StatusKey.isClaim(key) && each.value() != null) {
                found.put(key, serde.decode(each.value()));
            }
        });
        return found;
    }

    /** What a replica's group has committed, by partition of the batches. */
    Map<Integer, Long> committed(String replica) throws InterruptedException {
        Map<Integer, Long> found = new LinkedHashMap<>();
        ask(admin -> admin.listConsumerGroupOffsets(topics.group(replica)).partitionsToOffsetAndMetadata())
                .forEach((partition, offset) -> {
                    if (offset != null
                            && partition.topic().equals(topics.batches().name())) {
                        found.put(partition.partition(), offset.offset());
                    }
                });
        return found;
    }

    /** Lets all batches of now expire, as retention does. */
    void expireBatches() throws InterruptedException {
        Map<TopicPartition, RecordsToDelete> all = new LinkedHashMap<>();
        for (int i = 0; i < topics.batches().partitions(); i++) {
            // To the end of the partition.
            all.put(new TopicPartition(topics.batches().name(), i), RecordsToDelete.beforeOffset(-1));
        }
        ask(admin -> admin.deleteRecords(all).all());
    }

    private <T> T ask(Function<Admin, KafkaFuture<T>> question) throws InterruptedException {
        try (Admin admin = Admin.create(kafka.admin(Map.of()))) {
            return question.apply(admin).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("Kafka refused", e.getCause());
        }
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

    /** A command gives up when Kafka is slow to answer; a test waits for a machine that is busy. */
    private void read(String topic, Consumer<ConsumerRecord<byte[], byte[]>> sink) {
        Awaitility.await("what is in " + topic)
                .atMost(EventuallyEqual.DEADLINE)
                .ignoreExceptionsInstanceOf(WeirException.class)
                .until(() -> readOnce(topic), all -> true)
                .forEach(sink);
    }

    private List<ConsumerRecord<byte[], byte[]>> readOnce(String topic) {
        List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
        try (TopicReader reader = new TopicReader(kafka)) {
            reader.readAll(List.of(topic), all::add);
        }
        return all;
    }
}
