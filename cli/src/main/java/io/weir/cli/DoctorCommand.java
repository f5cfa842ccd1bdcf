package io.weir.cli;

import io.weir.agent.AgentSettings;
import io.weir.agent.root.StateFile;
import io.weir.applier.ApplierSettings;
import io.weir.applier.replica.KnownReplicas;
import io.weir.cli.Doctor.Finding;
import io.weir.cli.Doctor.Level;
import io.weir.cli.embedded.Layout;
import io.weir.cli.embedded.LayoutFile;
import io.weir.cli.server.ServerDirectory;
import io.weir.cli.server.Site;
import io.weir.schemas.PathRules;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.RsyncProgram;
import io.weir.service.SettingsFile;
import io.weir.service.WeirException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code weir doctor}: what this machine lacks. */
@Command(
        name = "doctor",
        description =
                "Looks for what Weir would trip over on this machine: watches needed against the limit, the length of"
                        + " the event queue, rsync, markers, keys and certificates of ssh and TLS, Kafka and its"
                        + " topics, the schema registry. Looks at the sources and replicas that"
                        + " --source and --replica name, and at those of --config, or of the last `weir up` on the data"
                        + " directory when none is named. Changes nothing; exits with 1 if something fails.",
        footer = {
            "",
            "Examples:",
            "  weir doctor --config weir.yaml",
            "  weir doctor --data /var/lib/weir",
            "  weir doctor --source /export/data --replica /backup/one"
        })
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

    private final List<Doctor.Source> originals = new ArrayList<>();
    private final List<Doctor.Replica> copies = new ArrayList<>();
    private final List<Finding> unread = new ArrayList<>();
    private final List<Finding> ways = new ArrayList<>();

    @Override
    public Integer call() {
        PrintWriter out = options.out();
        List<Finding> findings = local();
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

    /** What is found without asking anybody else. */
    List<Finding> local() {
        sources.forEach(each -> originals.add(new Doctor.Source("", each, null, PathRules.NONE)));
        replicas.forEach(each -> copies.add(new Doctor.Replica("", each, false, false)));
        options.config().ifPresent(this::takeFrom);
        if (originals.isEmpty() && copies.isEmpty()) {
            options.data().ifPresent(this::takeFromData);
        }
        Doctor doctor = new Doctor(Path.of("/proc"));
        List<Finding> findings = new ArrayList<>();
        findings.add(new Finding(Level.OK, "java", Runtime.version().toString()));
        findings.add(doctor.rsync(rsync == null ? RsyncProgram.configuredPath() : rsync));
        if (mayWatch()) {
            findings.add(doctor.watches(originals));
            findings.add(doctor.queue());
        }
        findings.addAll(unread);
        options.data()
                .map(ServerDirectory::new)
                .filter(ServerDirectory::isSetUp)
                .ifPresent(server -> findings.add(certificate(new Site(server), Instant.now())));
        originals.forEach(source -> findings.addAll(doctor.source(source, copiesOf(source))));
        copies.forEach(replica -> findings.addAll(doctor.replica(replica)));
        findings.addAll(ways);
        return findings;
    }

    /** Only agents watch; one may be meant when nothing at all is named. */
    private boolean mayWatch() {
        boolean isNamed = !copies.isEmpty() || options.config().isPresent();
        return !originals.isEmpty() || !isNamed;
    }

    private static Finding certificate(Site site, Instant now) {
        String subject = "server certificate";
        try {
            Instant end = site.certificateEnds();
            return end.isBefore(now)
                    ? new Finding(
                            Level.FAIL, subject, "ended at " + end + "; start the server again, it makes another one")
                    : new Finding(Level.OK, subject, "lasts until " + end);
        } catch (WeirException e) {
            return new Finding(Level.FAIL, subject, String.valueOf(e.getMessage()));
        }
    }

    /** The replicas whose source this is; those that are not said to be anyone's, only when there is no other source. */
    private List<Doctor.Replica> copiesOf(Doctor.Source source) {
        return copies.stream()
                .filter(each -> each.source().equals(source.name()))
                .filter(each -> !each.source().isEmpty() || originals.size() == 1)
                .toList();
    }

    private Doctor.Source source(String name, Path root, Path agentState, PathRules excludes) {
        try {
            return new Doctor.Source(
                    name, root, StateFile.open(agentState, name).state().uuid(), excludes);
        } catch (WeirException e) {
            unread.add(new Finding(Level.FAIL, "agent state", String.valueOf(e.getMessage())));
            return new Doctor.Source(name, root, null, excludes);
        }
    }

    private void takeFromData(Path data) {
        try {
            LayoutFile.read(data).ifPresent(this::takeFrom);
        } catch (WeirException e) {
            unread.add(new Finding(Level.FAIL, "data directory", String.valueOf(e.getMessage())));
        }
    }

    private void takeFrom(Layout layout) {
        originals.add(source(layout.name(), layout.source(), layout.agentState(), PathRules.NONE));
        layout.replicas()
                .forEach((name, root) -> copies.add(replica(layout.name(), root, false, layout.applierState(), name)));
    }

    /** What the stages of a settings file work on, as far as it is on this machine. */
    private void takeFrom(Path file) {
        SettingsFile.read(file, root -> {
            Sections.ignoreBut(root, List.of("agent", "applier"));
            KafkaSettings kafka = KafkaSettings.read(root);
            WayChecks checks = new WayChecks(Clock.systemUTC());
            if (root.holds("agent")) {
                AgentSettings agent = AgentSettings.read(root.section("agent"));
                agent.sources()
                        .forEach(each -> originals.add(source(
                                each.name(), each.root(), agent.stateDirectory(), PathRules.of(each.exclude()))));
                if (rsync == null && agent.rsyncd().enabled()) {
                    rsync = agent.rsyncd().executable();
                }
                ways.addAll(checks.agent(agent.rsyncd()));
            }
            if (root.holds("applier")) {
                ApplierSettings applier = ApplierSettings.read(root);
                applier.sources()
                        .forEach(each -> copies.add(replica(
                                each.source(),
                                each.root(),
                                each.adopt(),
                                applier.stateDirectory(),
                                applier.replica())));
                applier.sources().forEach(each -> ways.addAll(checks.applier(each.source(), each.endpoint())));
            }
            return kafka;
        });
    }

    private static Doctor.Replica replica(String source, Path root, boolean adopt, Path state, String replica) {
        boolean lost;
        try {
            lost = KnownReplicas.open(state, replica).isLost(source, root);
        } catch (WeirException e) {
            // What cannot be read is told by the look at the directory itself.
            lost = false;
        }
        return new Doctor.Replica(source, root, adopt, lost);
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
            if (e.exitCode() == ExitCode.UNAVAILABLE) {
                return List.of(new Finding(Level.WARN, "kafka", String.valueOf(e.getMessage())));
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
                    .map(registry ->
                            findings(subject, registry.check(), registry.addresses() + ", subjects as they should be"))
                    .orElse(List.of());
        } catch (WeirException e) {
            return List.of(new Finding(Level.FAIL, subject, String.valueOf(e.getMessage())));
        }
    }

    private static List<Finding> topics(KafkaSettings kafka) {
        try (TopicAdmin admin = new TopicAdmin(kafka)) {
            return findings("kafka", admin.check(), kafka.bootstrapServers() + ", topics as they should be");
        } catch (WeirException e) {
            if (isRefusal(e)) {
                return List.of(new Finding(
                        Level.OK,
                        "kafka",
                        kafka.bootstrapServers()
                                + " lets this user in; how the topics are set up is not this user's to see"));
            }
            return List.of(new Finding(Level.FAIL, "kafka", String.valueOf(e.getMessage())));
        }
    }

    /** Whether Kafka answered, and the user has the rights of a stage only. */
    private static boolean isRefusal(Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof TopicAuthorizationException) {
                return true;
            }
        }
        return false;
    }

    private static List<Finding> findings(String subject, List<String> problems, String fine) {
        return problems.isEmpty()
                ? List.of(new Finding(Level.OK, subject, fine))
                : problems.stream()
                        .map(problem -> new Finding(Level.FAIL, subject, problem))
                        .toList();
    }
}
