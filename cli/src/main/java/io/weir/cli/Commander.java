package io.weir.cli;

import io.weir.schemas.Command;
import io.weir.schemas.CommandKind;
import io.weir.schemas.Desired;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.Result;
import io.weir.schemas.ResultKind;
import io.weir.schemas.Topics;
import io.weir.schemas.WireFormat;
import io.weir.service.ExitCode;
import io.weir.service.HostName;
import io.weir.service.KafkaClients;
import io.weir.service.KafkaSettings;
import io.weir.service.Refusal;
import io.weir.service.WeirException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/** Gives commands to appliers and agents and waits for the answers of appliers. Used by one thread. */
final class Commander {
    private static final Duration KAFKA_PATIENCE = Duration.ofSeconds(20);
    /** Far below the largest record, whatever the paths are. */
    private static final int MAX_BYTES = 200_000;

    private final KafkaSettings kafka;
    private final Topics topics;
    private final Duration expiry;
    private final WireFormat format;
    private final Serializer<Command> commands;

    /** Commands that nobody carried out end after the expiry. */
    Commander(KafkaSettings kafka, Duration expiry) {
        this.kafka = kafka;
        this.topics = new Topics(kafka.topicPrefix());
        this.expiry = expiry;
        this.format = Formats.of(kafka);
        this.commands = format.serde(Command.class).serializer();
    }

    /** Whom commands are for. */
    record Address(String replica, String source) {}

    /** The commands for paths; more than one when the paths do not fit into one. */
    List<Command> commands(CommandKind kind, Address to, List<byte[]> paths) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        List<Command> all = new ArrayList<>();
        List<ByteBuffer> some = new ArrayList<>();
        int bytes = 0;
        for (byte[] path : paths) {
            if (bytes + path.length > MAX_BYTES) {
                all.add(command(kind, to, some, now));
                some = new ArrayList<>();
                bytes = 0;
            }
            some.add(ByteBuffer.wrap(path));
            bytes += path.length + 8;
        }
        if (!some.isEmpty()) {
            all.add(command(kind, to, some, now));
        }
        return all;
    }

    /** A checkpoint: a command to the agent of each source, all with one id. */
    List<Command> checkpoint(Collection<String> sources) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        String id = UUID.randomUUID().toString();
        return sources.stream()
                .map(source -> command(id, CommandKind.CHECKPOINT, new Address("", source), List.of(), now))
                .toList();
    }

    private Command command(CommandKind kind, Address to, List<ByteBuffer> paths, Instant now) {
        return command(UUID.randomUUID().toString(), kind, to, paths, now);
    }

    private Command command(String id, CommandKind kind, Address to, List<ByteBuffer> paths, Instant now) {
        return Command.newBuilder()
                .setId(id)
                .setKind(kind)
                .setReplica(to.replica())
                .setSource(to.source())
                .setPaths(paths)
                .setIssuedAt(now)
                .setExpiresAt(now.plus(expiry))
                .setIssuedBy(user())
                .build();
    }

    private static String user() {
        return System.getProperty("user.name", "") + "@" + HostName.get();
    }

    /**
     * Sends commands and waits for the answer to each, in this order.
     *
     * @param most how long to wait for all of them; zero not to wait
     * @return the answers that came, by the command's id
     * @throws WeirException UNAVAILABLE when Kafka does not take them
     */
    Map<String, Result> give(List<Command> all, Duration most) {
        try (TopicReader reader = new TopicReader(kafka)) {
            reader.follow(List.of(topics.results().name()), false);
            give(all);
            return answers(reader, all, most);
        }
    }

    /**
     * Says what is wanted of sources of a replica, for as long as nothing else is said.
     *
     * @param reason why it is to rest; null when it is not to, nor to be promoted
     * @throws WeirException UNAVAILABLE when Kafka does not take it; CONFLICT when it is to rest and is to be promoted, of which nothing
     *     would be left
     */
    void want(String replica, Collection<String> sources, @Nullable String reason) {
        String topic = topics.desired().name();
        if (reason != null) {
            refusePromotion(replica, sources);
        }
        try (KafkaProducer<byte[], byte[]> producer = producer();
                Serializer<Desired> desired = format.serde(Desired.class).serializer()) {
            for (String source : sources) {
                byte[] key = (source + "/" + replica).getBytes(StandardCharsets.UTF_8);
                byte[] value = reason == null ? null : desired.serialize(topic, pause(replica, source, reason));
                send(producer, new ProducerRecord<>(topic, key, value));
            }
        }
    }

    private void refusePromotion(String replica, Collection<String> sources) {
        DesiredRecords desired = DesiredRecords.read(kafka);
        for (String source : sources) {
            if (desired.due(source, replica) != null) {
                throw new WeirException(
                        ExitCode.CONFLICT,
                        "pause " + replica + "/" + source + ": it is to become the source as soon as its applier runs;"
                                + " finish that with `weir promote " + replica + " --source " + source
                                + " --execute`, or withdraw it with `weir resume " + replica + " --source " + source
                                + "`");
            }
        }
    }

    /**
     * Sends commands and waits for nothing.
     *
     * @throws WeirException UNAVAILABLE when Kafka does not take them
     */
    void give(List<Command> all) {
        try (KafkaProducer<byte[], byte[]> producer = producer()) {
            for (Command each : all) {
                // Who carries it out.
                String key = each.getKind() == CommandKind.CHECKPOINT ? each.getSource() : each.getReplica();
                send(
                        producer,
                        new ProducerRecord<>(
                                topics.commands().name(),
                                key.getBytes(StandardCharsets.UTF_8),
                                commands.serialize(topics.commands().name(), each)));
            }
        }
    }

    /**
     * Says what is wanted from now on under a key; null for nothing.
     *
     * @throws WeirException UNAVAILABLE when Kafka does not take it
     */
    void wish(String key, @Nullable Desired wanted) {
        String topic = topics.desired().name();
        try (KafkaProducer<byte[], byte[]> producer = producer();
                Serializer<Desired> desired = format.serde(Desired.class).serializer()) {
            byte[] value = wanted == null ? null : desired.serialize(topic, wanted);
            send(producer, new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), value));
        }
    }

    private static Desired pause(String replica, String source, String reason) {
        return wanted(replica, source, reason).setPaused(true).build();
    }

    /** The beginning of what is wanted now, by whoever runs this. */
    static Desired.Builder wanted(String replica, String source, String reason) {
        return Desired.newBuilder()
                .setSource(source)
                .setReplica(replica)
                .setReason(reason)
                .setAt(Instant.now().truncatedTo(ChronoUnit.MICROS))
                .setBy(user());
    }

    /** Ends records of a compacted topic that no component keeps. */
    void bury(String topic, List<byte[]> keys) {
        try (KafkaProducer<byte[], byte[]> producer = producer()) {
            keys.forEach(key -> send(producer, new ProducerRecord<>(topic, key, null)));
        }
    }

    private Map<String, Result> answers(TopicReader reader, List<Command> all, Duration most) {
        RecordSerde<Result> serde = format.serde(Result.class);
        Map<String, Result> answers = new HashMap<>();
        long deadline = System.nanoTime() + most.toNanos();
        while (answers.size() < all.size() && System.nanoTime() - deadline < 0) {
            for (ConsumerRecord<byte[], byte[]> each : reader.poll(Duration.ofMillis(200))) {
                Result result = Formats.known(serde, each.value());
                if (result != null && result.getKind() == ResultKind.COMMAND) {
                    all.stream()
                            .filter(command -> command.getId().equals(result.getCommand()))
                            .forEach(command -> answers.put(command.getId(), result));
                }
            }
        }
        return answers;
    }

    private KafkaProducer<byte[], byte[]> producer() {
        return KafkaClients.make(
                kafka,
                "write to Kafka",
                () -> new KafkaProducer<>(
                        kafka.producer(Map.of(
                                ProducerConfig.CLIENT_ID_CONFIG,
                                "weir-cli",
                                ProducerConfig.ACKS_CONFIG,
                                "all",
                                ProducerConfig.MAX_BLOCK_MS_CONFIG,
                                KAFKA_PATIENCE.toMillis())),
                        new ByteArraySerializer(),
                        new ByteArraySerializer()));
    }

    private void send(KafkaProducer<byte[], byte[]> producer, ProducerRecord<byte[], byte[]> record) {
        String what = "write to " + record.topic() + " at Kafka " + kafka.bootstrapServers() + ": ";
        try {
            producer.send(record).get(KAFKA_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            throw new WeirException(
                    ExitCode.UNAVAILABLE, what + Refusal.explain(e, AclOperation.WRITE) + "; check that Kafka runs", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WeirException(ExitCode.INTERRUPTED, what + "interrupted", e);
        }
    }
}
