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
 */
public record HealthSettings(Optional<InetSocketAddress> address) {
    /** The address. */
    public static final Setting<String> ADDRESS = Setting.text(
            "address",
            "127.0.0.1",
            "Address for `/health/live`, `/health/ready` and `/metrics`. Plain HTTP without authentication.");

    /** The port. */
    public static final Setting<Integer> PORT = Setting.count("port", 0, "Port for them; 0 to serve none.")
            .check(port -> port <= 65_535, "must be a port, 0 to 65535");

    /** All settings of this record, for the reference. */
    public static final List<Setting<?>> SETTINGS = List.of(ADDRESS, PORT);

    /** Reads the section {@code health}. */
    public static HealthSettings read(SettingsNode node) {
        String address = node.get(ADDRESS);
        int port = node.get(PORT);
        return new HealthSettings(port == 0 ? Optional.empty() : Optional.of(new InetSocketAddress(address, port)));
    }
}
