package io.weir.agent;

import io.weir.agent.rsyncd.RsyncdSecrets;
import io.weir.agent.rsyncd.RsyncdSettings;
import io.weir.agent.rsyncd.SshSettings;
import io.weir.agent.rsyncd.TlsSettings;
import io.weir.agent.scan.ScanSettings;
import io.weir.service.Names;
import io.weir.service.Setting;
import io.weir.service.SettingsNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * How an agent works.
 *
 * @param stateDirectory where the agent keeps what it has to remember; outside of all sources
 * @param sources what it watches; one at least
 * @param rsyncd how it serves the data
 * @param scans how it finds what no event told
 * @param dirtyPaths how many changed paths may wait for Kafka before whole subtrees are rescanned instead
 * @param unacknowledged how many records may be under way to Kafka
 * @param statusInterval how often each source reports to the status topic
 * @param stopPatience how long a stop waits for what was captured to be acknowledged
 */
public record AgentSettings(
        Path stateDirectory,
        List<SourceSettings> sources,
        RsyncdSettings rsyncd,
        ScanSettings scans,
        int dirtyPaths,
        int unacknowledged,
        Duration statusInterval,
        Duration stopPatience) {
    /** Where the agent keeps its state. */
    public static final Setting<Path> STATE_DIRECTORY = Setting.path(
            "state.dir", Path.of("/var/lib/weir/agent"), "Where the agent keeps its state. Not inside a source.");

    /** The bound of the dirty set. */
    public static final Setting<Integer> DIRTY_PATHS = Setting.count(
                    "dirty.max.paths",
                    1_000_000,
                    "Changed paths that may wait while Kafka is away, about 250 bytes of memory each. Beyond it whole"
                            + " directories are rescanned instead: nothing is lost but detail of the history.")
            .check(count -> count >= 1_000, "must be at least 1000");

    /** The bound of records under way. */
    public static final Setting<Integer> UNACKNOWLEDGED = Setting.count(
                    "unacknowledged.max", 10_000, "Records that may be under way to Kafka per source.")
            .check(count -> count >= 1, "must be at least 1");

    /** How often status is sent. */
    public static final Setting<Duration> STATUS_INTERVAL = Setting.duration(
                    "status.interval", Duration.ofSeconds(5), "How often each source reports to the status topic.")
            .check(interval -> interval.toMillis() >= 100, "must be at least 100 ms");

    /** How long a stop waits. */
    public static final Setting<Duration> STOP_PATIENCE = Setting.duration(
            "stop.patience",
            Duration.ofSeconds(10),
            "How long a stop waits until Kafka has what was captured; what is left is found by the next start.");

    /** Whether a daemon is run. */
    public static final Setting<Boolean> RSYNCD_ENABLED = Setting.flag(
            "rsyncd.enabled",
            true,
            "Whether the agent runs an rsync daemon for its sources; false to use another one.");

    /** Which rsync. */
    public static final Setting<String> RSYNCD_EXECUTABLE =
            Setting.text("rsyncd.executable", "rsync", "The rsync to run as the daemon, 3.1.3 or later.");

    /** Where it listens. */
    public static final Setting<String> RSYNCD_ADDRESS = Setting.text(
            "rsyncd.address",
            "127.0.0.1",
            "Numeric address that the rsync daemon listens on. Other than loopback needs rsyncd.secrets-file.");

    /** Where it listens. */
    public static final Setting<Integer> RSYNCD_PORT = Setting.count(
                    "rsyncd.port", 8730, "Port that the rsync daemon listens on; 0 for a free one at every start.")
            .check(port -> port <= 65_535, "must be a port, 0 to 65535");

    /** Who may connect. */
    public static final Setting<String> RSYNCD_USER = Setting.text(
                    "rsyncd.user", "weir", "Name that appliers authenticate with.")
            .check(user -> Names.isName(user, 64), Names.RULE);

    /** The shared secret. */
    public static final Setting<Optional<Path>> RSYNCD_SECRETS_FILE = Setting.optionalPath(
            "rsyncd.secrets-file",
            "File of user:secret lines, mode 0600 (or 0640 of the service's group), for the rsync daemon, such as `weir:SECRET`; each applier has the secret"
                    + " alone in its `secrets.file`. Without it a random secret is made at every start, for appliers in the"
                    + " same process (`weir up`).");

    /** Who may connect. */
    public static final Setting<List<String>> RSYNCD_HOSTS_ALLOW = Setting.list(
            "rsyncd.hosts-allow", List.of(), "Hosts and networks that may use the rsync daemon; empty for all.");

    /** How many may connect. */
    public static final Setting<Integer> RSYNCD_MAX_CONNECTIONS = Setting.count(
                    "rsyncd.max-connections", 64, "Clients of the rsync daemon at a time, for each source.")
            .check(count -> count >= 1, "must be at least 1");

    /** All settings of this record, for the reference; each source has those of {@link SourceSettings}. */
    public static final List<Setting<?>> SETTINGS = Stream.of(
                    List.of(STATE_DIRECTORY, DIRTY_PATHS, UNACKNOWLEDGED, STATUS_INTERVAL, STOP_PATIENCE),
                    ScanSettings.SETTINGS,
                    List.of(
                            RSYNCD_ENABLED,
                            RSYNCD_EXECUTABLE,
                            RSYNCD_ADDRESS,
                            RSYNCD_PORT,
                            RSYNCD_USER,
                            RSYNCD_SECRETS_FILE,
                            RSYNCD_HOSTS_ALLOW,
                            RSYNCD_MAX_CONNECTIONS),
                    TlsSettings.SETTINGS,
                    SshSettings.SETTINGS)
            .<Setting<?>>flatMap(List::stream)
            .toList();

    /**
     * Checks what spans several settings.
     *
     * @throws IllegalArgumentException when there is no source or two have one name
     */
    public AgentSettings {
        sources = List.copyOf(sources);
        if (sources.isEmpty()) {
            throw new IllegalArgumentException("an agent needs one source at least");
        }
        if (sources.stream().map(SourceSettings::name).distinct().count() < sources.size()) {
            throw new IllegalArgumentException("two sources of an agent have the same name");
        }
    }

    /** Defaults for everything but where the state is and what is watched, with a loopback daemon on a free port. */
    public static AgentSettings of(Path stateDirectory, List<SourceSettings> sources) {
        return new AgentSettings(
                stateDirectory,
                sources,
                RsyncdSettings.loopback(),
                ScanSettings.defaults(),
                DIRTY_PATHS.fallback(),
                UNACKNOWLEDGED.fallback(),
                STATUS_INTERVAL.fallback(),
                STOP_PATIENCE.fallback());
    }

    /** The same with another daemon. */
    public AgentSettings withRsyncd(RsyncdSettings other) {
        return new AgentSettings(
                stateDirectory, sources, other, scans, dirtyPaths, unacknowledged, statusInterval, stopPatience);
    }

    /** What the rsync daemon would refuse clients for, and the agent its start. */
    private static void lookAtSecrets(SettingsNode node, boolean isEnabled) {
        if (isEnabled) {
            node.look(
                    RSYNCD_SECRETS_FILE,
                    () -> node.get(RSYNCD_SECRETS_FILE)
                            .flatMap(file -> RsyncdSecrets.trouble(file, node.get(RSYNCD_USER))));
            node.look(
                    RSYNCD_ADDRESS,
                    () -> RsyncdSecrets.troubleWithout(node.get(RSYNCD_SECRETS_FILE), node.get(RSYNCD_ADDRESS)));
        }
    }

    /** Reads the section of an agent: these settings and the list {@code sources}. What is wrong is noted there. */
    public static AgentSettings read(SettingsNode node) {
        List<SourceSettings> sources = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (SettingsNode each : node.sections("sources")) {
            SourceSettings source = SourceSettings.read(each);
            if (names.add(source.name())) {
                sources.add(source);
            } else {
                each.problem(SourceSettings.NAME, "is the name of another source too; names must differ");
            }
        }
        if (sources.isEmpty()) {
            node.problem("sources", "is missing or empty; list one source at least, with name and root");
            sources.add(new SourceSettings("invalid", Path.of("/missing"), List.of()));
        }
        boolean isEnabled = node.get(RSYNCD_ENABLED);
        lookAtSecrets(node, isEnabled);
        RsyncdSettings rsyncd = new RsyncdSettings(
                isEnabled,
                node.get(RSYNCD_EXECUTABLE),
                node.get(RSYNCD_ADDRESS),
                node.get(RSYNCD_PORT),
                node.get(RSYNCD_USER),
                node.get(RSYNCD_SECRETS_FILE),
                node.get(RSYNCD_HOSTS_ALLOW),
                node.get(RSYNCD_MAX_CONNECTIONS),
                TlsSettings.read(node, isEnabled),
                SshSettings.read(node));
        Path state = node.get(STATE_DIRECTORY);
        for (SourceSettings source : sources) {
            if (state.startsWith(source.root())) {
                node.problem(STATE_DIRECTORY, "is inside source " + source.name() + "; choose another directory");
            }
        }
        return new AgentSettings(
                state,
                sources,
                rsyncd,
                ScanSettings.read(node),
                node.get(DIRTY_PATHS),
                node.get(UNACKNOWLEDGED),
                node.get(STATUS_INTERVAL),
                node.get(STOP_PATIENCE));
    }
}
