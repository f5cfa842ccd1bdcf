package io.weir.cli;

import io.weir.schemas.RecordSerde;
import io.weir.schemas.Status;
import io.weir.schemas.StatusKey;
import io.weir.schemas.Topics;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.WeirException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
                        + " that no agent serves. A replica that is lagging, paused or made equal as a whole (baseline, gap) needs"
                        + " time only.",
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
        List<Status> components = read(options.kafka());
        StatusView view = new StatusView(Instant.now(), components, Duration.ofSeconds(lag));
        if (forget != null) {
            return forget(forget, components, view);
        }
        out.print(output.isJson() ? view.json(components) : view.table(components));
        out.flush();
        // Where nobody has reported nothing is replicated.
        boolean isAlarming = components.isEmpty() || components.stream().anyMatch(view::isAlarming);
        return (isAlarming ? ExitCode.ATTENTION : ExitCode.OK).number();
    }

    private int forget(String component, List<Status> components, StatusView view) {
        Status known = components.stream()
                .filter(each -> each.getComponent().equals(component))
                .findFirst()
                .orElseThrow(() -> new WeirException(
                        ExitCode.USAGE,
                        "forget " + component + ": no such component; `weir status` shows those there are"));
        if (!view.isGone(known)) {
            throw new WeirException(
                    ExitCode.CONFLICT,
                    "forget " + component + ": it is alive on " + known.getHost() + "; stop it first");
        }
        KafkaSettings kafka = options.kafka();
        new Commander(kafka, Duration.ZERO)
                .bury(
                        new Topics(kafka.topicPrefix()).status().name(),
                        List.of(component.getBytes(StandardCharsets.UTF_8)));
        options.out().println(component + " is forgotten");
        return ExitCode.OK.number();
    }

    static List<Status> read(KafkaSettings kafka) {
        RecordSerde<Status> serde = Formats.of(kafka).serde(Status.class);
        // Only the last word is decoded: the topic keeps some minutes of them.
        Map<String, byte[]> last = new TreeMap<>();
        try (TopicReader reader = new TopicReader(kafka)) {
            reader.readAll(List.of(new Topics(kafka.topicPrefix()).status().name()), entry -> {
                String component = entry.key() == null ? "" : new String(entry.key(), StandardCharsets.UTF_8);
                if (StatusKey.isClaim(component)) {
                    return;
                }
                if (entry.value() == null) {
                    last.remove(component);
                } else {
                    last.put(component, entry.value());
                }
            });
        }
        List<Status> known = new ArrayList<>();
        for (byte[] each : last.values()) {
            Status status = Formats.known(serde, each);
            if (status != null) {
                known.add(status);
            }
        }
        return known;
    }
}
