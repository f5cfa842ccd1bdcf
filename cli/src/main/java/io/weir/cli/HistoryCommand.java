package io.weir.cli;

import io.weir.schemas.RelPath;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.WeirException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weir history}: which changes were observed. */
@Command(
        name = "history",
        description =
                "Shows which changes of a path, and of all below it, were observed, oldest first; without a path those"
                        + " of all. A rename is followed to the name before. Where changes may be missing a gap or a"
                        + " rescan is shown, also when it is of a directory above. With --versions it shows which"
                        + " versions of the path replicas have and had instead, newest first, as far as their trash"
                        + " still holds them; `weir restore` brings them back.",
        footer = {
            "",
            "Examples:",
            "  weir history projects/one/plan.txt",
            "  weir history /export/data/projects --since 2h --data /var/lib/weir",
            "  weir history --source data --since 2026-01-31T03:00 --until 2026-01-31T04:00 -o json",
            "  weir history projects/one/plan.txt --versions",
        })
final class HistoryCommand implements Callable<Integer> {
    /** How far back is looked when nothing else is said. */
    static final Duration DAY = Duration.ofDays(1);

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Mixin
    KafkaOptions options = new KafkaOptions();

    @Parameters(
            arity = "0..1",
            paramLabel = "PATH",
            description =
                    "Relative to the source's root, or absolute where the root is known: with the agent's --config, or"
                            + " the --data of a `weir up`. \\xNN is the byte NN, as paths are printed.")
    @Nullable
    String path;

    @Option(names = "--source", paramLabel = "NAME", description = "Only of this source.")
    @Nullable
    String source;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            converter = MomentConverter.class,
            description = "Changes from then on (default: 1d): " + MomentConverter.FORMS + ".")
    @Nullable
    Instant since;

    @Option(
            names = "--until",
            paramLabel = "TIME",
            converter = MomentConverter.class,
            description = "Changes before then (default: now).")
    @Nullable
    Instant until;

    @Option(
            names = {"-n", "--count"},
            paramLabel = "N",
            description = "So many changes at most, the newest ones (default: 1000).")
    int count = 1000;

    @Option(
            names = "--versions",
            description = "Which versions replicas have and had, in the place of which changes were observed.")
    boolean isOfVersions;

    @Option(
            names = "--replica",
            paramLabel = "NAME",
            description = "With --versions: only this one (default: all replicas of the source).")
    @Nullable
    String replica;

    @Option(names = "--no-follow", description = "Only by the name it has now.")
    boolean isByName;

    @Mixin
    OutputOption output = new OutputOption();

    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public Integer call() {
        if (isOfVersions) {
            return versions();
        }
        if (replica != null) {
            throw new WeirException(ExitCode.USAGE, "show history: --replica goes with --versions");
        }
        Instant end = until == null ? Instant.now() : until;
        Instant begin = since == null ? end.minus(DAY) : since;
        if (!begin.isBefore(end) || count < 1) {
            throw new WeirException(
                    ExitCode.USAGE,
                    "show history: --since must be before --until (default: now), and --count at least 1; there is"
                            + " nothing between " + begin + " and " + end);
        }
        TypedPath typed = path == null
                ? new TypedPath(null, RelPath.ROOT)
                : TypedPath.ofArgument(path, path.startsWith("/") ? KnownSources.of(options) : List.of());
        String of = source == null ? typed.source() : source;
        KafkaSettings kafka = options.kafka();
        ChangeSearch.Found found;
        try (TopicReader reader = new TopicReader(kafka)) {
            found = new ChangeSearch(
                            kafka,
                            new ChangeSearch.Question(
                                    of, typed.path(), new Trail.Reach(true, !isByName), begin, end, count))
                    .find(reader);
        }
        PrintWriter out = options.out();
        out.print(output.isJson() ? HistoryView.json(found.changes()) : HistoryView.table(found.changes()));
        out.flush();
        tell(found, begin, end);
        return ExitCode.OK.number();
    }

    private int versions() {
        String of = path;
        if (of == null || since != null || until != null || count < 1) {
            throw new WeirException(
                    ExitCode.USAGE,
                    "show versions: a PATH is needed, and neither --since nor --until; '.' is all of the source");
        }
        KafkaSettings kafka = options.kafka();
        PastReplicas who = PastReplicas.ask(options, kafka, List.of(of), source, replica);
        PastReplicas.Answers asked = who.versions(kafka, PATIENCE);
        VersionsView view = new VersionsView(asked, count);
        PrintWriter out = options.out();
        out.print(output.isJson() ? view.json() : view.table());
        out.flush();
        PrintWriter err = options.err();
        asked.others().forEach(err::println);
        if (view.isEmpty() && !asked.withTrash().isEmpty()) {
            err.println("no replica with a trash has, or still has, a version of this path");
        }
        if (view.hidden() > 0) {
            err.println("these are the newest; " + view.hidden() + " more are not shown: ask for a path below, or give"
                    + " a higher --count");
        }
        err.flush();
        if (asked.answers().size() < asked.commands().size()) {
            return ExitCode.UNAVAILABLE.number();
        }
        return (asked.withTrash().isEmpty() ? ExitCode.FAILURE : ExitCode.OK).number();
    }

    /** What the answer lacks goes where no script takes it for a change. */
    private void tell(ChangeSearch.Found found, Instant begin, Instant end) {
        PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
        if (found.changes().isEmpty()) {
            err.println("no change was observed between " + begin + " and " + end
                    + (path == null ? "" : "; `weir explain` says why that can be"));
        }
        if (found.hasMore()) {
            err.println("these are the newest " + found.changes().size() + "; give --count N for more");
        }
        if (found.isCut()) {
            err.println("what was before the oldest record that Kafka has is no longer kept");
        }
        if (found.unreadable() > 0) {
            err.println(
                    found.unreadable() + " records of that time cannot be read: a newer Weir may have written them");
        }
        err.flush();
    }
}
