package io.weir.cli;

import io.weir.schemas.CommandKind;
import io.weir.schemas.DeadLetterKind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weir approve} and {@code weir discard}: what becomes of deletes that the breaker stopped. */
final class HeldCommands {
    private HeldCommands() {}

    /** Which held paths are meant. */
    static final class Choice {
        @Parameters(index = "0", paramLabel = "REPLICA", description = "The replica that holds paths.")
        String replica = "";

        @Parameters(
                index = "1..*",
                paramLabel = "PATTERN",
                description = "Only these held paths, as they are printed, or patterns (default: all).")
        List<String> patterns = new ArrayList<>();

        @Option(names = "--source", paramLabel = "NAME", description = "Only of this source.")
        @Nullable
        String source;

        int ask(CommandKind kind, CommandOptions options) {
            DeadLettersCommand.Choice choice = new DeadLettersCommand.Choice();
            choice.replica = replica;
            choice.source = source;
            choice.patterns = patterns;
            List<Letter> letters = choice.of(Letter.readAll(options.kafka.kafka()), DeadLetterKind.HELD);
            return options.dryRun || letters.isEmpty()
                    ? DeadLettersCommand.shown(options, letters, choice, " that is held")
                    : options.ask(kind, CommandOptions.byAddress(letters));
        }
    }

    /** {@code weir approve}. */
    @Command(
            name = "approve",
            description =
                    "Lets deletes through that the breaker stopped: the held paths are made equal to what the source has"
                            + " now, and what it no longer has is deleted.",
            footer = {
                "",
                "Examples:",
                "  weir approve backup1 --dry-run",
                "  weir approve backup1 --source data '/old/**'"
            })
    static final class Approve implements Callable<Integer> {
        @Mixin
        CommandOptions options = new CommandOptions();

        @Mixin
        Choice choice = new Choice();

        @Override
        public Integer call() {
            return choice.ask(CommandKind.APPROVE, options);
        }
    }

    /** {@code weir discard}. */
    @Command(
            name = "discard",
            description =
                    "Forgets deletes that the breaker stopped: the replica keeps what the source no longer has, until those"
                            + " paths change again or a baseline covers them.",
            footer = {"", "Examples:", "  weir discard backup1 --dry-run", "  weir discard backup1 '/archive/**'"})
    static final class Discard implements Callable<Integer> {
        @Mixin
        CommandOptions options = new CommandOptions();

        @Mixin
        Choice choice = new Choice();

        @Override
        public Integer call() {
            return choice.ask(CommandKind.DISCARD, options);
        }
    }
}
