package io.weir.cli.applier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.applier.Applier;
import io.weir.applier.ApplierSettings;
import io.weir.applier.ReplicaSettings;
import io.weir.applier.consume.DeadLetterSchedule;
import io.weir.applier.consume.PauseWindows;
import io.weir.cli.TopicAdmin;
import io.weir.cli.TopicReader;
import io.weir.schemas.Batch;
import io.weir.schemas.BatchPath;
import io.weir.schemas.DeadLetter;
import io.weir.schemas.FileType;
import io.weir.schemas.Observed;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.Result;
import io.weir.schemas.ResultKind;
import io.weir.schemas.Status;
import io.weir.schemas.Topics;
import io.weir.service.FaultLatch;
import io.weir.service.HealthRegistry;
import io.weir.service.KafkaSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** The source {@code data} with its topics, appliers for it, and the test in the place of agent and aggregator. */
final class ApplierBench implements AutoCloseable {
    static final Duration DEADLINE = Duration.ofMinutes(2);
    static final String REPLICA = "backup1";

    final KafkaSettings kafka;
    final Topics topics;
    final Path work;
    final Path source;
    final RsyncModule module;
    private final KafkaProducer<byte[], byte[]> producer;
    private final Admin admin;
    private long sequence;

    ApplierBench(KafkaSettings kafka, Path work, int uid) throws IOException {
        this.kafka = kafka;
        this.work = work;
        topics = new Topics(kafka.topicPrefix());
        makeTopics();
        source = source("data");
        module = new RsyncModule(source, work, uid);
        producer = new KafkaProducer<>(kafka.producer(Map.of()), new ByteArraySerializer(), new ByteArraySerializer());
        admin = Admin.create(kafka.admin(Map.of()));
    }

    /** Another source's directory with a marker. */
    Path source(String name) throws IOException {
        Path directory = Files.createDirectories(work.resolve(name + "/.weir"));
        Files.createFile(directory.resolve(
                "id-00000000-0000-4000-8000-" + String.format("%012d", Math.abs((long) name.hashCode()))));
        return work.resolve(name);
    }

    void makeTopics() {
        try (TopicAdmin create = new TopicAdmin(kafka)) {
            create.create();
        }
    }

    Path replica() {
        return work.resolve(REPLICA);
    }

    /** An applier that was started. */
    Running run(String replica, ReplicaSettings... sources) {
        Running running = new Running(replica, List.of(sources));
        running.applier.start();
        return running;
    }

    /** The applier of {@link #REPLICA}. */
    Running run() {
        return run(REPLICA, of(replica()));
    }

    ReplicaSettings of(Path root) {
        return new ReplicaSettings("data", root, module.endpoint());
    }

    /** An applier with its surroundings. */
    final class Running implements AutoCloseable {
        final FaultLatch faults = new FaultLatch();
        final HealthRegistry health = new HealthRegistry();
        final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
        final Applier applier;

        Running(String replica, List<ReplicaSettings> sources) {
            ApplierSettings defaults = new ApplierSettings(replica, work.resolve("state"), kafka, sources);
            applier = new Applier(
                    new ApplierSettings(
                            replica,
                            defaults.stateDirectory(),
                            kafka,
                            sources,
                            defaults.limits(),
                            Duration.ofMillis(100),
                            Duration.ofMillis(300),
                            PauseWindows.NONE,
                            new DeadLetterSchedule(Duration.ofSeconds(1), Duration.ofSeconds(10)),
                            defaults.closeDeadline()),
                    metrics,
                    health,
                    faults);
        }

        @Override
        public void close() {
            applier.close();
        }
    }

    /** Writes a file into the source and tells nobody. */
    void write(String path, String content) throws IOException {
        Files.createDirectories(source.resolve(path).getParent());
        Files.writeString(source.resolve(path), content);
    }

    /** Writes a file into the source and sends its batch; the place of that in the topic. */
    RecordMetadata change(String path) throws Exception {
        write(path, "content of " + path);
        return send(++sequence, path);
    }

    /** A batch that never comes. */
    void lose() {
        sequence++;
    }

    RecordMetadata send(long number, String... paths) throws Exception {
        return send("data", number, paths);
    }

    RecordMetadata send(String name, long number, String... paths) throws Exception {
        List<BatchPath> all = new ArrayList<>();
        for (String path : paths) {
            all.add(BatchPath.newBuilder()
                    .setPath(ByteBuffer.wrap(path.getBytes(StandardCharsets.UTF_8)))
                    .setObserved(Observed.newBuilder().setType(FileType.FILE).build())
                    .setCapturedAt(Instant.now())
                    .build());
        }
        Batch batch = Batch.newBuilder()
                .setSource(name)
                .setSequence(number)
                .setEpoch(1)
                .setCreatedAt(Instant.now())
                .setCapturedAt(Instant.now())
                .setPaths(all)
                .build();
        return producer.send(new ProducerRecord<>(
                        topics.batches().name(),
                        name.getBytes(StandardCharsets.UTF_8),
                        RecordSerde.of(Batch.class).encode(batch)))
                .get(60, TimeUnit.SECONDS);
    }

    /** Asks Kafka's administration; a group whose applier was closed is emptied for it, as a static member stays a while. */
    <T> T admin(Asking<T> asking) throws Exception {
        return asking.ask(admin);
    }

    /** One question. */
    @FunctionalInterface
    interface Asking<T> {
        T ask(Admin admin) throws Exception;
    }

    void leaveGroup() throws Exception {
        admin.removeMembersFromConsumerGroup(
                        topics.group(REPLICA),
                        new RemoveMembersFromConsumerGroupOptions(List.of(new MemberToRemove(REPLICA))))
                .all()
                .get(60, TimeUnit.SECONDS);
    }

    static void awaitFile(Path root, String path) {
        await().atMost(DEADLINE)
                .untilAsserted(() -> assertThat(root.resolve(path)).exists());
    }

    List<Result> results() {
        List<Result> results = new ArrayList<>();
        read(topics.results().name(), (key, value) -> {
            if (value != null) {
                results.add(RecordSerde.of(Result.class).decode(value));
            }
        });
        return results;
    }

    long baselines() {
        return results().stream()
                .filter(result -> result.getKind() == ResultKind.BASELINE)
                .count();
    }

    /** The last states of an applier's sources, by component. */
    Map<String, Status> states() {
        Map<String, Status> states = new LinkedHashMap<>();
        read(topics.status().name(), (key, value) -> {
            if (value != null) {
                Status status = RecordSerde.of(Status.class).decode(value);
                states.put(status.getComponent(), status);
            }
        });
        return states;
    }

    Status state(String component) {
        Status status = states().get(component);
        if (status == null) {
            throw new AssertionError("no state of " + component);
        }
        return status;
    }

    /** The dead letters that stand. */
    List<DeadLetter> letters() {
        Map<ByteBuffer, DeadLetter> letters = new LinkedHashMap<>();
        read(topics.deadLetters().name(), (key, value) -> {
            if (value == null) {
                letters.remove(ByteBuffer.wrap(key));
            } else {
                letters.put(
                        ByteBuffer.wrap(key), RecordSerde.of(DeadLetter.class).decode(value));
            }
        });
        return List.copyOf(letters.values());
    }

    private interface Sink {
        void take(byte[] key, byte @Nullable [] value);
    }

    private void read(String topic, Sink sink) {
        try (TopicReader reader = new TopicReader(kafka)) {
            reader.readAll(List.of(topic), each -> sink.take(each.key(), each.value()));
        }
    }

    /** Replaces a directory by a copy of another one, with everything in it. */
    static void copy(Path from, Path to) throws Exception {
        for (List<String> command :
                List.of(List.of("rm", "-rf", to.toString()), List.of("cp", "-a", from.toString(), to.toString()))) {
            assertThat(new ProcessBuilder(command).start().waitFor())
                    .as(command.toString())
                    .isZero();
        }
    }

    static List<String> names(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return Arrays.asList(
                    files.map(each -> each.getFileName().toString()).sorted().toArray(String[]::new));
        }
    }

    @Override
    public void close() {
        admin.close();
        producer.close();
        module.close();
    }
}
