package io.weir.e2e;

import io.weir.e2e.WeirProcess.Surroundings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How {@link Stages} are to be started: what a scenario wants to be different. Used by one thread. */
final class StagesPlan {
    static final String LOOPBACK = "127.0.0.1";

    /** After so long Kafka takes a {@link #hasty} stage that says nothing for dead. */
    static final Duration LONGER_THAN_A_SESSION = Duration.ofSeconds(9);

    private final Path folder;
    private final Map<String, Surroundings> surroundings = new HashMap<>();
    private final Map<String, StringBuilder> more = new HashMap<>();
    private final StringBuilder sourceOptions = new StringBuilder();
    private final Path[] replicas;
    private final String[] ways = new String[2];
    private String secret = "not-so-secret";
    private int rsyncPort;
    private String kafkaHost = LOOPBACK;
    private String agentHost = LOOPBACK;

    private StagesPlan(Path folder) {
        this.folder = folder;
        this.replicas = new Path[] {folder.resolve("replica-1"), folder.resolve("replica-2")};
    }

    /** Everything on loopback, with the defaults of the settings, below a folder. */
    static StagesPlan in(Path folder) {
        return new StagesPlan(folder);
    }

    /**
     * For scenarios that hurt: Kafka notices within seconds that a process is gone, a pull that hangs is killed soon, failed paths
     * are tried again soon, and no delete breaker helps, so that only the mechanism under test protects the replicas.
     */
    StagesPlan hasty() {
        for (String stage : List.of("agent", "aggregator", "applier-1", "applier-2")) {
            settings(stage, """
                    kafka.consumer.session.timeout.ms: 6000
                    kafka.consumer.heartbeat.interval.ms: 1000
                    kafka.streams.session.timeout.ms: 6000
                    kafka.streams.heartbeat.interval.ms: 1000
                    kafka.request.timeout.ms: 5000
                    """);
        }
        for (int i = 1; i <= replicas.length; i++) {
            settings("applier-" + i, """
                    applier.deadletters.retry.initial: 1 s
                    applier.deadletters.retry.max: 2 s
                    applier.status.interval: 500 ms
                    """);
        }
        settings("agent", "agent.status.interval: 500 ms\n");
        sourceOptions.append("""
                    breaker.deletes: 0
                    breaker.share: 1
                    rsync.timeout: 5s
                """);
        return this;
    }

    /** Adds lines with dotted keys to a stage's settings. */
    StagesPlan settings(String stage, String lines) {
        more.computeIfAbsent(stage, s -> new StringBuilder()).append(lines);
        return this;
    }

    /** Runs a stage in other surroundings. */
    StagesPlan surroundings(String stage, Surroundings wanted) {
        surroundings.put(stage, wanted);
        return this;
    }

    /** Puts a replica (1 or 2) elsewhere. */
    StagesPlan replica(int number, Path root) {
        replicas[number - 1] = root;
        return this;
    }

    /** Where the broker and the rsync daemon of the agent are reached; each must run there. */
    StagesPlan hosts(String kafka, String agent) {
        kafkaHost = kafka;
        agentHost = agent;
        return this;
    }

    /** Where the rsync daemon listens; a free port otherwise. */
    StagesPlan rsyncPort(int port) {
        rsyncPort = port;
        return this;
    }

    /** What the rsync daemon and its clients share. */
    StagesPlan secret(String text) {
        secret = text;
        return this;
    }

    /** Lets a replica (1 or 2) reach the source in another way: settings of the source, one a line, with its url. */
    StagesPlan way(int number, String lines) {
        ways[number - 1] = lines.indent(4);
        return this;
    }

    /** The secret alone, in a file. */
    Path secretFile() {
        return folder.resolve("secret");
    }

    /** Starts all of them. */
    Stages start() throws IOException {
        return Stages.start(this);
    }

    Path folder() {
        return folder;
    }

    Path source() {
        return folder.resolve("source");
    }

    List<Path> replicas() {
        return List.of(replicas);
    }

    String kafkaHost() {
        return kafkaHost;
    }

    Surroundings surroundings(String stage) {
        return surroundings.getOrDefault(stage, Surroundings.PLAIN);
    }

    /** Writes the settings files of all stages. */
    void writeSettings(int kafka) throws IOException {
        int rsync = rsyncPort == 0 ? Ports.free() : rsyncPort;
        privateFile("secret", secret + "\n");
        Path secrets = privateFile("rsyncd.secrets", "weir:" + secret + "\n");
        write("agent", """
                agent.state.dir: %s
                agent.sources:
                  - name: data
                    root: %s
                agent.rsyncd.port: %d
                agent.rsyncd.address: %s
                agent.rsyncd.secrets-file: %s
                """.formatted(folder.resolve("agent-state"), source(), rsync, agentHost, secrets), kafka);
        String usual = """
                    url: rsync://weir@%s:%d/data/
                    secrets.file: %s
                """.formatted(agentHost, rsync, secretFile());
        write("aggregator", "aggregator.state.dir: " + folder.resolve("aggregator-state") + "\n", kafka);
        for (int i = 1; i <= replicas.length; i++) {
            write(
                    "applier-" + i,
                    """
                    applier.replica: replica-%d
                    applier.state.dir: %s
                    applier.sources:
                      - name: data
                        root: %s
                    """.formatted(i, folder.resolve("applier-state"), replicas[i - 1])
                            + Optional.ofNullable(ways[i - 1]).orElse(usual)
                            + sourceOptions,
                    kafka);
        }
    }

    private void write(String stage, String text, int kafka) throws IOException {
        Files.writeString(
                settingsFile(stage),
                "kafka.bootstrap.servers: " + kafkaHost + ":" + kafka + "\n" + text
                        + more.getOrDefault(stage, new StringBuilder()));
    }

    Path settingsFile(String stage) {
        return folder.resolve(stage + ".yaml");
    }

    private Path privateFile(String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
}
