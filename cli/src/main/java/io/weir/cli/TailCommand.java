package io.weir.cli;

import io.weir.schemas.Topics;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code weir tail}: what goes through the topics, as it comes. */
@Command(
        name = "tail",
        description =
                "Prints changes, batches, results and dead letters as they come, until stopped. Bytes of paths that"
                        + " are not printable are shown as \\xNN.")
final class TailCommand implements Callable<Integer> {
    /** What may be followed. */
    enum Stream {
        CHANGES,
        BATCHES,
        RESULTS,
        DEADLETTERS
    }

    @Mixin
    KafkaOptions options = new KafkaOptions();

    @Option(
            names = {"-t", "--topic"},
            paramLabel = "NAME",
            split = ",",
            description = "changes, batches, results, deadletters (default: all).")
    List<Stream> streams = List.of(Stream.values());

    @Option(names = "--from-beginning", description = "Begin with the oldest record that is kept.")
    boolean fromBeginning;

    @Option(
            names = {"-n", "--count"},
            paramLabel = "N",
            description = "End after so many records (default: never).")
    long count = Long.MAX_VALUE;

    @Option(names = "--source", paramLabel = "NAME", description = "Only this source.")
    @Nullable
    String source;

    @Override
    public Integer call() {
        PrintWriter out = options.out();
        KafkaSettings kafka = options.kafka();
        Topics topics = new Topics(kafka.topicPrefix());
        List<String> names = new ArrayList<>();
        for (Stream stream : streams) {
            names.add(
                    switch (stream) {
                        case CHANGES -> topics.changes().name();
                        case BATCHES -> topics.batches().name();
                        case RESULTS -> topics.results().name();
                        case DEADLETTERS -> topics.deadLetters().name();
                    });
        }
        RecordLines lines = new RecordLines(topics, Formats.of(kafka));
        try (TopicReader reader = new TopicReader(kafka)) {
            reader.follow(names, fromBeginning);
            long printed = 0;
            while (printed < count) {
                for (ConsumerRecord<byte[], byte[]> each : reader.poll(Duration.ofMillis(500))) {
                    if (printed < count && lines.isOf(source, each)) {
                        lines.render(each).forEach(out::println);
                        printed++;
                    }
                }
                out.flush();
            }
        }
        return ExitCode.OK.number();
    }
}
