package io.weir.applier.rsync;

import java.util.OptionalInt;

/**
 * Where a module is. Immutable; made by {@link RsyncEndpoint}, which checks it.
 *
 * @param host a name or a numeric address, an IPv6 one in brackets
 * @param port empty for the usual one of the way
 * @param path the module, and a directory in it, ending in a slash
 */
public record RsyncAddress(String host, OptionalInt port, String path) {
    private static final int SSH_PORT = 22;

    /** The host without brackets. */
    String bareHost() {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** Whether the host is an address and no name. */
    boolean isNumeric() {
        return host.startsWith("[") || host.matches("[0-9.]+");
    }

    /** What known_hosts has for it (sshd(8)). */
    public String knownHost() {
        return port.isEmpty() || port.getAsInt() == SSH_PORT ? bareHost() : "[" + bareHost() + "]:" + port.getAsInt();
    }

    /** Host and port as in a url. */
    String authority() {
        return port.isPresent() ? host + ":" + port.getAsInt() : host;
    }
}
