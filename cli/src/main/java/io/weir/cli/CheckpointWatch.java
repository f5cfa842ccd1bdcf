package io.weir.cli;

import io.weir.schemas.Command;
import io.weir.schemas.CommandKind;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.Result;
import io.weir.schemas.ResultKind;
import io.weir.schemas.Topics;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.WeirException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Finds a checkpoint and waits until replicas have passed it. Used by one thread. */
final class CheckpointWatch {
    /** Results are looked for by the time that their writers gave them, whose clocks may differ by so much. */
    private static final Duration CLOCKS = Duration.ofHours(1);

    private final KafkaSettings kafka;
    private final Topics topics;

    CheckpointWatch(KafkaSettings kafka) {
        this.kafka = kafka;
        this.topics = new Topics(kafka.topicPrefix());
    }

    /**
     * The commands of a checkpoint, one for each source.
     *
     * @throws WeirException USAGE when there is none of this id
     */
    List<Command> find(String id) {
        RecordSerde<Command> serde = Formats.of(kafka).serde(Command.class);
        Map<String, Command> bySource = new LinkedHashMap<>();
        try (TopicReader reader = new TopicReader(kafka)) {
            reader.readAll(List.of(topics.commands().name()), entry -> {
                Command command = Formats.known(serde, entry.value());
                if (command != null
                        && command.getKind() == CommandKind.CHECKPOINT
                        && command.getId().equals(id)) {
                    bySource.put(command.getSource(), command);
                }
            });
        }
        if (bySource.isEmpty()) {
            throw new WeirException(
                    ExitCode.USAGE,
                    "wait for checkpoint '" + id + "': there is none of this id, or it is too old to be kept; `weir"
                            + " checkpoint create` makes one and prints its id");
        }
        return List.copyOf(bySource.values());
    }

    /**
     * Waits until all of these replicas have passed a checkpoint, at most so long.
     *
     * @return what those said that have
     */
    Map<Commander.Address, Result> await(List<Command> commands, Set<Commander.Address> required, Duration most) {
        RecordSerde<Result> serde = Formats.of(kafka).serde(Result.class);
        Map<Commander.Address, Result> passed = new HashMap<>();
        Set<String> sources = commands.stream().map(Command::getSource).collect(Collectors.toSet());
        String id = commands.get(0).getId();
        Instant since = commands.get(0).getIssuedAt().minus(CLOCKS);
        long deadline = System.nanoTime() + most.toNanos();
        try (TopicReader reader = new TopicReader(kafka)) {
            reader.followSince(List.of(topics.results().name()), since);
            while (!passed.keySet().containsAll(required) && System.nanoTime() - deadline < 0) {
                for (ConsumerRecord<byte[], byte[]> each : reader.poll(Duration.ofMillis(200))) {
                    Result result = Formats.known(serde, each.value());
                    if (result != null
                            && result.getKind() == ResultKind.CHECKPOINT
                            && id.equals(result.getCommand())
                            && sources.contains(result.getSource())) {
                        passed.put(new Commander.Address(result.getReplica(), result.getSource()), result);
                    }
                }
            }
        }
        return passed;
    }
}
