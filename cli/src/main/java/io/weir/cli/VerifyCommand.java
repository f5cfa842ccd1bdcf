package io.weir.cli;

import io.weir.applier.consume.VerifyPlan;
import io.weir.schemas.CommandKind;
import io.weir.schemas.Result;
import io.weir.schemas.VerifyLevel;
import io.weir.schemas.VerifyOrder;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code weir verify}: compares a replica with its source. */
@Command(
        name = "verify",
        description =
                "Compares a replica, or directories of it, with the source as it is now, while replication goes on."
                        + " What differs is looked at again after a while: what is on its way, or changes meanwhile, is in"
                        + " flight and no drift. Exits with 6 when there is drift, repaired or not, and with 2 when neither side has"
                        + " anything at the paths.",
        footer = {
            "",
            "Levels:",
            "  metadata  names, types, sizes, times, modes, owners, link targets and hard links, as far as",
            "            the replica's settings keep them; costs a listing",
            "  sample    also the content of --sample of the files, others each time",
            "  checksum  also the content of all files: both sides read everything. Runs for hours with",
            "            --bwlimit; `weir status` shows how far it is, and it survives restarts",
            "",
            "Examples:",
            "  weir verify backup1",
            "  weir verify backup1 projects/one --source data --level checksum --repair",
            "  weir verify backup1 --level checksum --bwlimit 50MiB --wait 0",
            "  weir verify backup1 --sample 5 -o json"
        })
final class VerifyCommand implements Callable<Integer> {
    private static final int QUICK_SECONDS = 600;
    private static final int LONG_SECONDS = 86_400;

    @Mixin
    KafkaOptions kafka = new KafkaOptions();

    @Mixin
    ReplicaPaths which = new ReplicaPaths();

    @Option(names = "--level", description = "metadata, sample or checksum (default: metadata, with --sample sample).")
    WorkOrders.@Nullable Level level;

    @Option(
            names = "--sample",
            paramLabel = "PERCENT",
            description = "Of how many files in a hundred the content is compared (default: 1).")
    @Nullable
    Integer sample;

    @Option(
            names = "--bwlimit",
            paramLabel = "RATE",
            description = "Bytes per second that are read to compare contents, such as 50MiB, on either side and on the"
                    + " average (default: no limit).")
    @Nullable
    String bwlimit;

    @Option(
            names = "--repair",
            description =
                    "Makes what differs equal, by the usual way with its guards: deletes go by the breaker, and into"
                            + " the trash where there is one. Nothing else is touched.")
    boolean repair;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            description =
                    "How long to wait for the answer (default: 600; 86400 where contents are compared); 0 not to wait."
                            + " It is carried out in any case; `weir tail` shows the answer too.")
    @Nullable
    Integer wait;

    @Option(
            names = "--expire",
            paramLabel = "MINUTES",
            description = "An applier that reads the command later does nothing (default: 60).")
    int expire = 60;

    @Option(
            names = "--show",
            paramLabel = "N",
            description = "So many paths in a table (default: 20). JSON has up to 1000.")
    int show = 20;

    @Mixin
    OutputOption output = new OutputOption();

    @Override
    public Integer call() {
        VerifyOrder order = WorkOrders.verify(level, sample, bwlimit, repair);
        KafkaSettings settings = kafka.kafka();
        Commander commander = new Commander(settings, Duration.ofMinutes(expire));
        List<io.weir.schemas.Command> commands = new ArrayList<>();
        which.byAddress(settings).forEach((to, paths) -> {
            List<io.weir.schemas.Command> parts = commander.commands(CommandKind.VERIFY, to, paths);
            parts.forEach(each -> commands.add(
                    io.weir.schemas.Command.newBuilder(each).setVerify(order).build()));
        });
        int usual = order.getLevel() == VerifyLevel.METADATA ? QUICK_SECONDS : LONG_SECONDS;
        int patience = wait == null ? usual : wait;
        if (patience > 0) {
            kafka.err()
                    .println("compares; what differs is looked at again after a while (verify.settle, "
                            + VerifyPlan.DEFAULTS.settle().toSeconds()
                            + " s unless set), to leave out what is on its way");
            kafka.err().flush();
        }
        Map<String, Result> answers = commander.give(commands, Duration.ofSeconds(patience));
        VerifyView view = new VerifyView(show);
        PrintWriter out = kafka.out();
        out.print(output.isJson() ? view.json(commands, answers) : view.text(commands, answers));
        out.flush();
        return exit(commands, answers, patience).number();
    }

    private static ExitCode exit(List<io.weir.schemas.Command> commands, Map<String, Result> answers, int patience) {
        if (answers.values().stream().anyMatch(each -> each.getFailed() > 0)) {
            return ExitCode.FAILURE;
        }
        if (answers.size() < commands.size() && patience > 0) {
            return ExitCode.UNAVAILABLE;
        }
        if (answers.values().stream().anyMatch(VerifyView::isAlarming)) {
            return ExitCode.ATTENTION;
        }
        boolean isVain = commands.stream().anyMatch(each -> {
            Result answer = answers.get(each.getId());
            return answer != null && VerifyView.isVain(each, answer);
        });
        return isVain ? ExitCode.USAGE : ExitCode.OK;
    }
}
