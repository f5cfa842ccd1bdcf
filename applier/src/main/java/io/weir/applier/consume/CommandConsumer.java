package io.weir.applier.consume;

import io.micrometer.core.instrument.MeterRegistry;
import io.weir.schemas.Command;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.WireFormat;
import io.weir.service.KafkaSettings;
import io.weir.service.Loop;
import io.weir.service.MeteredConsumer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SerializationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads {@code weir.commands} for one replica, in a loop of its own; trouble with that topic never stops the replication. The
 * offset is committed when what was asked for is settled.
 */
final class CommandConsumer implements Loop.Step {
    private static final Logger log = LoggerFactory.getLogger(CommandConsumer.class);
    private static final Duration CLOSE = Duration.ofSeconds(2);

    private final PartitionReader reader;
    private final String replica;
    private final Consumer<byte[], byte[]> consumer;
    private final Replication replication;
    private final RecordSerde<Command> serde;
    private long committed = -1;
    private boolean hasRead;

    CommandConsumer(
            String topic,
            String replica,
            WireFormat format,
            Consumer<byte[], byte[]> consumer,
            Replication replication) {
        this.serde = format.serde(Command.class);
        this.reader = new PartitionReader(topic, consumer);
        this.replica = replica;
        this.consumer = consumer;
        this.replication = replication;
    }

    /** A consumer that keeps its place in a group of its own, and begins with the oldest command there is. */
    static Consumer<byte[], byte[]> connect(
            KafkaSettings kafka, String commandGroup, String replica, MeterRegistry metrics) {
        return new MeteredConsumer(
                kafka.consumer(Map.of(
                        ConsumerConfig.CLIENT_ID_CONFIG,
                        "weir-applier-" + replica + "-commands",
                        ConsumerConfig.GROUP_ID_CONFIG,
                        commandGroup,
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false,
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "earliest",
                        ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                        false)),
                metrics);
    }

    @Override
    public void run() throws InterruptedException {
        reader.step(
                "commands",
                each -> {
                    take(each);
                    hasRead = true;
                },
                this::commit);
    }

    private void take(ConsumerRecord<byte[], byte[]> each) {
        boolean ours = each.key() != null && Arrays.equals(each.key(), replica.getBytes(StandardCharsets.UTF_8));
        if (!ours || each.value() == null) {
            replication.passCommand(each.offset());
            return;
        }
        try {
            replication.accept(serde.decode(each.value()), each.offset());
        } catch (SerializationException e) {
            // Whoever gave it waits for an answer in vain and says so.
            log.warn("command not read: topic={} offset={} cause={}", each.topic(), each.offset(), e.getMessage());
            replication.passCommand(each.offset());
        }
    }

    private void commit() {
        long finished = hasRead ? replication.finishedCommands() : -1;
        if (finished > committed) {
            consumer.commitSync(Map.of(reader.partition(), new OffsetAndMetadata(finished)));
            committed = finished;
        }
    }

    @Override
    public void wakeUp() {
        reader.wakeUp();
    }

    @Override
    public void finish() {
        try {
            commit();
        } catch (KafkaException e) {
            log.warn("last commit of commands failed, they are carried out again: cause={}", e.toString());
        } finally {
            consumer.close(CloseOptions.timeout(CLOSE));
        }
    }
}
