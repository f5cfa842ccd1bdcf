package io.weir.cli;

import io.weir.agent.SourceSettings;
import io.weir.schemas.Status;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.WeirException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weir explain}: where a path is now. */
@Command(
        name = "explain",
        description = "Tells all that is known of one path: its newest changes, the batch that they went in, what each"
                + " replica did with it and when, or why not. Of a path of which nothing is known it says why that"
                + " can be; excludes are known with the agent's --config, or the --data of a `weir up`. The last"
                + " lines say how it is on each replica: equal, waiting, a dead letter, held.",
        footer = {
            "",
            "Examples:",
            "  weir explain projects/one/plan.txt",
            "  weir explain /export/data/projects/one/plan.txt --config /etc/weir/agent.yaml",
            "  weir explain 'odd\\x0aname' --source data --since 7d -o json",
        })
final class ExplainCommand implements Callable<Integer> {
    @Mixin
    KafkaOptions options = new KafkaOptions();

    @Parameters(
            paramLabel = "PATH",
            description = "Relative to the source's root, or absolute where the root is known. \\xNN is the byte NN, as"
                    + " paths are printed.")
    String path = "";

    @Option(names = "--source", paramLabel = "NAME", description = "The source; needed when there are several.")
    @Nullable
    String source;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            converter = MomentConverter.class,
            description = "How far back to look (default: 1d): " + MomentConverter.FORMS + ".")
    @Nullable
    Instant since;

    @Mixin
    OutputOption output = new OutputOption();

    @Override
    public Integer call() {
        List<SourceSettings> known = KnownSources.of(options);
        TypedPath typed = TypedPath.ofArgument(path, known);
        KafkaSettings kafka = options.kafka();
        List<Status> components = StatusCommand.read(kafka);
        StatusView now = new StatusView(Instant.now(), components);
        Instant end = Instant.now();
        Explanation explanation = new Explainer(kafka, components, now)
                .explain(
                        source(typed, components),
                        typed.path(),
                        since == null ? end.minus(HistoryCommand.DAY) : since,
                        end,
                        known);
        PrintWriter out = options.out();
        ExplainView view = new ExplainView(now);
        out.print(output.isJson() ? view.json(explanation) : view.text(explanation));
        out.flush();
        return ExitCode.OK.number();
    }

    /** The source that is meant: the one that is named, or the only one. */
    private String source(TypedPath typed, List<Status> components) {
        String chosen = source == null ? typed.source() : source;
        if (chosen != null) {
            return chosen;
        }
        TreeSet<String> names = new TreeSet<>();
        components.stream().map(Status::getSource).filter(each -> each != null).forEach(names::add);
        if (names.size() != 1) {
            throw new WeirException(
                    ExitCode.USAGE,
                    names.isEmpty()
                            ? "explain " + path + ": no component has reported a source; is this the right Kafka?"
                            : "explain " + path + ": there are the sources " + names + "; say which with --source");
        }
        return names.first();
    }
}
