package io.weir.cli;

import io.weir.schemas.RecordSerde;
import io.weir.schemas.Status;
import io.weir.schemas.Topics;
import io.weir.schemas.UndecodableRecordException;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code weir status}: the last word of every component. */
@Command(
        name = "status",
        description = "Shows what every agent, aggregator and applier said last: state, lag, what is pending.")
final class StatusCommand implements Callable<Integer> {
    /** How an answer looks. */
    enum Format {
        TABLE,
        JSON
    }

    @Mixin
    KafkaOptions options = new KafkaOptions();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table or json (default: table).")
    Format format = Format.TABLE;

    @Override
    public Integer call() {
        PrintWriter out = options.out();
        List<Status> components = read(options.kafka());
        StatusView view = new StatusView(Instant.now());
        out.print(format == Format.JSON ? view.json(components) : view.table(components));
        out.flush();
        return ExitCode.OK.number();
    }

    static List<Status> read(KafkaSettings kafka) {
        RecordSerde<Status> serde = RecordSerde.of(Status.class);
        Map<String, Status> last = new TreeMap<>();
        try (TopicReader reader = new TopicReader(kafka)) {
            reader.readAll(List.of(new Topics(kafka.topicPrefix()).status().name()), entry -> {
                String component = entry.key() == null ? "" : new String(entry.key(), StandardCharsets.UTF_8);
                if (entry.value() == null) {
                    last.remove(component);
                    return;
                }
                try {
                    last.put(component, serde.decode(entry.value()));
                } catch (UndecodableRecordException e) {
                    // A newer Weir may have written it; the others are still worth telling.
                    last.remove(component);
                }
            });
        }
        return new ArrayList<>(last.values());
    }
}
