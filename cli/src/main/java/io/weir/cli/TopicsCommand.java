package io.weir.cli;

import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code weir topics}: the topics of one deployment. */
@Command(
        name = "topics",
        description = "Creates or checks Weir's topics.",
        synopsisSubcommandLabel = "(create | check)")
final class TopicsCommand implements Runnable {
    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(spec.commandLine(), "missing command: create or check");
        }
    }

    /** {@code weir topics create}. */
    @Command(
            name = "create",
            description =
                    "Creates the topics that are missing, and registers schemas, if there is a registry; changes no topic"
                            + " that is there.")
    int create(@Mixin KafkaOptions options) {
        PrintWriter out = options.out();
        KafkaSettings kafka = options.kafka();
        try (TopicAdmin admin = new TopicAdmin(kafka)) {
            List<String> created = admin.create();
            created.forEach(topic -> out.println("created " + topic));
            if (created.isEmpty()) {
                out.println("all topics are there");
            }
            RegistryAdmin.of(kafka)
                    .ifPresent(
                            registry -> registry.register().forEach(subject -> out.println("registered " + subject)));
            return ExitCode.OK.number();
        }
    }

    /** {@code weir topics check}. */
    @Command(
            name = "check",
            description =
                    "Compares the topics, and the subjects of a schema registry, with what Weir needs; exits with 1 and one line a problem if they differ.")
    int check(@Mixin KafkaOptions options) {
        PrintWriter out = options.out();
        KafkaSettings kafka = options.kafka();
        try (TopicAdmin admin = new TopicAdmin(kafka)) {
            List<String> problems = new ArrayList<>(admin.check());
            RegistryAdmin.of(kafka).ifPresent(registry -> problems.addAll(registry.check()));
            problems.forEach(out::println);
            if (problems.isEmpty()) {
                out.println("all topics are as they should be");
            }
            return (problems.isEmpty() ? ExitCode.OK : ExitCode.FAILURE).number();
        }
    }
}
