package io.weir.applier;

import io.weir.applier.consume.DeadLetterSchedule;
import io.weir.applier.consume.PauseWindows;
import io.weir.applier.consume.Replication;
import io.weir.service.KafkaSettings;
import io.weir.service.Names;
import io.weir.service.Setting;
import io.weir.service.SettingsNode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Everything an applier needs to know: one replica of one or more sources. Immutable.
 *
 * @param replica the replica's name: its consumer group and its identity
 * @param stateDirectory where this host remembers which directories hold a replica; outside of them
 * @param kafka how to reach Kafka
 * @param sources at least one, each with a directory of its own
 * @param limits bounds of work
 * @param positionInterval how often the position is written and committed, when it moved
 * @param statusInterval how often the state is published
 * @param pauses when the replica rests by the clock
 * @param deadLetters when failed paths are tried again
 * @param closeDeadline how long a stop waits for the pulls under way
 */
public record ApplierSettings(
        String replica,
        Path stateDirectory,
        KafkaSettings kafka,
        List<ReplicaSettings> sources,
        Replication.Limits limits,
        Duration positionInterval,
        Duration statusInterval,
        PauseWindows pauses,
        DeadLetterSchedule deadLetters,
        Duration closeDeadline) {
    static final Setting<String> REPLICA =
            Setting.requiredText("replica", "Name of this replica.").check(Names::isName, Names.RULE);
    static final Setting<Path> STATE_DIRECTORY = Setting.path(
            "state.dir",
            Path.of("/var/lib/weir/applier"),
            "Where this host remembers which directories hold a replica, so that one whose disk is not mounted is not filled"
                    + " as if it were new. Not on a replica's disk. Replicas may share it.");
    static final Setting<Integer> MAX_PROCESSES =
            positive("max.processes", 4, "Pulls side by side. More than 4 seldom help.");
    static final Setting<Integer> BATCH_MAX_PATHS = positive("batch.max.paths", 5000, "Most paths of one pull.");
    static final Setting<Integer> BACKLOG_MAX_PATHS =
            positive("backlog.max.paths", 1_000_000, "Most paths that wait, by source; more become whole directories.");
    static final Setting<Integer> PAUSE_PATHS =
            positive("pause.paths", 200_000, "Paths that wait at which reading pauses, until half of them are done.");
    static final Setting<Duration> POSITION_INTERVAL = Setting.duration(
            "position.interval",
            Duration.ofMillis(500),
            "How often the position is written and committed, when it moved.");
    static final Setting<Duration> STATUS_INTERVAL =
            Setting.duration("status.interval", Duration.ofSeconds(3), "How often the state is published.");
    static final Setting<List<String>> PAUSE_WINDOWS = Setting.list(
            "pause.windows",
            List.of(),
            "When this replica rests, as `weir pause` lets it, by the local time of its host: times of every day, or of the days in front of"
                    + " them, such as `[\"22:00-06:00\", \"Sat,Sun 08:00-18:00\"]`. One over midnight belongs to the day on which it begins.");
    static final Setting<Duration> RETRY_INITIAL = Setting.duration(
            "deadletters.retry.initial",
            Duration.ofMinutes(10),
            "When a failed path is tried again after its third failure; the time doubles with every further one. The first"
                    + " two tries come after 2 s and 20 s.");
    static final Setting<Duration> RETRY_MAX = Setting.duration(
            "deadletters.retry.max", Duration.ofHours(10), "The longest time between two tries of a failed path.");
    static final Setting<Duration> CLOSE_TIMEOUT = Setting.duration(
            "close.timeout",
            Duration.ofSeconds(10),
            "How long a stop waits for the pulls under way before it ends them.");

    /** All settings of this record but those of sources, below {@code applier}, for the reference. */
    public static final List<Setting<?>> SETTINGS = List.of(
            REPLICA,
            STATE_DIRECTORY,
            MAX_PROCESSES,
            BATCH_MAX_PATHS,
            BACKLOG_MAX_PATHS,
            PAUSE_PATHS,
            POSITION_INTERVAL,
            STATUS_INTERVAL,
            PAUSE_WINDOWS,
            RETRY_INITIAL,
            RETRY_MAX,
            CLOSE_TIMEOUT);

    /** Copies the sources and checks that each has a name and a directory of its own. */
    public ApplierSettings {
        sources = List.copyOf(sources);
        List<String> problems = clashes(sources);
        if (sources.isEmpty()) {
            problems.add("an applier needs a source");
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
    }

    /** An applier with defaults for everything that has one. */
    public ApplierSettings(String replica, Path stateDirectory, KafkaSettings kafka, List<ReplicaSettings> sources) {
        this(
                replica,
                stateDirectory,
                kafka,
                sources,
                new Replication.Limits(
                        MAX_PROCESSES.fallback(),
                        BATCH_MAX_PATHS.fallback(),
                        BACKLOG_MAX_PATHS.fallback(),
                        PAUSE_PATHS.fallback()),
                POSITION_INTERVAL.fallback(),
                STATUS_INTERVAL.fallback(),
                PauseWindows.NONE,
                new DeadLetterSchedule(RETRY_INITIAL.fallback(), RETRY_MAX.fallback()),
                CLOSE_TIMEOUT.fallback());
    }

    /** The same for another replica. */
    public ApplierSettings of(String otherReplica, KafkaSettings otherKafka, List<ReplicaSettings> otherSources) {
        return new ApplierSettings(
                otherReplica,
                stateDirectory,
                otherKafka,
                otherSources,
                limits,
                positionInterval,
                statusInterval,
                pauses,
                deadLetters,
                closeDeadline);
    }

    /** The same as far as they can change while the replica's applier runs. */
    ApplierSettings of(String runningReplica, Path runningState, KafkaSettings runningKafka) {
        return new ApplierSettings(
                runningReplica,
                runningState,
                runningKafka,
                sources,
                limits,
                positionInterval,
                statusInterval,
                pauses,
                deadLetters,
                closeDeadline);
    }

    private static Setting<Integer> positive(String key, int fallback, String doc) {
        return Setting.count(key, fallback, doc).check(value -> value > 0, "must be above 0");
    }

    /** Whether a settings file names the replica of an applier: that of an all-in-one does not. */
    public static boolean namesReplica(SettingsNode root) {
        return root.section("applier").has(REPLICA);
    }

    /**
     * Reads the section {@code applier} with its list {@code sources}, and the sections of Kafka. Problems go into the
     * node; when there are any the result is a stand-in and must not be used.
     *
     * @param root of a settings file
     */
    public static ApplierSettings read(SettingsNode root) {
        KafkaSettings kafka = KafkaSettings.read(root);
        SettingsNode node = root.section("applier");
        List<ReplicaSettings> sources = new ArrayList<>();
        for (SettingsNode each : node.sections("sources")) {
            ReplicaSettings source = ReplicaSettings.read(each);
            if (source != null) {
                sources.add(source);
            }
        }
        if (sources.isEmpty() && node.problems().isEmpty()) {
            node.problem("sources", "is missing; add a list of sources, each with name, root and url");
        }
        clashes(sources).forEach(problem -> node.problem("sources", problem));
        String replica = node.get(REPLICA);
        Path state = node.get(STATE_DIRECTORY);
        Replication.Limits limits = new Replication.Limits(
                node.get(MAX_PROCESSES), node.get(BATCH_MAX_PATHS), node.get(BACKLOG_MAX_PATHS), node.get(PAUSE_PATHS));
        DeadLetterSchedule schedule = new DeadLetterSchedule(node.get(RETRY_INITIAL), node.get(RETRY_MAX));
        Duration position = node.get(POSITION_INTERVAL);
        Duration status = node.get(STATUS_INTERVAL);
        PauseWindows pauses = pauses(node);
        Duration close = node.get(CLOSE_TIMEOUT);
        List<ReplicaSettings> usable = node.problems().isEmpty() ? sources : List.of(ReplicaSettings.STAND_IN);
        return new ApplierSettings(replica, state, kafka, usable, limits, position, status, pauses, schedule, close);
    }

    private static PauseWindows pauses(SettingsNode node) {
        List<String> windows = node.get(PAUSE_WINDOWS);
        try {
            return PauseWindows.of(windows, ZoneId.systemDefault());
        } catch (IllegalArgumentException e) {
            node.problem(PAUSE_WINDOWS, String.valueOf(e.getMessage()));
            return PauseWindows.NONE;
        }
    }

    /** An order from Kafka could write into a replica, or into its {@code .weir}. */
    private static Optional<String> restoreClash(ReplicaSettings source, ReplicaSettings other) {
        Path root = other.root().normalize();
        return source.restoreDirectory()
                .map(Path::normalize)
                .filter(restore -> root.startsWith(restore) || (!source.equals(other) && restore.startsWith(root)))
                .map(restore -> "restore.dir " + restore + " of source '" + source.source() + "' holds, or lies in, "
                        + root + ", the replica of source '" + other.source() + "'; give another one, or none");
    }

    private static List<String> clashes(List<ReplicaSettings> sources) {
        List<String> problems = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < sources.size(); i++) {
            ReplicaSettings source = sources.get(i);
            if (!names.add(source.source())) {
                problems.add("source '" + source.source() + "' is there twice");
            }
            for (ReplicaSettings other : sources) {
                restoreClash(source, other).ifPresent(problems::add);
            }
            for (int j = 0; j < sources.size(); j++) {
                Path inner = source.root().normalize();
                if (i != j && inner.startsWith(sources.get(j).root().normalize())) {
                    problems.add("the root of source '" + source.source() + "', " + inner + ", lies in that of '"
                            + sources.get(j).source() + "'; give each a directory of its own");
                }
            }
        }
        return problems;
    }
}
