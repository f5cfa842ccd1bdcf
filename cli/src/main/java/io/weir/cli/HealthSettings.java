package io.weir.cli;

import io.weir.service.Setting;
import io.weir.service.SettingsNode;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/**
 * Where a stage serves its health and metrics. Immutable.
 *
 * @param address the address, or nothing when it serves none
 * @param token what every request must bear, or nothing
 */
public record HealthSettings(Optional<InetSocketAddress> address, Optional<String> token) {
    /** The address. */
    public static final Setting<String> ADDRESS = Setting.text(
            "address",
            "127.0.0.1",
            "Address for `/health/live`, `/health/ready` and `/metrics`, by plain HTTP. Other than loopback needs `health.token`.");

    /** The port. */
    public static final Setting<Integer> PORT = Setting.count("port", 0, "Port for them; 0 to serve none.")
            .check(port -> port <= 65_535, "must be a port, 0 to 65535");

    /** The token. */
    public static final Setting<Optional<String>> TOKEN = Setting.optionalText(
            "token",
            "What every request must send, as `Authorization: Bearer TOKEN`; better `${file:/path}` than the token itself.");

    /** All settings of this record, for the reference. */
    public static final List<Setting<?>> SETTINGS = List.of(ADDRESS, PORT, TOKEN);

    /** Serves none. */
    static final HealthSettings NONE = new HealthSettings(Optional.empty(), Optional.empty());

    /** Reads the section {@code health}. */
    public static HealthSettings read(SettingsNode node) {
        InetSocketAddress address = new InetSocketAddress(node.get(ADDRESS), node.get(PORT));
        Optional<String> token = node.get(TOKEN);
        if (address.getPort() == 0) {
            return new HealthSettings(Optional.empty(), token);
        }
        if (token.isEmpty() && !isLoopback(address)) {
            node.problem(
                    TOKEN, "is needed where `health.address` is not loopback: others on the network could read along");
        }
        return new HealthSettings(Optional.of(address), token);
    }

    private static boolean isLoopback(InetSocketAddress address) {
        return !address.isUnresolved() && address.getAddress().isLoopbackAddress();
    }
}
