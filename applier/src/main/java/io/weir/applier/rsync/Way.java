package io.weir.applier.rsync;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How an rsync call reaches the module that serves a source. Pure and immutable.
 *
 * <p>No secret is ever an argument or a variable: what proves who calls stands in files, and those are named.
 */
public sealed interface Way {
    /** What the url of such a way begins with. */
    String scheme();

    /** Variables that rsync needs, each {@code NAME=value}. */
    default List<String> variables(RsyncAddress address) {
        return List.of();
    }

    /** Options that rsync needs. */
    default List<String> options(RsyncAddress address) {
        return List.of();
    }

    /** The source argument, ending in a slash. */
    default String argument(RsyncAddress address, @Nullable String user) {
        return "rsync://" + (user == null ? "" : user + "@") + address.authority() + "/" + address.path();
    }

    /** A daemon by TCP, not encrypted. */
    record Plain() implements Way {
        @Override
        public String scheme() {
            return "rsync";
        }

        @Override
        public List<String> options(RsyncAddress address) {
            // On a socket of rsync's own only: relays set it themselves, and a pipe has no such option.
            return List.of("--sockopts=TCP_NODELAY");
        }
    }

    /**
     * A daemon that is started over ssh, where the key is restricted to that. The host's key must be known beforehand, nothing is
     * asked, no other key or file of settings is looked at.
     *
     * @param identity the private key, without a passphrase
     * @param knownHosts the host keys of file servers, as in ssh_config(5), UserKnownHostsFile
     */
    record Ssh(Path identity, Path knownHosts) implements Way {
        static final String OPTION = "--rsh=";

        /** Checks that the paths survive the words of rsync's {@code -e} and the tokens of ssh. */
        public Ssh {
            CommandWords.require(identity);
            CommandWords.require(knownHosts);
        }

        @Override
        public String scheme() {
            return "rsync+ssh";
        }

        @Override
        public List<String> options(RsyncAddress address) {
            List<String> words =
                    new ArrayList<>(List.of("ssh", "-F", "none", "-T", "-a", "-x", "-i", identity.toString()));
            address.port().ifPresent(port -> words.addAll(List.of("-p", Integer.toString(port))));
            for (String option : List.of(
                    "BatchMode=yes",
                    "IdentitiesOnly=yes",
                    "IdentityAgent=none",
                    "PreferredAuthentications=publickey",
                    "StrictHostKeyChecking=yes",
                    "UserKnownHostsFile=" + knownHosts,
                    "GlobalKnownHostsFile=/dev/null",
                    "UpdateHostKeys=no",
                    "ConnectTimeout=10",
                    "ServerAliveInterval=15",
                    "ServerAliveCountMax=3",
                    // Anything that is no error would make listings look incomplete.
                    "LogLevel=ERROR")) {
                words.addAll(List.of("-o", option));
            }
            return List.of(OPTION + String.join(" ", words));
        }

        @Override
        public String argument(RsyncAddress address, @Nullable String user) {
            // rsync gives the user to ssh, as there is no -l in its words.
            return (user == null ? "" : user + "@") + address.host() + "::" + address.path();
        }
    }

    /**
     * A daemon behind TLS. Its certificate must be signed by this authority and name the host.
     *
     * @param ca certificates of the authorities, PEM
     * @param client what the file server knows this host by; empty when it does not ask
     */
    record Tls(Path ca, Optional<Client> client) implements Way {
        /** The port of rsync over TLS, as rsync-ssl(1) has it. */
        static final int PORT = 874;

        static final String VARIABLE = "RSYNC_CONNECT_PROG=";

        /**
         * A certificate and its key, PEM.
         *
         * @param certificate with what leads to its authority, if anything
         * @param key without a passphrase
         */
        public record Client(Path certificate, Path key) {
            /** Checks the paths. */
            public Client {
                CommandWords.require(certificate);
                CommandWords.require(key);
            }
        }

        /** Checks that the path survives a shell. */
        public Tls {
            CommandWords.require(ca);
        }

        @Override
        public String scheme() {
            return "rsyncs";
        }

        /** rsync(1): a command to run by a shell in the place of a connection, whose input and output are the connection. */
        @Override
        public List<String> variables(RsyncAddress address) {
            List<String> words = new ArrayList<>(List.of("-quiet", "-verify_quiet", "-nocommands"));
            words.addAll(List.of("-verify", "9", "-verify_return_error", "-min_protocol", "TLSv1.2"));
            String host = address.bareHost();
            words.addAll(
                    address.isNumeric()
                            ? List.of("-noservername", "-verify_ip", host)
                            : List.of("-servername", host, "-verify_hostname", host));
            words.addAll(List.of("-CAfile", ca.toString()));
            client.ifPresent(own -> words.addAll(List.of(
                    "-cert",
                    own.certificate().toString(),
                    "-key",
                    own.key().toString(),
                    // A key with a passphrase fails, instead of asking for it on the connection.
                    "-pass",
                    "pass:")));
            words.addAll(
                    List.of("-connect", address.host() + ":" + address.port().orElse(PORT)));
            // No word has a quote in it: paths and hosts were checked.
            return List.of(VARIABLE + "exec openssl s_client '" + String.join("' '", words) + "'");
        }
    }
}
