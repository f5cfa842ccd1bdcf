package io.weir.agent.rsyncd;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How the agent serves its sources' data.
 *
 * @param enabled whether the agent runs a daemon at all; false when an existing rsyncd or ssh is used
 * @param executable the rsync to run, looked up in PATH unless absolute
 * @param address where it listens; a numeric address
 * @param port where it listens; 0 takes a free one at every start of the agent
 * @param user the name that clients authenticate with
 * @param secretsFile {@code user:secret} lines, mode 0600; when absent a random secret is made at every start, which only
 *     clients on this machine can know, so the address must be a loopback one then
 * @param hostsAllow host patterns that may connect; empty means no further restriction than address and secret
 * @param maxConnections how many clients may be connected at a time
 * @param tls how it is reached over TLS, then at this address and port and in no other way; empty for no TLS
 * @param ssh how the data is reached over ssh, with a daemon or without; empty for not at all
 */
public record RsyncdSettings(
        boolean enabled,
        String executable,
        String address,
        int port,
        String user,
        Optional<Path> secretsFile,
        List<String> hostsAllow,
        int maxConnections,
        Optional<TlsSettings> tls,
        Optional<SshSettings> ssh) {
    /** Copies the list. */
    public RsyncdSettings {
        hostsAllow = List.copyOf(hostsAllow);
    }

    /** Neither TLS nor ssh. */
    public RsyncdSettings(
            boolean enabled,
            String executable,
            String address,
            int port,
            String user,
            Optional<Path> secretsFile,
            List<String> hostsAllow,
            int maxConnections) {
        this(
                enabled,
                executable,
                address,
                port,
                user,
                secretsFile,
                hostsAllow,
                maxConnections,
                Optional.empty(),
                Optional.empty());
    }

    /** The same over TLS. */
    public RsyncdSettings with(TlsSettings other) {
        return new RsyncdSettings(
                enabled,
                executable,
                address,
                port,
                user,
                secretsFile,
                hostsAllow,
                maxConnections,
                Optional.of(other),
                ssh);
    }

    /** A daemon on loopback, with a free port and a random secret. */
    public static RsyncdSettings loopback() {
        return new RsyncdSettings(true, "rsync", "127.0.0.1", 0, "weir", Optional.empty(), List.of(), 64);
    }

    /** No daemon. */
    public static RsyncdSettings off() {
        return new RsyncdSettings(false, "rsync", "127.0.0.1", 0, "weir", Optional.empty(), List.of(), 64);
    }
}
