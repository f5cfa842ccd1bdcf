package io.weir.cli;

import io.weir.console.Answers;
import io.weir.console.Order;
import io.weir.schemas.Command;
import io.weir.schemas.CommandKind;
import io.weir.schemas.DeadLetter;
import io.weir.schemas.DeadLetterKey;
import io.weir.schemas.RelPath;
import io.weir.schemas.Result;
import io.weir.schemas.Status;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.WeirException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Answers the console as the command line answers. Thread-safe. */
final class ConsoleAnswers implements Answers {
    private static final Duration EXPIRY = Duration.ofMinutes(60);
    /** A person waits before the page. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final KafkaSettings kafka;

    ConsoleAnswers(KafkaSettings kafka) {
        this.kafka = kafka;
    }

    @Override
    public String status(List<Status> components) {
        return new StatusView(Instant.now(), components).json(components);
    }

    @Override
    public String deadLetters(Map<DeadLetterKey, DeadLetter> letters) {
        return new LetterView(Instant.now())
                .json(letters.entrySet().stream()
                        .map(each -> new Letter(each.getKey(), each.getValue()))
                        .toList());
    }

    @Override
    public String explain(String source, String path) {
        throw new WeirException(ExitCode.USAGE, "explain " + path + ": not yet");
    }

    @Override
    public String carryOut(Order order) {
        if (order.source().isEmpty()) {
            throw new WeirException(ExitCode.USAGE, "the command names no source");
        }
        Commander.Address to = new Commander.Address(order.replica(), order.source());
        Commander commander = new Commander(kafka, EXPIRY);
        List<Command> commands = commander.commands(kind(order.action()), to, paths(order));
        if (commands.isEmpty()) {
            throw new WeirException(ExitCode.USAGE, "the command names no path");
        }
        Map<String, Result> answers = commander.give(commands, PATIENCE);
        List<String> told = new ArrayList<>();
        for (Command each : commands) {
            told.add(CommandOptions.message(each, answers.get(each.getId())));
        }
        return order.replica() + ": " + String.join("; ", told);
    }

    private static List<byte[]> paths(Order order) {
        boolean isWhole =
                order.action() == Order.Action.BASELINE && order.paths().isEmpty();
        return isWhole ? List.of(RelPath.ROOT.bytes()) : order.paths();
    }

    private static CommandKind kind(Order.Action action) {
        return switch (action) {
            case RETRY -> CommandKind.RETRY;
            case DROP -> CommandKind.DROP;
            case APPROVE -> CommandKind.APPROVE;
            case DISCARD -> CommandKind.DISCARD;
            case BASELINE -> CommandKind.BASELINE;
        };
    }
}
