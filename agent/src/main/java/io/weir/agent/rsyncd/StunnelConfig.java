package io.weir.agent.rsyncd;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Writes a stunnel.conf that puts TLS in front of the agent's rsync daemon and does nothing else. Pure. */
final class StunnelConfig {
    /** Which user has no rights on any Linux: its names differ. */
    private static final int NOBODY = 65_534;

    private static final Pattern ADDRESS = Pattern.compile("[0-9A-Fa-f:.]+");
    private static final Pattern PATH = Pattern.compile("/(?:[^\\p{Cntrl}]*[^\\p{Cntrl}\\s\\\\])?");

    private StunnelConfig() {}

    /**
     * The configuration.
     *
     * @param address where it listens, numeric
     * @param behind the port of the rsync daemon on loopback
     * @param dropsRoot whether it becomes nobody once it has read its files and listens
     * @throws IllegalArgumentException naming what such a file cannot hold
     */
    static byte[] write(TlsSettings tls, String address, int port, int behind, boolean dropsRoot) {
        if (!ADDRESS.matcher(address).matches()) {
            throw new IllegalArgumentException("rsyncd.address '" + address + "' is no numeric address");
        }
        tls.files().forEach(StunnelConfig::require);
        List<String> lines = new ArrayList<>(List.of(
                "; Made by the Weir agent at every start; changes are lost.",
                "foreground = yes",
                "pid =",
                "syslog = no",
                "debug = warning"));
        if (dropsRoot) {
            lines.addAll(List.of("setgid = " + NOBODY, "setuid = " + NOBODY));
        }
        lines.addAll(List.of(
                "socket = l:TCP_NODELAY=1",
                "socket = r:TCP_NODELAY=1",
                "",
                "[rsync]",
                "accept = " + address + ":" + port,
                "connect = 127.0.0.1:" + behind,
                // The daemon learns where a connection comes from, for its `hosts allow`.
                "protocol = proxy",
                "cert = " + tls.certificate(),
                "key = " + tls.key(),
                "sslVersionMin = TLSv1.2",
                // rsync ends connections in order itself.
                "TIMEOUTclose = 0",
                "TIMEOUTbusy = 30"));
        tls.ca().ifPresent(ca -> lines.addAll(List.of("CAfile = " + ca, "verifyChain = yes", "requireCert = yes")));
        return (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static void require(Path path) {
        if (!PATH.matcher(path.toString()).matches()) {
            throw new IllegalArgumentException("the path '" + path
                    + "' cannot be written into stunnel's configuration: no line breaks, and no blank or backslash at its"
                    + " end; use another one");
        }
    }
}
