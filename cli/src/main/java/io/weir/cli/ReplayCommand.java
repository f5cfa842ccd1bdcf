package io.weir.cli;

import io.weir.schemas.CommandKind;
import io.weir.schemas.RelPath;
import io.weir.schemas.ReplayOrder;
import io.weir.schemas.Result;
import io.weir.schemas.Status;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.WeirException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code weir replay}: applies a part of the history to a replica again. */
@Command(
        name = "replay",
        description =
                "Reconciles again what the batches of a time named, by what the source has now, while the replica goes"
                        + " on with the live stream. Without --execute it only says what that would be, and from which"
                        + " offsets. Refused when the topic has dropped batches of that time.",
        footer = {
            "",
            "Examples:",
            "  weir replay --replica backup1 --from 2h",
            "  weir replay --replica backup1 --source data --from 2026-01-31T14:00 --to 2026-01-31T15:00 --execute",
            "  weir replay --replica backup1 --from 3d --path '/projects/**' -o json"
        })
final class ReplayCommand implements Callable<Integer> {
    @Mixin
    KafkaOptions kafka = new KafkaOptions();

    @Option(names = "--replica", paramLabel = "NAME", required = true, description = "The replica.")
    String replica = "";

    @Option(names = "--source", paramLabel = "NAME", description = "The source; needed when the replica has several.")
    @Nullable
    String source;

    @Option(
            names = "--from",
            paramLabel = "TIME",
            required = true,
            converter = MomentConverter.class,
            description = "Batches of this time and later: " + MomentConverter.FORMS + ".")
    Instant from = Instant.EPOCH;

    @Option(
            names = "--to",
            paramLabel = "TIME",
            converter = MomentConverter.class,
            description = "Only batches before this time (default: all until now).")
    @Nullable
    Instant to;

    @Option(
            names = "--path",
            paramLabel = "GLOB",
            description = "Only paths that match this pattern, as in a replica's filters.")
    @Nullable
    String glob;

    @Option(names = "--execute", description = "Does it.")
    boolean execute;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            description = "How long to wait for the applier's answer (default: 600); 0 not to wait.")
    int wait = 600;

    @Option(
            names = "--expire",
            paramLabel = "MINUTES",
            description = "An applier that reads the command later does nothing (default: 60).")
    int expire = 60;

    @Option(
            names = "--show",
            paramLabel = "N",
            description = "So many paths of each kind in a table (default: 20). JSON has up to 1000.")
    int show = 20;

    @Mixin
    OutputOption output = new OutputOption();

    @Override
    public Integer call() {
        ReplayOrder order = WorkOrders.replay(from, to, glob);
        KafkaSettings settings = kafka.kafka();
        SortedMap<String, Status> known = ReplicaSources.of(StatusCommand.read(settings), replica, source);
        ReplicaSources.refusePromoted(known);
        Set<String> sources = known.keySet();
        if (sources.size() > 1) {
            throw new WeirException(
                    ExitCode.USAGE,
                    "replica " + replica + " has several sources, " + sources + "; choose with --source");
        }
        Commander commander = new Commander(settings, Duration.ofMinutes(expire));
        CommandKind kind = execute ? CommandKind.REPLAY : CommandKind.REPLAY_DRY_RUN;
        Commander.Address to = new Commander.Address(replica, sources.iterator().next());
        List<io.weir.schemas.Command> commands = commander.commands(kind, to, List.of(RelPath.ROOT.bytes())).stream()
                .map(each -> io.weir.schemas.Command.newBuilder(each)
                        .setPaths(List.of())
                        .setReplay(order)
                        .build())
                .toList();
        Map<String, Result> answers = commander.give(commands, Duration.ofSeconds(wait));
        PrintWriter out = kafka.out();
        commands.forEach(each -> out.print(shown(to, each, answers.get(each.getId()))));
        out.flush();
        if (answers.values().stream().anyMatch(each -> each.getFailed() > 0)) {
            return ExitCode.FAILURE.number();
        }
        return (answers.isEmpty() && wait > 0 ? ExitCode.UNAVAILABLE : ExitCode.OK).number();
    }

    private String shown(Commander.Address to, io.weir.schemas.Command command, @Nullable Result answer) {
        String message = CommandOptions.message(command, answer);
        if (output.isJson()) {
            return json(command, answer, message);
        }
        String line = to.replica() + "/" + to.source() + ": " + message + "\n";
        if (answer == null || answer.getDryRun() == null) {
            return line;
        }
        return line + new DryRunView(show).text(List.of(new DryRunView.Answer(to, answer.getDryRun(), message)));
    }

    private static String json(io.weir.schemas.Command command, @Nullable Result answer, String message) {
        return Json.array(List.of(command), (json, each) -> {
            json.writeStringField("id", each.getId());
            json.writeStringField("replica", each.getReplica());
            json.writeStringField("source", each.getSource());
            json.writeBooleanField("answered", answer != null);
            json.writeStringField("message", message);
            if (answer != null) {
                json.writeNumberField("partition", answer.getPartition());
                json.writeNumberField("fromOffset", answer.getFromOffset());
                json.writeNumberField("toOffset", answer.getToOffset());
                json.writeNumberField("paths", answer.getPaths());
                if (answer.getDryRun() != null) {
                    DryRunView.write(json, answer.getDryRun());
                }
            }
        });
    }
}
