package io.weir.cli;

import io.weir.schemas.Status;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.WeirException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weir promote}: makes a replica the source. */
@Command(
        name = "promote",
        description = {
            "Makes a replica the source, when the source's host is lost or is to be replaced. Says how far behind the replica"
                    + " is and which changes had not arrived; with --execute its applier stops applying for good and marks"
                    + " the directory as the source's, so that an agent can start on it at once. The former source and all"
                    + " other replicas follow it: see docs/failover.md.",
            "Refused with 5 while the source's agent is alive. Planned: stop the writers, `weir checkpoint create` and"
                    + " `wait`, stop the agent, then this."
        },
        footer = {
            "",
            "Examples:",
            "  weir promote backup1",
            "  weir promote backup1 --source data --execute --reason 'files1 is dead'",
            "  weir promote backup1 --all -o json"
        })
final class PromoteCommand implements Callable<Integer> {
    private static final int FIRST = 1_000;

    @Mixin
    KafkaOptions kafka = new KafkaOptions();

    @Parameters(index = "0", paramLabel = "REPLICA", description = "The replica.")
    String replica = "";

    @Option(names = "--source", paramLabel = "NAME", description = "The source; needed when the replica has several.")
    @Nullable
    String source;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for whoever starts the former source's agent.")
    String reason = "";

    @Option(names = "--execute", description = "Does it.")
    boolean execute;

    @Option(
            names = "--force",
            description = "Also while the source's agent is alive, which ends it, or a baseline of the replica was not"
                    + " finished.")
    boolean force;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            description = "How long to wait until the applier has done it (default: 60).")
    int wait = 60;

    @Option(names = "--all", description = "Lists all paths that had not arrived, not only the first 1000.")
    boolean all;

    @Mixin
    OutputOption output = new OutputOption();

    @Override
    public Integer call() {
        KafkaSettings settings = kafka.kafka();
        List<Status> components = StatusCommand.read(settings);
        SortedMap<String, Status> known = ReplicaSources.of(components, replica, source);
        if (known.size() > 1) {
            throw new WeirException(
                    ExitCode.USAGE,
                    "replica " + replica + " has several sources, " + known.keySet() + "; choose with --source");
        }
        Commander.Address to = new Commander.Address(replica, known.firstKey());
        PromotionLook look = new PromotionLook(settings);
        PromotionReport before =
                look.look(Objects.requireNonNull(known.get(to.source()), "one that is known"), components);
        String obstacles = obstacles(before, DesiredRecords.read(settings));
        if (!execute) {
            print(before, "nothing was changed; --execute does it" + obstacles);
            return ExitCode.OK.number();
        }
        if (!obstacles.isEmpty() && !force) {
            print(before, "refused" + obstacles);
            return ExitCode.CONFLICT.number();
        }
        Optional<Promoter.Done> done = new Promoter(settings).promote(to, reason, components, Duration.ofSeconds(wait));
        if (done.isEmpty()) {
            print(
                    before,
                    "its applier has not answered: it stops applying and marks the directory as soon as it runs. Nobody"
                            + " else knows of it until then: give the same command again, which goes on from there");
            return ExitCode.UNAVAILABLE.number();
        }
        print(after(look, settings, done.get(), before), words(to, done.get()));
        return ExitCode.OK.number();
    }

    /** With the position that the applier ended at. */
    private static PromotionReport after(
            PromotionLook look, KafkaSettings settings, Promoter.Done done, PromotionReport before) {
        Status said = done.said();
        return said == null || !done.isNew() || said.getOffset() < 0
                ? before
                : look.look(said, StatusCommand.read(settings));
    }

    private static String words(Commander.Address to, Promoter.Done done) {
        Status said = done.said();
        String id = done.promotion().getTo();
        return (done.isNew() ? "is the source now" : "is the source already")
                + (said == null || said.getMessage() == null ? "" : ": it " + said.getMessage())
                + "\nNext:\n  1. start an agent on that host, with the source `" + to.source()
                + "` and that directory as its root (marker .weir/id-" + id
                + ")\n  2. let `url` of all other replicas name that host"
                + "\n  3. when the former host is back: `weir demote` there before anything else\nSee docs/failover.md";
    }

    /** Why it should not be done; empty for no reason, and for what is done already or only to be finished. */
    private static String obstacles(PromotionReport report, DesiredRecords desired) {
        if (PromotionStep.isUnderWay(report.replica(), desired)) {
            return "";
        }
        StringBuilder text = new StringBuilder();
        Status agent = report.agent();
        if (report.isAgentAlive() && agent != null) {
            text.append(
                            "; the agent of the source is alive, and two trees would be written to: for a planned switch stop"
                                    + " the writers, `weir checkpoint create` and `wait`, stop the agent; when its host is lost, it"
                                    + " counts as gone from ")
                    .append(StatusView.silentFrom(agent)
                            .truncatedTo(ChronoUnit.SECONDS)
                            .plusSeconds(1))
                    .append(
                            " on, if it says nothing until then: give the same command again; or --force, which ends it");
        }
        if (report.isBaselineOpen()) {
            text.append("; a baseline of the replica is not finished, and what it lacks would be deleted from all other"
                    + " replicas: promote another one, or --force");
        }
        return text.toString();
    }

    private void print(PromotionReport report, String outcome) {
        PrintWriter out = kafka.out();
        PromotionView view = new PromotionView(Instant.now(), all ? Integer.MAX_VALUE : FIRST);
        if (output.isJson()) {
            out.print(Json.object(report, (json, each) -> {
                view.write(json, each);
                json.writeStringField("message", outcome);
            }));
        } else {
            out.print(view.text(report));
            out.println();
            out.println(replica + ": " + outcome);
        }
        out.flush();
    }
}
