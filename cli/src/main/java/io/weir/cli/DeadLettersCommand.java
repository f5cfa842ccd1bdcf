package io.weir.cli;

import io.weir.schemas.CommandKind;
import io.weir.schemas.DeadLetterKey;
import io.weir.schemas.DeadLetterKind;
import io.weir.schemas.Topics;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.WeirException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
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
        synopsisSubcommandLabel = "(list | show | retry | drop)",
        subcommands = {
            DeadLettersCommand.ListLetters.class,
            DeadLettersCommand.Show.class,
            DeadLettersCommand.Retry.class,
            DeadLettersCommand.Drop.class,
        })
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

        /**
         * That no letter is meant.
         *
         * @param which of all letters were looked at, such as " to be retried"; empty for all
         */
        String nothing(String which) {
            return patterns.isEmpty()
                    ? "no dead letters\n"
                    : "no dead letter" + which + " matches the path "
                            + patterns.stream().map(each -> "'" + each + "'").collect(Collectors.joining(" or "))
                            + (replica == null ? "; a replica is named with --replica NAME" : " on replica " + replica)
                            + "\n";
        }

        List<Letter> of(List<Letter> all, @Nullable DeadLetterKind kind) {
            Letter.Filter filter = new Letter.Filter(replica, source, kind, patterns);
            return all.stream().filter(filter::matches).toList();
        }
    }

    /** How letters are shown. */
    abstract static class Looking implements Callable<Integer> {
        @Mixin
        KafkaOptions options = new KafkaOptions();

        @Mixin
        Choice choice = new Choice();

        @Option(names = "--kind", paramLabel = "KIND", description = "failed, held, refused or undecodable.")
        @Nullable
        DeadLetterKind kind;

        @Mixin
        OutputOption output = new OutputOption();

        @Option(names = "--all", description = "All of them, as without a pattern.")
        boolean all;

        List<Letter> letters() {
            if (all && !choice.patterns.isEmpty()) {
                throw new WeirException(ExitCode.USAGE, "name paths or patterns, or say --all, but not both");
            }
            return choice.of(Letter.readAll(options.kafka()), kind);
        }

        void print(List<Letter> letters, Function<LetterView, String> text) {
            LetterView view = new LetterView(Instant.now());
            String readable = letters.isEmpty() ? choice.nothing("") : text.apply(view);
            options.out().print(output.isJson() ? view.json(letters) : readable);
        }
    }

    /** {@code weir deadletters list}. */
    @Command(
            name = "list",
            description = "One line for each dead letter.",
            footer = {"", "Examples:", "  weir deadletters list", "  weir deadletters list --kind held -o json"})
    static final class ListLetters extends Looking {
        @Override
        public Integer call() {
            List<Letter> letters = letters();
            print(letters, view -> view.table(letters));
            return ExitCode.OK.number();
        }
    }

    /** {@code weir deadletters show}. */
    @Command(
            name = "show",
            description = "Everything about each dead letter, of all without a pattern; exits with 1 if there is none.",
            footer = {"", "Examples:", "  weir deadletters show --all", "  weir deadletters show 'reports/today.txt'"})
    static final class Show extends Looking {
        @Override
        public Integer call() {
            List<Letter> letters = letters();
            print(letters, view -> view.details(letters));
            return (letters.isEmpty() ? ExitCode.FAILURE : ExitCode.OK).number();
        }
    }

    /** What is asked of appliers about letters. */
    abstract static class Asking implements Callable<Integer> {
        @Mixin
        CommandOptions options = new CommandOptions();

        @Mixin
        Choice choice = new Choice();

        @Option(names = "--all", description = "Instead of a pattern: all of them.")
        boolean all;

        List<Letter> chosen(Predicate<DeadLetterKind> may) {
            if (choice.patterns.isEmpty() && !all) {
                throw new WeirException(ExitCode.USAGE, "name paths or patterns, or say --all");
            }
            return choice.of(Letter.readAll(options.kafka.kafka()), null).stream()
                    .filter(each -> may.test(each.body().getKind()))
                    .toList();
        }
    }

    /** {@code weir deadletters retry}. */
    @Command(
            name = "retry",
            description = "Tries failed paths again now, without waiting for their schedule.",
            footer = {"", "Examples:", "  weir deadletters retry --all", "  weir deadletters retry --replica b1 '*.db'"
            })
    static final class Retry extends Asking {
        @Override
        public Integer call() {
            List<Letter> letters = chosen(kind -> kind == DeadLetterKind.FAILED);
            return options.dryRun || letters.isEmpty()
                    ? shown(options, letters, choice, " to be retried")
                    : options.ask(CommandKind.RETRY, CommandOptions.byAddress(letters));
        }
    }

    /** {@code weir deadletters drop}. */
    @Command(
            name = "drop",
            description =
                    "Forgets dead letters: the replica keeps what it has there until the path changes again. What a guard"
                            + " holds is not dropped: see approve and discard.",
            footer = {"", "Example:", "  weir deadletters drop --replica b1 'reports/today.txt'"})
    static final class Drop extends Asking {
        @Override
        public Integer call() {
            List<Letter> letters = chosen(kind -> kind != DeadLetterKind.HELD);
            if (options.dryRun || letters.isEmpty()) {
                return shown(options, letters, choice, " to be dropped");
            }
            // What the aggregator wrote is in no applier's memory.
            List<Letter> nobodys = letters.stream()
                    .filter(each -> each.key().replica().isEmpty())
                    .toList();
            List<Letter> others = letters.stream()
                    .filter(each -> !each.key().replica().isEmpty())
                    .toList();
            if (!nobodys.isEmpty()) {
                KafkaSettings kafka = options.kafka.kafka();
                new Commander(kafka, Duration.ofMinutes(options.expire))
                        .bury(
                                new Topics(kafka.topicPrefix()).deadLetters().name(),
                                nobodys.stream()
                                        .map(each -> encoded(each.key()))
                                        .toList());
                options.kafka.out().println(nobodys.size() + " dead letters of all replicas are forgotten");
            }
            return others.isEmpty()
                    ? ExitCode.OK.number()
                    : options.ask(CommandKind.DROP, CommandOptions.byAddress(others));
        }
    }

    private static byte[] encoded(DeadLetterKey key) {
        return DeadLetterKey.encode(key.source(), key.replica(), key.path());
    }

    /**
     * Nothing is asked for: what is meant, or that nothing is.
     *
     * @param which as for {@link Choice#nothing}
     */
    static int shown(CommandOptions options, List<Letter> letters, Choice choice, String which) {
        LetterView view = new LetterView(Instant.now());
        PrintWriter out = options.kafka.out();
        String text = letters.isEmpty() ? choice.nothing(which) : view.table(letters);
        out.print(options.output.isJson() ? view.json(letters) : text);
        return (letters.isEmpty() && !choice.patterns.isEmpty() ? ExitCode.FAILURE : ExitCode.OK).number();
    }
}
