package io.weir.cli;

import io.weir.agent.SourceSettings;
import io.weir.console.Answers;
import io.weir.console.Order;
import io.weir.schemas.Command;
import io.weir.schemas.CommandKind;
import io.weir.schemas.RelPath;
import io.weir.schemas.ReplayOrder;
import io.weir.schemas.Status;
import io.weir.schemas.VerifyOrder;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.WeirException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.TypeConversionException;

/** Makes the commands that the console was asked for, as the command line makes them. Thread-safe. */
final class ConsoleOrders {
    private static final Duration EXPIRY = Duration.ofMinutes(60);

    private final KafkaSettings kafka;
    private final List<SourceSettings> known;

    /** With the sources of which absolute paths can be told. */
    ConsoleOrders(KafkaSettings kafka, List<SourceSettings> known) {
        this.kafka = kafka;
        this.known = known;
    }

    /** An order that has been checked against those who are there. */
    Answers.Prepared prepare(Order order, List<Status> components) {
        if (order.source().isEmpty()) {
            throw new WeirException(ExitCode.USAGE, "the command names no source");
        }
        // Nobody would ever answer to a mistyped name, and it would be wanted to rest without end.
        ReplicaSources.refusePromoted(ReplicaSources.of(components, order.replica(), order.source()));
        return switch (order.action()) {
            case PAUSE -> new Wanted(order, "asked for on the console");
            case RESUME -> new Wanted(order, null);
            case RETRY, DROP, APPROVE, DISCARD, BASELINE, VERIFY, REPLAY, REPLAY_DRY_RUN ->
                new Commanded(command(order));
        };
    }

    private Command command(Order order) {
        CommandKind kind = CommandKind.valueOf(order.action().name());
        Commander.Address to = new Commander.Address(order.replica(), order.source());
        List<Command> commands = new Commander(kafka, EXPIRY).commands(kind, to, paths(order));
        if (commands.size() != 1) {
            throw new WeirException(
                    ExitCode.USAGE,
                    commands.isEmpty()
                            ? "the command names no path"
                            : "the command names more paths than one can; give some of them at a time");
        }
        Command.Builder command = Command.newBuilder(commands.get(0));
        return switch (order.action()) {
            case VERIFY -> command.setVerify(verify(order.options())).build();
            case REPLAY, REPLAY_DRY_RUN ->
                command.setPaths(List.of()).setReplay(replay(order.options())).build();
            default -> command.build();
        };
    }

    private static VerifyOrder verify(Map<String, String> options) {
        return WorkOrders.verify(
                level(options.get("level")),
                number(options.get("sample")),
                options.get("bwlimit"),
                Boolean.parseBoolean(options.get("repair")));
    }

    private static WorkOrders.@Nullable Level level(@Nullable String word) {
        try {
            return word == null ? null : WorkOrders.Level.valueOf(word.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new WeirException(
                    ExitCode.USAGE, "the level '" + word + "' is refused: give metadata, sample or checksum", e);
        }
    }

    private static @Nullable Integer number(@Nullable String digits) {
        try {
            return digits == null ? null : Integer.valueOf(digits);
        } catch (NumberFormatException e) {
            throw new WeirException(ExitCode.USAGE, "'" + digits + "' is no number", e);
        }
    }

    private static ReplayOrder replay(Map<String, String> options) {
        String from = options.get("from");
        if (from == null) {
            throw new WeirException(ExitCode.USAGE, "replay: 'from' is missing; give " + MomentConverter.FORMS);
        }
        String to = options.get("to");
        return WorkOrders.replay(moment(from), to == null ? null : moment(to), options.get("glob"));
    }

    /**
     * A moment as a person writes it.
     *
     * @throws WeirException (USAGE) when it is none
     */
    static Instant moment(String written) {
        try {
            return new MomentConverter().convert(written);
        } catch (TypeConversionException e) {
            throw new WeirException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
    }

    private List<byte[]> paths(Order order) {
        List<byte[]> paths = new ArrayList<>(order.paths());
        for (String each : order.typed()) {
            TypedPath typed = TypedPath.of(each, known);
            if (typed.source() != null && !typed.source().equals(order.source())) {
                throw new WeirException(
                        ExitCode.USAGE, each + " is of source " + typed.source() + ", not of " + order.source());
            }
            paths.add(typed.path().bytes());
        }
        boolean isOfTree = switch (order.action()) {
            case BASELINE, VERIFY, REPLAY, REPLAY_DRY_RUN -> true;
            case RETRY, DROP, APPROVE, DISCARD, PAUSE, RESUME -> false;
        };
        return isOfTree && paths.isEmpty() ? List.of(RelPath.ROOT.bytes()) : paths;
    }

    /** What an applier answers to. */
    private final class Commanded implements Answers.Prepared {
        private final Command command;

        Commanded(Command command) {
            this.command = command;
        }

        @Override
        public String id() {
            return command.getId();
        }

        @Override
        public Instant expiresAt() {
            return command.getExpiresAt();
        }

        @Override
        public Optional<String> give() {
            new Commander(kafka, EXPIRY).give(List.of(command));
            return Optional.empty();
        }
    }

    /** What is wanted of a replica until something else is. */
    private final class Wanted implements Answers.Prepared {
        private final String id = UUID.randomUUID().toString();
        private final Order order;
        private final @Nullable String reasonToRest;

        Wanted(Order order, @Nullable String reasonToRest) {
            this.order = order;
            this.reasonToRest = reasonToRest;
        }

        @Override
        public String id() {
            return id;
        }

        @Override
        public Instant expiresAt() {
            return Instant.now().plus(EXPIRY);
        }

        @Override
        public Optional<String> give() {
            new Commander(kafka, EXPIRY).want(order.replica(), List.of(order.source()), reasonToRest);
            return Optional.of(
                    "it is to " + (reasonToRest == null ? "go on" : "rest") + "; its state tells when it does");
        }
    }
}
