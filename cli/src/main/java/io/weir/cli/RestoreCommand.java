package io.weir.cli;

import io.weir.agent.SourceSettings;
import io.weir.schemas.CommandKind;
import io.weir.schemas.RestoreOrder;
import io.weir.schemas.Restored;
import io.weir.schemas.Result;
import io.weir.schemas.Status;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.WeirException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weir restore}: what a replica had at a time. */
@Command(
        name = "restore",
        description =
                "Copies what a replica had at a time out of its trash, deleted directories too, into a directory of the"
                        + " replica's host, and says how to bring it back to the source, which Weir never writes to."
                        + " The replica goes on meanwhile. Needs `trash.enabled` for the source of the replica;"
                        + " `weir history PATH --versions` lists what there is. Exits with 6 when a path had nothing"
                        + " then, and with 1 when the copy is not whole.",
        footer = {
            "",
            "Examples:",
            "  weir restore projects/one/plan.txt --as-of 2h",
            "  weir restore projects www --as-of 2026-01-31T03:00 --replica backup1 --to before-the-accident",
            "  weir restore . --as-of 2026-01-31T03:00:00Z --source data --replica backup1 -o json"
        })
final class RestoreCommand implements Callable<Integer> {
    private static final Duration CHOICE = Duration.ofSeconds(60);

    @Mixin
    KafkaOptions kafka = new KafkaOptions();

    @Parameters(
            arity = "1..*",
            paramLabel = "PATH",
            description =
                    "Directories or files relative to the source's root, '.' for all of it; or absolute where the root"
                            + " is known: with the agent's --config, or the --data of a `weir up`. \\xNN is the byte NN,"
                            + " as paths are printed.")
    List<String> paths = new ArrayList<>();

    @Option(
            names = "--as-of",
            paramLabel = "TIME",
            required = true,
            converter = MomentConverter.class,
            description = "What the replica had then: " + MomentConverter.FORMS + ".")
    Instant asOf = Instant.EPOCH;

    @Option(
            names = "--replica",
            paramLabel = "NAME",
            description = "The replica; needed when several keep earlier versions.")
    @Nullable
    String replica;

    @Option(names = "--source", paramLabel = "NAME", description = "The source; needed when there are several.")
    @Nullable
    String source;

    @Option(
            names = "--to",
            paramLabel = "DIR",
            description =
                    "A new or empty directory of the replica's host, in the one that its setting restore.dir allows"
                            + " (default: one of its own there). In the replica's .weir/restored without that setting.")
    String to = "";

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            description =
                    "How long to wait for the answer (default: 3600); 0 not to wait. It is carried out in any case;"
                            + " `weir tail` shows the answer too.")
    int wait = 3600;

    @Option(
            names = "--expire",
            paramLabel = "MINUTES",
            description = "An applier that reads the command later does nothing (default: 60).")
    int expire = 60;

    @Mixin
    OutputOption output = new OutputOption();

    @Override
    public Integer call() {
        KafkaSettings settings = kafka.kafka();
        PastReplicas who = PastReplicas.ask(kafka, settings, paths, source, replica);
        String chosen = who.replicas().size() == 1 ? who.replicas().firstKey() : onlyOneWithTrash(who, settings);
        Commander commander = new Commander(settings, Duration.ofMinutes(expire));
        List<io.weir.schemas.Command> commands =
                commander.commands(CommandKind.RESTORE, new Commander.Address(chosen, who.source()), who.paths());
        if (commands.size() > 1) {
            throw new WeirException(
                    ExitCode.USAGE,
                    "restore " + paths.size() + " paths: too many for one order; name a directory above");
        }
        io.weir.schemas.Command order = io.weir.schemas.Command.newBuilder(commands.get(0))
                .setRestore(RestoreOrder.newBuilder()
                        .setAsOf(asOf.truncatedTo(ChronoUnit.MICROS))
                        .setTo(to)
                        .build())
                .build();
        Result answer = commander.give(List.of(order), Duration.ofSeconds(wait)).get(order.getId());
        Status applier = Objects.requireNonNull(who.replicas().get(chosen), chosen);
        RestoreView view = new RestoreView(order, answer, applier.getHost(), root(who.source()));
        PrintWriter out = kafka.out();
        out.print(output.isJson() ? view.json() : view.text());
        out.flush();
        return exit(answer).number();
    }

    private ExitCode exit(@Nullable Result answer) {
        if (answer == null) {
            return wait > 0 ? ExitCode.UNAVAILABLE : ExitCode.OK;
        }
        Restored restored = answer.getRestored();
        boolean isSomethingAbsent = restored != null && restored.getAbsent() > 0;
        return answer.getFailed() > 0 ? ExitCode.FAILURE : isSomethingAbsent ? ExitCode.ATTENTION : ExitCode.OK;
    }

    private static String onlyOneWithTrash(PastReplicas who, KafkaSettings settings) {
        PastReplicas.Answers asked = who.versions(settings, CHOICE);
        SortedSet<String> keeping = asked.withTrash();
        if (keeping.size() > 1) {
            throw new WeirException(
                    ExitCode.USAGE, "replicas " + keeping + " keep earlier versions; choose one with --replica");
        }
        if (keeping.isEmpty()) {
            throw new WeirException(
                    asked.answers().isEmpty() ? ExitCode.UNAVAILABLE : ExitCode.FAILURE,
                    "find a replica with earlier versions: " + String.join("; ", asked.others()));
        }
        return keeping.first();
    }

    /** Where the source is, when this machine's settings tell. */
    private @Nullable String root(String name) {
        return KnownSources.of(kafka).stream()
                .filter(each -> each.name().equals(name))
                .map(SourceSettings::root)
                .map(Objects::toString)
                .findFirst()
                .orElse(null);
    }
}
