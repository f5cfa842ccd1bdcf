package io.weir.cli;

import io.weir.agent.SourceSettings;
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
    private final List<SourceSettings> known;

    /**
     * Answers about a deployment.
     *
     * @param known the sources whose settings are at hand: of these absolute paths and excludes can be told
     */
    ConsoleAnswers(KafkaSettings kafka, List<SourceSettings> known) {
        this.kafka = kafka;
        this.known = List.copyOf(known);
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
        TypedPath typed = TypedPath.of(path, known);
        String chosen = typed.source();
        List<Status> components = StatusCommand.read(kafka);
        Instant now = Instant.now();
        StatusView view = new StatusView(now, components);
        Explanation explanation = new Explainer(kafka, components, view)
                .explain(chosen == null ? source : chosen, typed.path(), now.minus(HistoryCommand.DAY), now, known);
        return new ExplainView(view).json(explanation);
    }

    @Override
    public String carryOut(Order order) {
        if (order.source().isEmpty()) {
            throw new WeirException(ExitCode.USAGE, "the command names no source");
        }
        if (order.action() == Order.Action.PAUSE || order.action() == Order.Action.RESUME) {
            return rest(order);
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

    private String rest(Order order) {
        boolean isToRest = order.action() == Order.Action.PAUSE;
        // A mistyped name would be wanted to rest without end.
        ReplicaSources.refusePromoted(ReplicaSources.of(StatusCommand.read(kafka), order.replica(), order.source()));
        new Commander(kafka, EXPIRY)
                .want(order.replica(), List.of(order.source()), isToRest ? "asked for on the console" : null);
        return order.replica() + ": it is to " + (isToRest ? "rest" : "go on") + "; its state tells when it does";
    }

    private static List<byte[]> paths(Order order) {
        boolean isWhole =
                order.action() == Order.Action.BASELINE && order.paths().isEmpty();
        return isWhole ? List.of(RelPath.ROOT.bytes()) : order.paths();
    }

    private static CommandKind kind(Order.Action order) {
        return switch (order) {
            case RETRY -> CommandKind.RETRY;
            case DROP -> CommandKind.DROP;
            case APPROVE -> CommandKind.APPROVE;
            case DISCARD -> CommandKind.DISCARD;
            case BASELINE -> CommandKind.BASELINE;
            case PAUSE, RESUME -> throw new IllegalArgumentException(order + " is no command, but wanted state");
        };
    }
}
