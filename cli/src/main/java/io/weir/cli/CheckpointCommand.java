package io.weir.cli;

import io.weir.schemas.Result;
import io.weir.schemas.Status;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.WeirException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weir checkpoint}: a marker through the whole pipeline, as a barrier for scripts. */
@Command(
        name = "checkpoint",
        description =
                "Sends a marker through the pipeline. Once a replica has passed it, everything that was closed at the source"
                        + " before it was made is on that replica.",
        synopsisSubcommandLabel = "(create | wait)",
        subcommands = {CheckpointCommand.Create.class, CheckpointCommand.Wait.class})
final class CheckpointCommand implements Runnable {
    private static final String COUNTS = "Those count that have an applier, also one that is not heard of now; not one"
            + " that was stopped in order, unless it is named, nor one that `weir status --forget` dropped.";

    private static final String EXITS = "Exits with 0 when all have passed it, with 6 when all have and one has dead"
            + " letters or holds paths, and with 7 when one has not in time.";

    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(spec.commandLine(), "missing command: create or wait");
        }
    }

    /** Who is waited for, and how long. */
    static final class Waiting {
        @Mixin
        KafkaOptions kafka = new KafkaOptions();

        @Option(
                names = "--replica",
                paramLabel = "NAME",
                description = "Wait for this replica only (default: for all).")
        @Nullable
        String replica;

        @Option(
                names = "--timeout",
                paramLabel = "TIME",
                converter = DurationConverter.class,
                description = "How long to wait, such as 30s, 5min or 2h (default: 10min).")
        Duration timeout = Duration.ofMinutes(10);

        @Mixin
        OutputOption output = new OutputOption();

        /** The replicas that a checkpoint of these sources has to pass. */
        Set<Commander.Address> required(Set<String> sources, List<Status> components) {
            Set<Commander.Address> required = CheckpointView.required(sources, replica, components);
            if (required.isEmpty()) {
                throw new WeirException(
                        replica == null ? ExitCode.UNAVAILABLE : ExitCode.USAGE,
                        "wait for a checkpoint of " + String.join(", ", sources) + ": no applier has reported "
                                + (replica == null ? "a replica" : "replica '" + replica + "'")
                                + " of it, or all were stopped; `weir status` shows those there are");
            }
            return required;
        }

        int await(List<io.weir.schemas.Command> commands, Set<Commander.Address> required) {
            KafkaSettings settings = kafka.kafka();
            Map<Commander.Address, Result> passed = new CheckpointWatch(settings).await(commands, required, timeout);
            CheckpointView view = new CheckpointView(commands, passed, StatusCommand.read(settings), Instant.now());
            PrintWriter out = kafka.out();
            out.print(output.isJson() ? view.json(required) : view.table(required));
            out.flush();
            return view.exit(required).number();
        }
    }

    /** {@code weir checkpoint create}. */
    @Command(
            name = "create",
            description = {
                "Makes a checkpoint and prints its id, which is one for all sources. What waits for more changes, such as a"
                        + " temporary name or a file that is being written, does not wait behind it. When a file may have changed"
                        + " under a name that nobody saw, the agent scans the source first.",
                "With --wait, waits as `weir checkpoint wait` does. " + EXITS
            },
            footer = {
                "",
                "Examples:",
                "  weir checkpoint create --wait",
                "  weir checkpoint create data --wait --replica backup1 --timeout 5min",
                "  id=$(weir checkpoint create data) && weir checkpoint wait \"$id\""
            })
    static final class Create implements Callable<Integer> {
        @Mixin
        Waiting waiting = new Waiting();

        @Parameters(
                arity = "0..*",
                paramLabel = "SOURCE",
                description = "The sources (default: all that an agent has reported).")
        List<String> sources = new ArrayList<>();

        @Option(names = "--wait", description = "Wait until the replicas have passed it.")
        boolean wait;

        @Option(
                names = "--expire",
                paramLabel = "TIME",
                converter = DurationConverter.class,
                description =
                        "An agent that does not run carries it out when it is started within that time (default: 1h).")
        Duration expire = Duration.ofHours(1);

        @Override
        public Integer call() {
            KafkaSettings settings = waiting.kafka.kafka();
            List<Status> components = StatusCommand.read(settings);
            Set<String> chosen = chosen(CheckpointView.sources(components));
            Set<Commander.Address> required = wait ? waiting.required(chosen, components) : Set.of();
            Commander commander = new Commander(settings, expire);
            List<io.weir.schemas.Command> commands = commander.checkpoint(chosen);
            commander.give(commands);
            if (wait) {
                return waiting.await(commands, required);
            }
            print(commands, components);
            return ExitCode.OK.number();
        }

        private Set<String> chosen(Set<String> known) {
            Set<String> chosen = sources.isEmpty() ? known : new TreeSet<>(sources);
            if (chosen.isEmpty() || !known.containsAll(chosen)) {
                throw new WeirException(
                        ExitCode.USAGE,
                        "make a checkpoint" + (sources.isEmpty() ? "" : " of " + String.join(", ", sources))
                                + ": no agent has reported such a source; `weir status` shows those there are");
            }
            return chosen;
        }

        private void print(List<io.weir.schemas.Command> commands, List<Status> components) {
            Instant now = Instant.now();
            PrintWriter out = waiting.kafka.out();
            if (waiting.output.isJson()) {
                out.print(Json.array(commands, (json, each) -> {
                    json.writeStringField("id", each.getId());
                    json.writeStringField("source", each.getSource());
                    json.writeStringField("expiresAt", each.getExpiresAt().toString());
                    json.writeStringField(
                            "message",
                            CheckpointView.agentTrouble(each, components, now).orElse(""));
                }));
            } else {
                out.println(commands.get(0).getId());
                commands.forEach(each ->
                        CheckpointView.agentTrouble(each, components, now).ifPresent(waiting.kafka.err()::println));
            }
            out.flush();
        }
    }

    /** {@code weir checkpoint wait}. */
    @Command(
            name = "wait",
            description = {
                "Waits until all replicas of the checkpoint's sources have passed it. " + COUNTS,
                EXITS + " Finds checkpoints that are up to seven days old."
            },
            footer = {
                "",
                "Examples:",
                "  weir checkpoint wait 7d0c4a3e-1f4e-4b52-9d0b-3f0f5f3c1a55",
                "  weir checkpoint wait \"$id\" --replica backup1 --timeout 5min -o json"
            })
    static final class Wait implements Callable<Integer> {
        @Mixin
        Waiting waiting = new Waiting();

        @Parameters(index = "0", paramLabel = "ID", description = "What `weir checkpoint create` printed.")
        String id = "";

        @Override
        public Integer call() {
            KafkaSettings settings = waiting.kafka.kafka();
            List<io.weir.schemas.Command> commands = new CheckpointWatch(settings).find(id);
            Set<String> sources = new TreeSet<>();
            commands.forEach(each -> sources.add(each.getSource()));
            return waiting.await(commands, waiting.required(sources, StatusCommand.read(settings)));
        }
    }
}
