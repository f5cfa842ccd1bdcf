package io.weir.cli.embedded;

import io.weir.agent.AgentSettings;
import io.weir.aggregator.AggregatorSettings;
import io.weir.applier.ApplierSettings;
import io.weir.applier.ReplicaSettings;
import io.weir.applier.rsync.RsyncEndpoint;
import io.weir.service.KafkaSettings;
import io.weir.service.SettingsFile;
import io.weir.service.SettingsNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Settings of the stages of an all-in-one. The keys are those of the separate processes, but for what the all-in-one decides
 * itself: directories, names, addresses. Lists of sources have one entry, for what can be said of the source. Immutable.
 *
 * @param agent complete
 * @param aggregator complete
 * @param applier of a stand-in for every replica
 * @param kafka raw settings of the clients
 */
public record UpSettings(
        AgentSettings agent, AggregatorSettings aggregator, ApplierSettings applier, KafkaSettings kafka) {
    /** Never connected to. */
    private static final String NOWHERE = "127.0.0.1:1";

    /**
     * Reads the settings for a layout.
     *
     * @param file nothing for all defaults
     * @throws io.weir.service.WeirException (SETTINGS) with all problems of the file
     */
    public static UpSettings read(Layout layout, Optional<Path> file) {
        return file.map(path -> SettingsFile.read(path, root -> read(layout, root)))
                .orElseGet(() -> SettingsFile.parse("defaults", "", name -> null, root -> read(layout, root)));
    }

    private static UpSettings read(Layout layout, SettingsNode root) {
        root.settle(KafkaSettings.BOOTSTRAP_SERVERS.key(), NOWHERE);
        root.settle(KafkaSettings.TOPIC_PREFIX.key(), KafkaSettings.TOPIC_PREFIX.fallback());
        // Other commands' health is served by their processes.
        root.ignore("health");
        root.ignore("console");
        SettingsNode agent = root.section("agent");
        agent.settle("state.dir", layout.agentState().toString());
        agent.settle("rsyncd.enabled", "true");
        agent.settle("rsyncd.address", "127.0.0.1");
        agent.settle("rsyncd.port", "0");
        agent.settle("rsyncd.secrets-file", "");
        agent.settle("rsyncd.tls.certificate", "");
        agent.settle("rsyncd.tls.key", "");
        agent.settle("rsyncd.tls.ca", "");
        agent.settle("rsyncd.ssh.user", "");
        // A power cut takes the end of this machine's Kafka too.
        agent.settle("boot.tail", "0s");
        SettingsNode source = agent.single("sources");
        source.settle("name", layout.name());
        source.settle("root", layout.source().toString());
        SettingsNode aggregator = root.section("aggregator");
        aggregator.settle("state.dir", layout.data().resolve("aggregator").toString());
        SettingsNode applier = root.section("applier");
        applier.settle("replica", "replica");
        applier.settle("state.dir", layout.applierState().toString());
        SettingsNode replica = applier.single("sources");
        replica.settle("name", layout.name());
        replica.settle("root", "/");
        replica.settle("url", "rsync://127.0.0.1/" + layout.name() + "/");
        List.of("secrets.file", "ssh.identity", "ssh.known.hosts", "tls.ca", "tls.certificate", "tls.key")
                .forEach(key -> replica.settle(key, ""));
        return new UpSettings(
                AgentSettings.read(agent),
                AggregatorSettings.read(aggregator),
                ApplierSettings.read(root),
                KafkaSettings.read(root));
    }

    /** The same, and directories that hold something already may become the replicas. */
    public UpSettings adopting() {
        ReplicaSettings source = applier.sources().get(0).adopting();
        return new UpSettings(
                agent, aggregator, applier.of(applier.replica(), applier.kafka(), List.of(source)), kafka);
    }

    /** The settings of one replica's applier. */
    ApplierSettings applier(String replica, Path root, KafkaSettings reached, RsyncEndpoint endpoint) {
        ReplicaSettings source = applier.sources().get(0).at(root, endpoint);
        return applier.of(replica, reached, List.of(source));
    }
}
