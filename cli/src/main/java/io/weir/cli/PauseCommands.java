package io.weir.cli;

import io.weir.applier.consume.Pause;
import io.weir.schemas.ComponentState;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.Status;
import io.weir.schemas.Topics;
import io.weir.schemas.UndecodableRecordException;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weir pause} and {@code weir resume}: whether a replica rests. */
final class PauseCommands {
    private PauseCommands() {}

    /** What became of it for one source. */
    private record Answer(String source, boolean answered, String message) {}

    /** What both have in common. */
    static final class Wish {
        private static final Duration POLL = Duration.ofMillis(200);

        @Mixin
        KafkaOptions kafka = new KafkaOptions();

        @Parameters(index = "0", paramLabel = "REPLICA", description = "The replica.")
        String replica = "";

        @Option(names = "--source", paramLabel = "NAME", description = "Only of this source (default: all it has).")
        @Nullable
        String source;

        @Option(
                names = "--wait",
                paramLabel = "SECONDS",
                description = "How long to wait until the applier says so (default: 30); 0 not to wait.")
        int wait = 30;

        @Option(
                names = {"-o", "--output"},
                paramLabel = "FORMAT",
                description = "table or json (default: table).")
        StatusCommand.Format format = StatusCommand.Format.TABLE;

        /** Writes what is wanted, waits for appliers that run, and prints what they say; a reason asks for a pause. */
        int carryOut(@Nullable String reason) {
            KafkaSettings settings = kafka.kafka();
            List<Status> all = StatusCommand.read(settings);
            SortedMap<String, Status> before = ReplicaSources.of(all, replica, source);
            StatusView view = new StatusView(Instant.now(), all);
            boolean isPause = reason != null;
            Map<String, Status> said = new HashMap<>();
            try (TopicReader reader = new TopicReader(settings)) {
                reader.follow(List.of(new Topics(settings.topicPrefix()).status().name()), false);
                new Commander(settings, Duration.ZERO).want(replica, before.keySet(), reason);
                List<String> awaited = new ArrayList<>();
                before.forEach((name, status) -> {
                    if (!view.isGone(status)) {
                        awaited.add(status.getComponent());
                    }
                });
                await(reader, Formats.of(settings).serde(Status.class), awaited, said, each -> isDone(isPause, each));
            }
            List<Answer> answers = new ArrayList<>();
            before.forEach((name, status) -> answers.add(
                    answer(isPause, name, status, view.isGone(status), said.get(status.getComponent()))));
            print(isPause, answers);
            boolean isOpen = wait > 0
                    && before.entrySet().stream()
                            .anyMatch(each -> !view.isGone(each.getValue())
                                    && answers.stream()
                                            .anyMatch(answer -> answer.source().equals(each.getKey())
                                                    && !answer.answered()));
            return (isOpen ? ExitCode.UNAVAILABLE : ExitCode.OK).number();
        }

        private void await(
                TopicReader reader,
                RecordSerde<Status> serde,
                List<String> components,
                Map<String, Status> said,
                Predicate<Status> isDone) {
            long deadline = System.nanoTime() + Duration.ofSeconds(wait).toNanos();
            while (!components.stream().allMatch(each -> said.containsKey(each) && isDone.test(said.get(each)))
                    && System.nanoTime() - deadline < 0) {
                for (ConsumerRecord<byte[], byte[]> each : reader.poll(POLL)) {
                    String component = each.key() == null ? "" : new String(each.key(), StandardCharsets.UTF_8);
                    if (each.value() != null && components.contains(component)) {
                        try {
                            said.put(component, serde.decode(each.value()));
                        } catch (UndecodableRecordException e) {
                            // A newer Weir's: what it says of itself is not known.
                            said.remove(component);
                        }
                    }
                }
            }
        }

        private static boolean isDone(boolean isPause, Status said) {
            return isPause
                    ? said.getState() == ComponentState.PAUSED && Pause.isWanted(said.getMessage())
                    : !Pause.isWanted(said.getMessage());
        }

        private static Answer answer(
                boolean isPause, String source, Status before, boolean isGone, @Nullable Status said) {
            if (isGone) {
                return new Answer(
                        source,
                        false,
                        "its applier does not run (" + StatusView.word(before.getState()) + "); this takes effect when it does");
            }
            if (said == null || Pause.isWanted(said.getMessage()) != isPause) {
                return new Answer(source, false, "not answered yet; it takes effect when the applier reads it");
            }
            String message = said.getMessage() == null ? "" : said.getMessage();
            return isDone(isPause, said)
                    ? new Answer(
                            source, true, StatusView.word(said.getState()) + (message.isEmpty() ? "" : "; " + message))
                    : new Answer(source, false, "not yet: " + message);
        }

        private void print(boolean isPause, List<Answer> answers) {
            PrintWriter out = kafka.out();
            if (format == StatusCommand.Format.JSON) {
                out.print(Json.array(answers, (json, each) -> {
                    json.writeStringField("replica", replica);
                    json.writeStringField("source", each.source());
                    json.writeBooleanField("pause", isPause);
                    json.writeBooleanField("answered", each.answered());
                    json.writeStringField("message", each.message());
                }));
            } else {
                answers.forEach(each -> out.println(replica + "/" + each.source() + ": " + each.message()));
            }
            out.flush();
        }
    }

    /** {@code weir pause}. */
    @Command(
            name = "pause",
            description = {
                "Lets a replica rest until `weir resume`, also over restarts: pulls under way end, nothing more is changed in it, and"
                        + " what changes at the source meanwhile waits. Answers when nothing is under way any more.",
                "Exits with 4 when the applier has not said so in time; it takes effect all the same."
            },
            footer = {
                "",
                "Examples:",
                "  weir pause backup1 --reason 'snapshot of its disk'",
                "  weir pause backup1 --source data --wait 600"
            })
    static final class PauseReplica implements Callable<Integer> {
        @Mixin
        Wish wish = new Wish();

        @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for whoever looks at `weir status`.")
        String reason = "";

        @Override
        public Integer call() {
            return wish.carryOut(reason);
        }
    }

    /** {@code weir resume}. */
    @Command(
            name = "resume",
            description = {
                "Lets a replica go on that `weir pause` stopped. One that rests by the clock (pause.windows) goes on when its window"
                        + " ends.",
                "Exits with 4 when the applier has not said so in time; it takes effect all the same."
            },
            footer = {"", "Examples:", "  weir resume backup1", "  weir resume backup1 --source data -o json"})
    static final class ResumeReplica implements Callable<Integer> {
        @Mixin
        Wish wish = new Wish();

        @Override
        public Integer call() {
            return wish.carryOut(null);
        }
    }
}
