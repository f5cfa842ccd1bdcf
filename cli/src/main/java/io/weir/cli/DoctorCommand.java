package io.weir.cli;

import io.weir.agent.AgentSettings;
import io.weir.applier.ApplierSettings;
import io.weir.cli.Doctor.Finding;
import io.weir.cli.Doctor.Level;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.RsyncProgram;
import io.weir.service.SettingsFile;
import io.weir.service.WeirException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code weir doctor}: what this machine lacks. */
@Command(
        name = "doctor",
        description =
                "Looks for what Weir would trip over on this machine: watches needed against the limit, the length of"
                        + " the event queue, rsync, markers, Kafka and its topics, the schema registry. Changes nothing; exits with 1 if something fails.")
final class DoctorCommand implements Callable<Integer> {
    @Mixin
    KafkaOptions options = new KafkaOptions();

    @Option(names = "--source", paramLabel = "DIR", description = "A source on this machine; may be repeated.")
    List<Path> sources = new ArrayList<>();

    @Option(names = "--replica", paramLabel = "DIR", description = "A replica on this machine; may be repeated.")
    List<Path> replicas = new ArrayList<>();

    @Option(
            names = "--rsync",
            paramLabel = "PROGRAM",
            description = "The rsync to look at (default: the one that the settings name, or rsync).")
    @Nullable
    String rsync;

    @Override
    public Integer call() {
        PrintWriter out = options.out();
        options.config().ifPresent(this::takeFrom);
        Doctor doctor = new Doctor(Path.of("/proc"));
        List<Finding> findings = new ArrayList<>();
        findings.add(new Finding(Level.OK, "java", Runtime.version().toString()));
        findings.add(doctor.rsync(rsync == null ? RsyncProgram.configuredPath() : rsync));
        findings.add(doctor.watches(sources));
        findings.add(doctor.queue());
        sources.forEach(source -> findings.addAll(doctor.source(source)));
        replicas.forEach(replica -> findings.addAll(doctor.replica(replica)));
        findings.addAll(kafka());
        List<String[]> rows = new ArrayList<>();
        for (Finding each : findings) {
            rows.add(new String[] {each.level().name().toLowerCase(Locale.ROOT), each.subject(), each.text()});
        }
        out.print(Table.render(rows));
        out.flush();
        boolean fails = findings.stream().anyMatch(each -> each.level() == Level.FAIL);
        return (fails ? ExitCode.FAILURE : ExitCode.OK).number();
    }

    /** What the stages of a settings file work on, as far as it is on this machine. */
    private void takeFrom(Path file) {
        SettingsFile.read(file, root -> {
            root.ignore("aggregator");
            root.ignore("health");
            KafkaSettings kafka = KafkaSettings.read(root);
            if (root.holds("agent")) {
                AgentSettings agent = AgentSettings.read(root.section("agent"));
                agent.sources().forEach(each -> sources.add(each.root()));
                if (rsync == null && agent.rsyncd().enabled()) {
                    rsync = agent.rsyncd().executable();
                }
            }
            if (root.holds("applier")) {
                ApplierSettings.read(root).sources().forEach(each -> replicas.add(each.root()));
            }
            return kafka;
        });
    }

    private List<Finding> kafka() {
        KafkaSettings kafka;
        try {
            kafka = options.kafka();
        } catch (WeirException e) {
            if (e.exitCode() == ExitCode.USAGE) {
                return List.of(new Finding(
                        Level.WARN, "kafka", "not looked at: give --config FILE, --data DIR or --bootstrap HOST:PORT"));
            }
            throw e;
        }
        List<Finding> findings = new ArrayList<>(topics(kafka));
        findings.addAll(registry(kafka));
        return findings;
    }

    private static List<Finding> registry(KafkaSettings kafka) {
        String subject = "schema registry";
        try {
            return RegistryAdmin.of(kafka)
                    .map(registry -> registry.check().stream()
                            .map(problem -> new Finding(Level.FAIL, subject, problem))
                            .collect(Collectors.collectingAndThen(
                                    Collectors.toList(),
                                    all -> all.isEmpty()
                                            ? List.of(new Finding(
                                                    Level.OK,
                                                    subject,
                                                    registry.addresses() + ", subjects as they should be"))
                                            : all)))
                    .orElse(List.of());
        } catch (WeirException e) {
            return List.of(new Finding(Level.FAIL, subject, String.valueOf(e.getMessage())));
        }
    }

    private static List<Finding> topics(KafkaSettings kafka) {
        try (TopicAdmin admin = new TopicAdmin(kafka)) {
            List<String> problems = admin.check();
            if (problems.isEmpty()) {
                return List.of(new Finding(Level.OK, "kafka", kafka.bootstrapServers() + ", topics as they should be"));
            }
            return problems.stream()
                    .map(problem -> new Finding(Level.FAIL, "kafka", problem))
                    .toList();
        } catch (WeirException e) {
            return List.of(new Finding(Level.FAIL, "kafka", String.valueOf(e.getMessage())));
        }
    }
}
