package io.weir.cli;

import io.weir.schemas.Status;
import io.weir.schemas.Topics;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.WeirException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code weir status}: the last word of every component. */
@Command(
        name = "status",
        description =
                "Shows what every agent, aggregator and applier said last: state, lag, what is pending. Exits with 6 when"
                        + " something keeps a replica from being equal and does not merely need time: one is unavailable,"
                        + " held, retrying, failed or silent (it was not stopped and has said nothing for "
                        + StatusView.INTERVALS
                        + " of its intervals), or has dead letters, or a replica waits for a source"
                        + " that no agent serves, or what one said last cannot be read (unreadable; while a schema"
                        + " registry is away, say). A replica that is lagging, paused or made equal as a whole"
                        + " (baseline, gap) needs time only.",
        footer = {"", "Examples:", "  weir status", "  weir status -o json --lag 60", "  weir status --forget agent/old"
        })
final class StatusCommand implements Callable<Integer> {
    @Mixin
    KafkaOptions options = new KafkaOptions();

    @Mixin
    OutputOption output = new OutputOption();

    @Option(
            names = "--lag",
            paramLabel = "SECONDS",
            description = "A replica that is further behind is shown as lagging (default: 10).")
    long lag = StatusView.LAGGING.toSeconds();

    @Option(
            names = "--forget",
            paramLabel = "COMPONENT",
            description = "Drop what a component said that is stopped, failed or silent and will not come back.")
    @Nullable
    String forget;

    @Override
    public Integer call() {
        PrintWriter out = options.out();
        LastWords last = LastWords.read(options.kafka());
        List<Status> components = last.known();
        StatusView view = new StatusView(Instant.now(), components, last.unread(), Duration.ofSeconds(lag));
        if (forget != null) {
            return forget(forget, last, view);
        }
        out.print(output.isJson() ? view.json(components) : view.table(components));
        out.flush();
        // Where nobody has reported nothing is replicated, and what cannot be read may be an alarm.
        boolean isAlarming = components.isEmpty()
                || !last.unread().isEmpty()
                || components.stream().anyMatch(view::isAlarming);
        return (isAlarming ? ExitCode.ATTENTION : ExitCode.OK).number();
    }

    private int forget(String component, LastWords last, StatusView view) {
        Optional<LastWords.Unread> unread = last.unread().stream()
                .filter(each -> each.component().equals(component))
                .findFirst();
        if (unread.isPresent()) {
            requireGone(unread.get(), view);
        } else {
            requireGone(
                    last.known().stream()
                            .filter(each -> each.getComponent().equals(component))
                            .findFirst()
                            .orElseThrow(() -> new WeirException(
                                    ExitCode.USAGE,
                                    "forget " + component
                                            + ": no such component; `weir status` shows those there are")),
                    view);
        }
        KafkaSettings kafka = options.kafka();
        new Commander(kafka, Duration.ZERO)
                .bury(
                        new Topics(kafka.topicPrefix()).status().name(),
                        List.of(component.getBytes(StandardCharsets.UTF_8)));
        options.out().println(component + " is forgotten");
        return ExitCode.OK.number();
    }

    private static void requireGone(Status known, StatusView view) {
        if (!view.isGone(known)) {
            throw new WeirException(
                    ExitCode.CONFLICT,
                    "forget " + known.getComponent() + ": it is alive on " + known.getHost() + "; stop it first");
        }
    }

    private static void requireGone(LastWords.Unread unread, StatusView view) {
        if (unread.isToBeTriedAgain()) {
            throw new WeirException(
                    ExitCode.UNAVAILABLE,
                    "forget " + unread.component() + ": whether it is alive is in a record that cannot be read now: "
                            + unread.why());
        }
        if (!view.isSilent(unread)) {
            throw new WeirException(
                    ExitCode.CONFLICT,
                    "forget " + unread.component() + ": it told something a moment ago, though not for this Weir to"
                            + " read; stop it first");
        }
    }

    /**
     * What every component said last, for a command that must know them all.
     *
     * @throws WeirException (UNAVAILABLE) when Kafka, or the schema registry that is needed for one of them, does not answer
     */
    static List<Status> read(KafkaSettings kafka) {
        LastWords last = LastWords.read(kafka);
        last.unread().stream()
                .filter(LastWords.Unread::isToBeTriedAgain)
                .findFirst()
                .ifPresent(unread -> {
                    throw new WeirException(ExitCode.UNAVAILABLE, unread.why());
                });
        return last.known();
    }
}
