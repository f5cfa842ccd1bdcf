package io.weir.console;

import io.weir.service.Setting;
import io.weir.service.SettingsNode;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where the console is served and who may do what. Immutable.
 *
 * @param address where; port 0 takes a free one
 * @param token what a request must bear that changes something, and beyond loopback any request; empty for a console that only shows
 * @param tokenFile the file of this host that has the token, for a page on loopback to name; empty when there is none to name
 */
public record ConsoleSettings(InetSocketAddress address, Optional<String> token, Optional<Path> tokenFile) {
    /** The address. */
    public static final Setting<String> ADDRESS = Setting.text(
            "address",
            "127.0.0.1",
            "Address of the page, by plain HTTP. Other than loopback needs `console.token`, and should have a proxy with TLS in front of it.");

    /** The port. */
    public static final Setting<Integer> PORT = Setting.count("port", 8630, "Port of the page; 0 takes a free one.")
            .check(port -> port <= 65_535, "must be a port, 0 to 65535");

    /** The token. */
    public static final Setting<Optional<String>> TOKEN = Setting.optionalText(
            "token",
            "Who has it may give commands: the page asks for it, a script sends `Authorization: Bearer TOKEN`; better"
                    + " `${file:/path}` than the token itself. Without one the console only shows.");

    /** All settings of this record, for the reference. */
    public static final List<Setting<?>> SETTINGS = List.of(ADDRESS, PORT, TOKEN);

    /** Reads the section {@code console}. */
    public static ConsoleSettings read(SettingsNode node) {
        ConsoleSettings settings = new ConsoleSettings(
                new InetSocketAddress(node.get(ADDRESS), node.get(PORT)), node.get(TOKEN), Optional.empty());
        if (settings.token().isEmpty() && !settings.isLoopback()) {
            node.problem(
                    TOKEN, "is needed where `console.address` is not loopback: others on the network could read along");
        }
        return settings;
    }

    /** On loopback. */
    public static ConsoleSettings onLoopback(int port, Optional<String> token) {
        return new ConsoleSettings(new InetSocketAddress(ADDRESS.fallback(), port), token, Optional.empty());
    }

    /** The same on another port. */
    public ConsoleSettings at(int port) {
        return new ConsoleSettings(new InetSocketAddress(address.getAddress(), port), token, tokenFile);
    }

    /** The same with a token that lies in a file of this host. */
    public ConsoleSettings with(String other, Path file) {
        return new ConsoleSettings(address, Optional.of(other), Optional.of(file));
    }

    /** Whether only this machine can reach it. */
    boolean isLoopback() {
        return !address.isUnresolved() && address.getAddress().isLoopbackAddress();
    }
}
