package io.weir.agent.publish;

import io.micrometer.core.instrument.MeterRegistry;
import io.weir.schemas.Command;
import io.weir.schemas.CommandKind;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.Topics;
import io.weir.schemas.UndecodableRecordException;
import io.weir.schemas.WireFormat;
import io.weir.service.KafkaSettings;
import io.weir.service.Loop;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads {@code weir.commands} for the sources of an agent. Reading begins with the oldest command that is kept, so that one given
 * while the agent was down is carried out until it expires. The steps are confined to one thread.
 */
public final class CommandReader implements Loop.Step {
    private static final Logger log = LoggerFactory.getLogger(CommandReader.class);

    /** A source of this agent. */
    public interface Commanded {
        /** Its name. */
        String source();

        /** The session that is open; null while there is none. In any thread. */
        @Nullable
        SourceSession session();
    }

    private final Map<String, AskedCheckpoints> checkpoints = new LinkedHashMap<>();
    private final RecordSerde<Command> serde;
    private final PartitionFollower follower;

    /** Reads the commands to these sources. */
    public CommandReader(
            KafkaSettings kafka, WireFormat format, List<? extends Commanded> sources, MeterRegistry metrics) {
        for (Commanded each : sources) {
            checkpoints.put(each.source(), new AskedCheckpoints(each.source(), each::session));
        }
        serde = format.serde(Command.class);
        follower = new PartitionFollower(
                kafka,
                new PartitionFollower.Plan(
                        new TopicPartition(
                                new Topics(kafka.topicPrefix()).commands().name(), 0),
                        "weir-agent-commands",
                        "earliest",
                        "commands to this agent are not carried out, as they cannot be read"),
                metrics,
                this::take);
    }

    @Override
    public void run() throws InterruptedException {
        follower.run();
        Instant now = Instant.now();
        checkpoints.values().forEach(each -> each.set(now));
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        AskedCheckpoints named =
                record.key() == null ? null : checkpoints.get(new String(record.key(), StandardCharsets.UTF_8));
        if (named == null || record.value() == null) {
            return;
        }
        try {
            Command command = serde.decode(record.value());
            if (command.getKind() == CommandKind.CHECKPOINT) {
                named.ask(command, Instant.now());
            }
        } catch (UndecodableRecordException e) {
            // Whoever gave it waits for an answer in vain and says so.
            log.warn("a command cannot be read: offset={} cause={}", record.offset(), e.getMessage());
        }
    }

    /** Reads on with another consumer. In any thread. */
    public void renew() {
        follower.renew();
    }

    @Override
    public void wakeUp() {
        follower.wakeUp();
    }

    @Override
    public void finish() {
        follower.finish();
    }
}
