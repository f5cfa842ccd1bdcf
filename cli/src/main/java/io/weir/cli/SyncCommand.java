package io.weir.cli;

import io.weir.applier.ApplierSettings;
import io.weir.applier.OfflineComparison;
import io.weir.applier.ReplicaSettings;
import io.weir.applier.SyncOnce;
import io.weir.applier.reconcile.Differences;
import io.weir.applier.reconcile.Outcome;
import io.weir.schemas.RelPath;
import io.weir.service.ExitCode;
import io.weir.service.RsyncProgram;
import io.weir.service.SettingsFile;
import io.weir.service.WeirException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code weir sync --once}: a baseline without a daemon and without Kafka. */
@Command(
        name = "sync",
        description =
                "Makes the replica of an applier's settings file equal to its sources once, as a whole, and ends: without Kafka"
                        + " and without an applier that runs, for cron. With all of an applier's guards: markers, `adopt`,"
                        + " the delete breaker, the trash, `paths` and `filters`, limits. What is equal already costs a"
                        + " listing.",
        footer = {
            "",
            "Exits with 0 when all is equal, 6 when paths failed or are held by the delete breaker, 4 when a source or a disk"
                    + " stands in the way, 5 when a directory is another's or an applier works on it, 3 for wrong settings.",
            "",
            "Examples:",
            "  weir sync --once --config /etc/weir/applier.yaml",
            "  weir sync --once --config applier.yaml --source data --dry-run",
            "  weir sync --once --config applier.yaml --approve"
        })
final class SyncCommand implements Callable<Integer> {
    private static final long STOP_SECONDS = 10;

    @Option(names = "--once", description = "Needed: it makes equal once. What keeps equal for good is `weir applier`.")
    boolean once;

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            required = true,
            description = "Settings file of a `weir applier`; its applier section is used.")
    Path config = Path.of("weir.yaml");

    @Option(
            names = "--source",
            paramLabel = "NAME",
            description = "Only this source of the replica (default: all); may be repeated.")
    List<String> sources = new ArrayList<>();

    @Option(
            names = "--dry-run",
            description = "Only tell what would be sent and deleted. Takes no lock, writes nothing.")
    boolean dryRun;

    @Option(
            names = "--approve",
            description =
                    "Delete what the delete breaker would hold. First see what it holds, and whether the source is as"
                            + " it should be.")
    boolean approve;

    @Option(names = "--show", paramLabel = "N", description = "So many paths of each kind in a table (default: 20).")
    int show = 20;

    @Mixin
    OutputOption output = new OutputOption();

    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        if (!once) {
            throw new WeirException(
                    ExitCode.USAGE, "sync without --once: it runs once; what keeps a replica equal is `weir applier`");
        }
        ApplierSettings settings = SettingsFile.read(config, root -> {
            Sections.ignoreBut(root, List.of("applier"));
            return ApplierSettings.read(root);
        });
        List<ReplicaSettings> chosen = chosen(settings);
        RsyncProgram.find();
        return dryRun ? dryRun(settings, chosen) : sync(settings, chosen);
    }

    private List<ReplicaSettings> chosen(ApplierSettings settings) {
        List<String> known =
                settings.sources().stream().map(ReplicaSettings::source).toList();
        for (String each : sources) {
            if (!known.contains(each)) {
                throw new WeirException(
                        ExitCode.USAGE,
                        "--source " + each + ": the settings in " + config + " have " + String.join(", ", known));
            }
        }
        return settings.sources().stream()
                .filter(each -> sources.isEmpty() || sources.contains(each.source()))
                .toList();
    }

    private int dryRun(ApplierSettings settings, List<ReplicaSettings> chosen) throws InterruptedException {
        List<DryRunView.Answer> answers = new ArrayList<>();
        for (ReplicaSettings each : chosen) {
            Differences now = OfflineComparison.dryRun(settings.replica(), each, List.of(RelPath.ROOT));
            answers.add(new DryRunView.Answer(
                    new Commander.Address(settings.replica(), each.source()),
                    now.state() == Outcome.State.DONE ? now.toRecord() : null,
                    now.message()));
        }
        DryRunView view = new DryRunView(show);
        print(output.isJson() ? view.json(answers) : view.text(answers));
        return (answers.stream().anyMatch(each -> each.dryRun() == null) ? ExitCode.UNAVAILABLE : ExitCode.OK).number();
    }

    private int sync(ApplierSettings settings, List<ReplicaSettings> chosen) throws InterruptedException {
        SyncOnce once = new SyncOnce(settings, approve);
        List<SyncView.Answer> answers = new ArrayList<>();
        Thread worker = Thread.currentThread();
        CountDownLatch ended = new CountDownLatch(1);
        Thread stopping = new Thread(() -> stop(worker, ended), "stop");
        Runtime.getRuntime().addShutdownHook(stopping);
        try {
            for (ReplicaSettings each : chosen) {
                answers.add(sync(once, settings.replica(), each));
            }
        } finally {
            ended.countDown();
            remove(stopping);
        }
        SyncView view = new SyncView(show);
        print(output.isJson() ? view.json(answers) : view.text(answers));
        return SyncView.exit(answers).number();
    }

    /** One source that cannot be synced does not keep the others from it. */
    private SyncView.Answer sync(SyncOnce once, String replica, ReplicaSettings source) throws InterruptedException {
        Commander.Address address = new Commander.Address(replica, source.source());
        try (SyncProgress progress = new SyncProgress(source.source(), Outputs.err(spec), Outputs.isTerminal())) {
            Outcome outcome = once.run(source, progress);
            return SyncView.Answer.of(address, outcome, progress.listed());
        } catch (WeirException e) {
            return SyncView.Answer.refused(address, e);
        }
    }

    /** A signal ends the pulls, and the replica is left in order. The thread itself will wait for the end of the process. */
    private static void stop(Thread worker, CountDownLatch ended) {
        worker.interrupt();
        try {
            if (!ended.await(STOP_SECONDS, TimeUnit.SECONDS)) {
                LoggerFactory.getLogger(SyncCommand.class).warn("a pull did not end within {} s", STOP_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void remove(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // It is a signal that ends this.
            return;
        }
    }

    private void print(String text) {
        PrintWriter out = Outputs.out(spec);
        out.print(text);
        out.flush();
    }
}
