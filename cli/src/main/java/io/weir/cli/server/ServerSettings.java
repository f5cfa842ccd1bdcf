package io.weir.cli.server;

import io.weir.aggregator.AggregatorSettings;
import io.weir.console.ConsoleSettings;
import io.weir.service.KafkaSettings;
import io.weir.service.Setting;
import io.weir.service.SettingsNode;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Settings of a small site's server. What it keeps in its own directory is not among them. Immutable.
 *
 * @param host by which other hosts reach it
 * @param port for other hosts
 * @param address that it listens on; empty for all of this machine
 * @param sync whether a record is on disk before it is acknowledged
 * @param aggregator of the aggregator in it
 * @param console where it serves the page; nothing when it serves none
 * @param kafka raw settings of that aggregator's clients; where they connect to is known only when the broker runs
 */
public record ServerSettings(
        String host,
        int port,
        String address,
        boolean sync,
        AggregatorSettings aggregator,
        Optional<ConsoleSettings> console,
        KafkaSettings kafka) {
    /** See {@link #host}. */
    public static final Setting<String> HOST = Setting.requiredText(
                    "host",
                    "Name or numeric address by which the other hosts reach this server. Its certificate has it: after a"
                            + " change the next start makes another one, and the other hosts' settings need it too.")
            .check(ServerSettings::isHost, "must be a host name or a numeric address");

    /** See {@link #port}. */
    public static final Setting<Integer> PORT = Setting.count(
                    "port", 9093, "Port for the other hosts: Kafka by TLS, with a user and a password.")
            .check(port -> port > 0 && port <= 65_535, "must be a port, 1 to 65535");

    /** See {@link #address}. */
    public static final Setting<String> ADDRESS = Setting.text(
                    "address", "", "Numeric address of this machine that it listens on for them; empty for all.")
            .check(address -> address.isEmpty() || isNumeric(address), "must be a numeric address, or empty");

    /** See {@link #sync}. */
    public static final Setting<Boolean> SYNC = Setting.flag(
            "sync",
            true,
            "Sync every record to the disk before it is acknowledged, so that a power cut of this machine loses none. false is"
                    + " faster on a slow disk; after a power cut run `weir baseline` for every replica then.");

    /** All settings of this record below {@code server}, for the reference. */
    public static final List<Setting<?>> SETTINGS = List.of(HOST, PORT, ADDRESS, SYNC);

    /** Never connected to. */
    private static final String NOWHERE = "127.0.0.1:1";

    private static final Pattern NAME = Pattern.compile(
            "(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*");
    private static final Pattern NUMERIC =
            Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

    /** Reads the settings of the server in a directory; what does not fit becomes a problem. */
    public static ServerSettings read(SettingsNode root, ServerDirectory directory) {
        root.settle(KafkaSettings.BOOTSTRAP_SERVERS.key(), NOWHERE);
        root.settle(KafkaSettings.TOPIC_PREFIX.key(), KafkaSettings.TOPIC_PREFIX.fallback());
        SettingsNode aggregator = root.section("aggregator");
        aggregator.settle("state.dir", directory.aggregator().toString());
        SettingsNode server = root.section("server");
        return new ServerSettings(
                server.get(HOST),
                server.get(PORT),
                server.get(ADDRESS),
                server.get(SYNC),
                AggregatorSettings.read(aggregator),
                // A server that was set up before there was a page goes on without.
                root.holds("console") ? Optional.of(ConsoleSettings.read(root.section("console"))) : Optional.empty(),
                KafkaSettings.read(root));
    }

    /** Whether a text is a host's name or its numeric address. */
    static boolean isHost(String text) {
        return NAME.matcher(text).matches() || isNumeric(text);
    }

    /** Whether a text is a numeric address, of IPv4 or IPv6, as far as its characters tell. */
    static boolean isNumeric(String text) {
        return NUMERIC.matcher(text).matches();
    }

    /** Where clients on other hosts connect. */
    String bootstrapServers() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
