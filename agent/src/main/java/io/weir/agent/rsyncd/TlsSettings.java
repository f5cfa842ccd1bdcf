package io.weir.agent.rsyncd;

import io.weir.service.NamedFile;
import io.weir.service.Setting;
import io.weir.service.SettingsNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How the agent's daemon is reached over TLS. Immutable.
 *
 * @param executable the stunnel to run, looked up in PATH unless absolute
 * @param certificate of this host, PEM, with what leads to its authority
 * @param key its private key, PEM, mode 0600, without a passphrase
 * @param ca the authorities that may sign the certificates of clients, PEM; empty when clients need none
 */
public record TlsSettings(String executable, Path certificate, Path key, Optional<Path> ca) {
    static final Setting<Optional<Path>> CERTIFICATE = Setting.optionalPath(
            "rsyncd.tls.certificate",
            "This host's certificate (PEM, with what leads to its authority). With it and its key rsyncd.address and"
                    + " rsyncd.port are reached over TLS only, by stunnel; appliers have `rsyncs://` in their `url`. A new"
                    + " one is taken by itself.");
    static final Setting<Optional<Path>> KEY = Setting.optionalPath(
            "rsyncd.tls.key",
            "Private key of the certificate (PEM), mode 0600 (or 0640 of the service's group), without a passphrase.");
    static final Setting<Optional<Path>> CA = Setting.optionalPath(
            "rsyncd.tls.ca",
            "File of the authorities (PEM) that may sign appliers' certificates. With it an applier needs one, besides the secret.");
    static final Setting<String> EXECUTABLE =
            Setting.text("rsyncd.tls.executable", "stunnel", "The stunnel to run (Debian: package stunnel4).");

    /** All settings of this record, for the reference. */
    public static final List<Setting<?>> SETTINGS = List.of(CERTIFICATE, KEY, CA, EXECUTABLE);

    /** Reads them from the section of an agent; what is wrong is noted there. */
    public static Optional<TlsSettings> read(SettingsNode node, boolean isDaemonEnabled) {
        Optional<Path> certificate = node.get(CERTIFICATE);
        Optional<Path> key = node.get(KEY);
        Optional<Path> ca = node.get(CA);
        String executable = node.get(EXECUTABLE);
        node.look(CERTIFICATE, () -> certificate.flatMap(NamedFile::unreadable));
        node.look(KEY, () -> key.flatMap(NamedFile::unfitForSecret));
        node.look(CA, () -> ca.flatMap(NamedFile::unreadable));
        if (certificate.isPresent() != key.isPresent()) {
            node.problem(
                    certificate.isPresent() ? KEY : CERTIFICATE, "is missing; a certificate and its key go together");
        }
        if (ca.isPresent() && certificate.isEmpty()) {
            node.problem(
                    CA, "asks for certificates of clients, and there is no TLS; set rsyncd.tls.certificate and .key");
        }
        if (certificate.isPresent() && !isDaemonEnabled) {
            node.problem(CERTIFICATE, "is for the agent's own rsync daemon, which rsyncd.enabled: false turns off");
        }
        return certificate.flatMap(own -> key.map(its -> new TlsSettings(executable, own, its, ca)));
    }

    /** What is read from. */
    List<Path> files() {
        return Stream.concat(Stream.of(certificate, key), ca.stream()).toList();
    }
}
