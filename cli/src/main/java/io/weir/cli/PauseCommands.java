package io.weir.cli;

import io.weir.applier.consume.Pause;
import io.weir.schemas.ComponentState;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.Role;
import io.weir.schemas.Status;
import io.weir.schemas.Topics;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weir pause} and {@code weir resume}: whether a replica rests. */
final class PauseCommands {
    private PauseCommands() {}

    /**
     * What became of it for one source.
     *
     * @param answered whether its applier has said that it is so
     * @param late whether its applier runs and has not
     */
    private record Answer(String source, boolean answered, boolean late, String message) {}

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

        @Mixin
        OutputOption output = new OutputOption();

        /** Writes what is wanted, waits for appliers that run, and prints what they say; a reason asks for a pause. */
        int carryOut(@Nullable String reason) {
            KafkaSettings settings = kafka.kafka();
            List<Status> all = StatusCommand.read(settings);
            SortedMap<String, Status> known = ReplicaSources.of(all, replica, source);
            ReplicaSources.refusePromoted(known);
            SortedMap<String, Status> running = new TreeMap<>(known);
            StatusView view = new StatusView(Instant.now(), all);
            running.values().removeIf(view::isGone);
            boolean isPause = reason != null;
            Map<String, Status> said;
            try (TopicReader reader = new TopicReader(settings)) {
                reader.follow(
                        List.of(new Topics(settings.topicPrefix()).status().name()), false);
                new Commander(settings, Duration.ZERO).want(replica, known.keySet(), reason);
                said = await(reader, Formats.of(settings).serde(Status.class), running.keySet(), isPause);
            }
            List<Answer> answers = new ArrayList<>();
            known.forEach((name, before) -> {
                if (running.containsKey(name)) {
                    answers.add(answer(name, isPause, said.get(name)));
                } else {
                    answers.add(absent(name, view.told(before)));
                }
            });
            print(isPause, answers);
            boolean isLate = wait > 0 && answers.stream().anyMatch(Answer::late);
            return (isLate ? ExitCode.UNAVAILABLE : ExitCode.OK).number();
        }

        /** What the replica says of each of these sources, until all of it is as wanted or the time is over. */
        private Map<String, Status> await(
                TopicReader reader, RecordSerde<Status> serde, Set<String> sources, boolean isPause) {
            Map<String, Status> said = new HashMap<>();
            long deadline = System.nanoTime() + Duration.ofSeconds(wait).toNanos();
            while (!sources.stream().allMatch(each -> isAsWanted(isPause, said.get(each)))
                    && System.nanoTime() - deadline < 0) {
                for (ConsumerRecord<byte[], byte[]> each : reader.poll(POLL)) {
                    Status status = Formats.known(serde, each.value());
                    if (status != null && status.getRole() == Role.APPLIER && replica.equals(status.getReplica())) {
                        said.put(status.getSource(), status);
                    }
                }
            }
            return said;
        }

        /** A replica is paused when nothing is under way any more. */
        private static boolean isAsWanted(boolean isPause, @Nullable Status said) {
            if (said == null) {
                return false;
            }
            boolean isWanted = Pause.isWanted(said.getMessage());
            return isPause ? isWanted && said.getState() == ComponentState.PAUSED : !isWanted;
        }

        private static Answer absent(String source, String state) {
            return new Answer(
                    source, false, false, "its applier does not run (" + state + "); this takes effect when it does");
        }

        private static Answer answer(String source, boolean isPause, @Nullable Status said) {
            if (said == null || Pause.isWanted(said.getMessage()) != isPause) {
                return new Answer(source, false, true, "not answered yet; it takes effect when the applier reads it");
            }
            String state = StatusView.word(said.getState());
            String message = said.getMessage() == null ? state : said.getMessage();
            return isAsWanted(isPause, said)
                    ? new Answer(source, true, false, message.startsWith(state) ? message : state + "; " + message)
                    : new Answer(source, false, true, "not yet: " + message);
        }

        private void print(boolean isPause, List<Answer> answers) {
            PrintWriter out = kafka.out();
            if (output.isJson()) {
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
                "Exits with 4 when the applier has not said so in time; it takes effect all the same, and with 5 when the replica"
                        + " is to become the source."
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
                        + " ends. Also withdraws a promotion that its applier has not carried out.",
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
