package io.weir.cli;

import io.weir.applier.ApplierSettings;
import io.weir.applier.OfflineComparison;
import io.weir.applier.ReplicaSettings;
import io.weir.applier.reconcile.Differences;
import io.weir.applier.reconcile.Outcome;
import io.weir.schemas.CommandKind;
import io.weir.schemas.RelPath;
import io.weir.schemas.Result;
import io.weir.service.ExitCode;
import io.weir.service.SettingsFile;
import io.weir.service.WeirException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code weir baseline}: makes a replica equal as a whole, or directories of it. */
@Command(
        name = "baseline",
        description =
                "Makes a replica, or directories of it, equal to the source with everything below: lists the source,"
                        + " pulls what differs, deletes what is not there. What is equal already costs a listing.",
        footer = {
            "",
            "Examples:",
            "  weir baseline backup1 --dry-run",
            "  weir baseline backup1 projects/one --source data",
            "  weir baseline backup1 --dry-run --offline --config weir.yaml"
        })
final class BaselineCommand implements Callable<Integer> {
    @Mixin
    CommandOptions options = new CommandOptions();

    @Mixin
    ReplicaPaths which = new ReplicaPaths();

    @Option(
            names = "--offline",
            description =
                    "With --dry-run: compare here, by the applier's section of --config, without Kafka and a running"
                            + " applier, and even if the directory is no replica yet. Takes no lock and writes nothing."
                            + " Needs the file of a `weir applier`, not that of a `weir up`.")
    boolean offline;

    @Option(
            names = "--show",
            paramLabel = "N",
            description = "With --dry-run: so many paths of each kind in a table (default: 20). JSON has up to 1000.")
    int show = 20;

    @Override
    public Integer call() throws InterruptedException {
        if (offline) {
            return offline(which.fields());
        }
        Map<Commander.Address, List<byte[]>> all = which.byAddress(options.kafka.kafka());
        return options.dryRun
                ? options.ask(CommandKind.BASELINE_DRY_RUN, all, this::print)
                : options.ask(CommandKind.BASELINE, all);
    }

    private void print(List<io.weir.schemas.Command> commands, Map<String, Result> results) {
        List<DryRunView.Answer> answers = new ArrayList<>();
        for (io.weir.schemas.Command each : commands) {
            Result result = results.get(each.getId());
            answers.add(new DryRunView.Answer(
                    new Commander.Address(each.getReplica(), each.getSource()),
                    result == null ? null : result.getDryRun(),
                    CommandOptions.message(each, result)));
        }
        print(answers);
    }

    private void print(List<DryRunView.Answer> answers) {
        DryRunView view = new DryRunView(show);
        PrintWriter out = options.kafka.out();
        out.print(options.output.isJson() ? view.json(answers) : view.text(answers));
        out.flush();
    }

    private int offline(List<byte[]> fields) throws InterruptedException {
        Path file = options.kafka
                .config()
                .filter(config -> options.dryRun)
                .orElseThrow(() -> new WeirException(
                        ExitCode.USAGE, "--offline goes with --dry-run and --config FILE, the applier's settings"));
        ApplierSettings settings = SettingsFile.read(file, root -> {
            Sections.ignoreBut(root, List.of("applier"));
            if (!ApplierSettings.namesReplica(root)) {
                throw new WeirException(
                        ExitCode.USAGE,
                        "compare offline by " + file
                                + ": it names no replica (applier.replica); is it the file of a `weir"
                                + " up`, which decides names and addresses itself? While that runs, use `weir baseline "
                                + which.replica
                                + " --dry-run --data DIR`; before it, `rsync -ain --delete --exclude=/.weir SOURCE/"
                                + " REPLICA/` shows what would be sent and deleted");
            }
            return ApplierSettings.read(root);
        });
        List<ReplicaSettings> chosen = settings.sources().stream()
                .filter(each -> which.source == null || each.source().equals(which.source))
                .toList();
        if (!settings.replica().equals(which.replica) || chosen.isEmpty()) {
            throw new WeirException(
                    ExitCode.USAGE,
                    "the settings in " + file + " are those of replica '" + settings.replica() + "' with the sources "
                            + settings.sources().stream()
                                    .map(ReplicaSettings::source)
                                    .toList());
        }
        List<RelPath> wanted = fields.stream().map(RelPath::of).toList();
        List<DryRunView.Answer> answers = new ArrayList<>();
        for (ReplicaSettings each : chosen) {
            Differences now = OfflineComparison.dryRun(which.replica, each, wanted);
            answers.add(new DryRunView.Answer(
                    new Commander.Address(which.replica, each.source()),
                    now.state() == Outcome.State.DONE ? now.toRecord() : null,
                    now.message()));
        }
        print(answers);
        return (answers.stream().anyMatch(each -> each.dryRun() == null) ? ExitCode.UNAVAILABLE : ExitCode.OK).number();
    }
}
