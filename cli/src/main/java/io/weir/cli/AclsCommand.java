package io.weir.cli;

import io.weir.schemas.Rights;
import io.weir.schemas.Topics;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.WeirException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.utils.SecurityUtils;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code weir acls}: the least rights of each role, as calls of Kafka's own tool. Asks nobody. */
@Command(
        name = "acls",
        description = {
            "Prints what the Kafka user of a role must be allowed at least, as commands for Kafka's kafka-acls.sh. Asks nobody.",
            "",
            "Example: weir acls --role applier --replica backup1 --principal User:backup1 --bootstrap kafka:9092"
                    + " --command-config admin.properties"
        })
final class AclsCommand implements Callable<Integer> {
    /** Who is to be allowed. */
    enum Role {
        AGENT,
        AGGREGATOR,
        APPLIER,
        OPERATOR,
        SETUP
    }

    @Option(
            names = "--role",
            required = true,
            paramLabel = "ROLE",
            description =
                    "One of: agent, aggregator, applier, operator (status, tail, commands to replicas), setup (weir topics).")
    @Nullable
    Role role;

    @Option(
            names = "--replica",
            paramLabel = "NAME",
            converter = NameConverter.class,
            description = "The replica of an applier, whose groups have its name.")
    @Nullable
    String replica;

    @Option(
            names = "--principal",
            paramLabel = "USER",
            description = "Kafka's name of the user (default: User:weir- and the role).")
    @Nullable
    String principal;

    @Option(
            names = "--bootstrap",
            paramLabel = "HOST:PORT",
            description = "Kafka's address, for the printed commands (default: localhost:9092).",
            defaultValue = "localhost:9092")
    String bootstrap = "localhost:9092";

    @Option(
            names = "--command-config",
            paramLabel = "FILE",
            description = "File with the settings by which kafka-acls.sh logs in as one who may give rights.")
    @Nullable
    String commandConfig;

    @Option(
            names = "--prefix",
            paramLabel = "NAME",
            converter = NameConverter.class,
            description = "Topic prefix (default: weir).")
    String prefix = KafkaSettings.TOPIC_PREFIX.fallback();

    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = Outputs.out(spec);
        Role wanted = role == null ? Role.OPERATOR : role;
        String user = principal == null ? "User:weir-" + wanted.name().toLowerCase(Locale.ROOT) : principal;
        rights(wanted).forEach(right -> out.println(line(user, right)));
        out.flush();
        return ExitCode.OK.number();
    }

    private List<Rights.Right> rights(Role wanted) {
        Topics topics = new Topics(prefix);
        return switch (wanted) {
            case AGENT -> Rights.agent(topics);
            case AGGREGATOR -> Rights.aggregator(topics);
            case APPLIER -> Rights.applier(topics, replica());
            case OPERATOR -> Rights.operator(topics);
            case SETUP -> Rights.setup(topics);
        };
    }

    private String replica() {
        if (replica == null || replica.isBlank()) {
            throw new WeirException(
                    ExitCode.USAGE,
                    "print the rights of an applier: its groups have the replica's name; give --replica NAME");
        }
        return replica;
    }

    private String line(String user, Rights.Right right) {
        List<String> words = new ArrayList<>(List.of("kafka-acls.sh", "--bootstrap-server", bootstrap));
        if (commandConfig != null) {
            words.addAll(List.of("--command-config", commandConfig));
        }
        words.addAll(List.of("--add", "--allow-principal", user));
        right.operations()
                .forEach(operation -> words.addAll(List.of("--operation", SecurityUtils.operationName(operation))));
        words.addAll(List.of("--" + right.resource().name().toLowerCase(Locale.ROOT), right.name()));
        if (right.pattern() == PatternType.PREFIXED) {
            words.addAll(List.of("--resource-pattern-type", "prefixed"));
        }
        return String.join(" ", words.stream().map(Shell::word).toList());
    }
}
