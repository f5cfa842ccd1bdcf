package io.weir.agent.publish;

import io.micrometer.core.instrument.MeterRegistry;
import io.weir.schemas.Command;
import io.weir.schemas.CommandKind;
import io.weir.schemas.Topics;
import io.weir.schemas.WireFormat;
import io.weir.service.KafkaSettings;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code weir.commands} for the sources of an agent. Reading begins with the oldest command that is kept, so that one given
 * while the agent was down is carried out until it expires. The steps are confined to one thread.
 */
public final class CommandReader extends SourceFollower<AskedCheckpoints, Command> {
    /** A source of this agent. */
    public interface Commanded {
        /** Its name. */
        String source();

        /** The session that is open; null while there is none. In any thread. */
        @Nullable
        SourceSession session();
    }

    /** Reads the commands to these sources. */
    public CommandReader(
            KafkaSettings kafka, WireFormat format, List<? extends Commanded> sources, MeterRegistry metrics) {
        // A record that cannot be read may be passed over: whoever gave it waits for an answer in vain and says so.
        super(
                kafka,
                new PartitionFollower.Plan(
                        new TopicPartition(
                                new Topics(kafka.topicPrefix()).commands().name(), 0),
                        "weir-agent-commands",
                        "earliest",
                        "commands to this agent are not carried out, as they cannot be read"),
                metrics,
                sources.stream()
                        .collect(Collectors.toMap(
                                Commanded::source, each -> new AskedCheckpoints(each.source(), each::session))),
                format.serde(Command.class),
                "a command");
    }

    @Override
    public void run() throws InterruptedException {
        super.run();
        Instant now = Instant.now();
        sources().forEach(each -> each.set(now));
    }

    @Override
    void take(AskedCheckpoints named, Command command) {
        if (command.getKind() == CommandKind.CHECKPOINT) {
            named.ask(command, Instant.now());
        }
    }
}
