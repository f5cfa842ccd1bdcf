package io.weir.cli;

import io.weir.schemas.CommandKind;
import io.weir.schemas.DeadLetterKey;
import io.weir.schemas.DeadLetterKind;
import io.weir.service.ExitCode;
import io.weir.service.WeirException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weir deadletters}: paths that a replica could not take, or holds back. */
@Command(
        name = "deadletters",
        description = "Shows, retries and drops paths that a replica could not make equal to the source.",
        synopsisSubcommandLabel = "(list | show | retry | drop)")
final class DeadLettersCommand implements Runnable {
    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(spec.commandLine(), "missing command: list, show, retry or drop");
        }
    }

    /** Which letters are meant. */
    static final class Choice {
        @Option(names = "--replica", paramLabel = "NAME", description = "Only of this replica.")
        @Nullable
        String replica;

        @Option(names = "--source", paramLabel = "NAME", description = "Only of this source.")
        @Nullable
        String source;

        @Parameters(
                paramLabel = "PATTERN",
                arity = "0..*",
                description = "Paths as they are printed, or patterns: *.tmp, /logs/**, /a/b/c.")
        List<String> patterns = new ArrayList<>();

        List<Letter> of(List<Letter> all, @Nullable DeadLetterKind kind) {
            Letter.Filter filter = new Letter.Filter(replica, source, kind, patterns);
            return all.stream().filter(filter::matches).toList();
        }
    }

    /** {@code weir deadletters list}. */
    @Command(
            name = "list",
            description = "One line for each dead letter.",
            footer = {"", "Examples:", "  weir deadletters list", "  weir deadletters list --kind held -o json"})
    int list(
            @Mixin KafkaOptions options,
            @Mixin Choice choice,
            @Option(names = "--kind", paramLabel = "KIND", description = "failed, held, refused or undecodable.")
                    @Nullable
                    DeadLetterKind kind,
            @Option(
                            names = {"-o", "--output"},
                            paramLabel = "FORMAT",
                            description = "table or json (default: table).",
                            defaultValue = "TABLE")
                    StatusCommand.Format format) {
        PrintWriter out = options.out();
        List<Letter> letters = choice.of(Letter.readAll(options.kafka()), kind);
        LetterView view = new LetterView(Instant.now());
        out.print(format == StatusCommand.Format.JSON ? view.json(letters) : view.table(letters));
        return ExitCode.OK.number();
    }

    /** {@code weir deadletters show}. */
    @Command(
            name = "show",
            description = "Everything about each dead letter; exits with 1 if there is none.",
            footer = {"", "Example:", "  weir deadletters show 'reports/today.txt'"})
    int show(
            @Mixin KafkaOptions options,
            @Mixin Choice choice,
            @Option(
                            names = {"-o", "--output"},
                            paramLabel = "FORMAT",
                            description = "table or json (default: table).",
                            defaultValue = "TABLE")
                    StatusCommand.Format format) {
        PrintWriter out = options.out();
        List<Letter> letters = choice.of(Letter.readAll(options.kafka()), null);
        LetterView view = new LetterView(Instant.now());
        out.print(format == StatusCommand.Format.JSON ? view.json(letters) : view.details(letters));
        return (letters.isEmpty() ? ExitCode.FAILURE : ExitCode.OK).number();
    }

    /** {@code weir deadletters retry}. */
    @Command(
            name = "retry",
            description = "Tries failed paths again now, without waiting for their schedule.",
            footer = {"", "Examples:", "  weir deadletters retry --all", "  weir deadletters retry --replica b1 '*.db'"
            })
    int retry(@Mixin CommandOptions options, @Mixin Choice choice, @Option(names = "--all") boolean all) {
        List<Letter> letters =
                chosen(options, choice, all, letter -> letter.body().getKind() == DeadLetterKind.FAILED);
        return options.dryRun || letters.isEmpty()
                ? shown(options, letters, choice)
                : options.ask(CommandKind.RETRY, CommandOptions.byAddress(letters));
    }

    /** {@code weir deadletters drop}. */
    @Command(
            name = "drop",
            description =
                    "Forgets dead letters: the replica keeps what it has there until the path changes again. What a guard"
                            + " holds is not dropped: see approve and discard.",
            footer = {"", "Example:", "  weir deadletters drop --replica b1 'reports/today.txt'"})
    int drop(@Mixin CommandOptions options, @Mixin Choice choice, @Option(names = "--all") boolean all) {
        List<Letter> letters =
                chosen(options, choice, all, letter -> letter.body().getKind() != DeadLetterKind.HELD);
        if (options.dryRun || letters.isEmpty()) {
            return shown(options, letters, choice);
        }
        // What the aggregator wrote is in no applier's memory.
        List<Letter> nobodys =
                letters.stream().filter(each -> each.key().replica().isEmpty()).toList();
        List<Letter> others =
                letters.stream().filter(each -> !each.key().replica().isEmpty()).toList();
        if (!nobodys.isEmpty()) {
            new Commander(options.kafka.kafka(), Duration.ofMinutes(options.expire))
                    .bury(nobodys.stream().map(each -> encoded(each.key())).toList());
            options.kafka.out().println(nobodys.size() + " dead letters of all replicas are forgotten");
        }
        return others.isEmpty()
                ? ExitCode.OK.number()
                : options.ask(CommandKind.DROP, CommandOptions.byAddress(others));
    }

    private static byte[] encoded(DeadLetterKey key) {
        return DeadLetterKey.encode(key.source(), key.replica(), key.path());
    }

    private static List<Letter> chosen(
            CommandOptions options, Choice choice, boolean all, java.util.function.Predicate<Letter> may) {
        if (choice.patterns.isEmpty() && !all) {
            throw new WeirException(ExitCode.USAGE, "name paths or patterns, or say --all");
        }
        return choice.of(Letter.readAll(options.kafka.kafka()), null).stream()
                .filter(may)
                .toList();
    }

    /** Nothing is asked for: what is meant, or that nothing is. */
    static int shown(CommandOptions options, List<Letter> letters, Choice choice) {
        LetterView view = new LetterView(Instant.now());
        PrintWriter out = options.kafka.out();
        out.print(options.format == StatusCommand.Format.JSON ? view.json(letters) : view.table(letters));
        return (letters.isEmpty() && !choice.patterns.isEmpty() ? ExitCode.FAILURE : ExitCode.OK).number();
    }
}
