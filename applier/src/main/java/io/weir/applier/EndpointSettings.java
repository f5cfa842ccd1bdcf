package io.weir.applier;

import io.weir.applier.rsync.RsyncEndpoint;
import io.weir.applier.rsync.SecretFile;
import io.weir.applier.rsync.Way;
import io.weir.service.NamedFile;
import io.weir.service.Setting;
import io.weir.service.SettingsNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads where a replica pulls a source from, and how that is protected. */
final class EndpointSettings {
    private static final String SSH = "rsync+ssh://";
    private static final String TLS = "rsyncs://";

    static final Setting<String> URL = Setting.requiredText(
            "url",
            "rsync daemon module to pull from: `rsync://[user@]host[:port]/module/`; the same over TLS: `rsyncs://...`, port"
                    + " 874; or started over ssh: `rsync+ssh://user@host[:port]/module/`, where the user logs in.");
    static final Setting<Optional<Path>> SECRETS_FILE = Setting.optionalPath(
            "secrets.file",
            "File with the module's password alone, mode 0600 (or 0640 of the service's group): the secret that the agent's `rsyncd.secrets-file` has for the user in `url`.");
    static final Setting<Optional<Path>> SSH_IDENTITY = Setting.optionalPath(
            "ssh.identity",
            "Private key for `rsync+ssh://`, mode 0600, without a passphrase. `weir authorize` restricts it.");
    static final Setting<Optional<Path>> SSH_KNOWN_HOSTS = Setting.optionalPath(
            "ssh.known.hosts",
            "File with the host key of the file server for `rsync+ssh://`, as ssh has it. One that is not there is refused.");
    static final Setting<Optional<Path>> TLS_CA = Setting.optionalPath(
            "tls.ca",
            "File of the authorities (PEM) that may sign the file server's certificate for `rsyncs://`. It must name the host in `url`.");
    static final Setting<Optional<Path>> TLS_CERTIFICATE = Setting.optionalPath(
            "tls.certificate", "This host's certificate (PEM) for `rsyncs://`, when the agent has `rsyncd.tls.ca`.");
    static final Setting<Optional<Path>> TLS_KEY = Setting.optionalPath(
            "tls.key", "Its private key (PEM), mode 0600 (or 0640 of the service's group), without a passphrase.");

    static final List<Setting<?>> SETTINGS =
            List.of(URL, SECRETS_FILE, SSH_IDENTITY, SSH_KNOWN_HOSTS, TLS_CA, TLS_CERTIFICATE, TLS_KEY);

    private final SettingsNode node;
    private final String url;
    private boolean isFine = true;

    private EndpointSettings(SettingsNode node) {
        this.node = node;
        this.url = node.get(URL);
    }

    /** Reads one entry of the list {@code sources}; null when it has problems, which are noted. */
    static @Nullable RsyncEndpoint read(SettingsNode node) {
        return new EndpointSettings(node).read();
    }

    private @Nullable RsyncEndpoint read() {
        Optional<Path> secrets = node.get(SECRETS_FILE);
        Optional<Path> identity = needed(SSH_IDENTITY, SSH, true);
        Optional<Path> knownHosts = needed(SSH_KNOWN_HOSTS, SSH, true);
        Optional<Path> ca = needed(TLS_CA, TLS, true);
        Optional<Path> certificate = needed(TLS_CERTIFICATE, TLS, false);
        Optional<Path> key = needed(TLS_KEY, TLS, false);
        if (url.startsWith(SSH) && secrets.isPresent()) {
            problem(SECRETS_FILE, "is not for " + SSH + ", where ssh says who calls; remove it");
        }
        if (certificate.isPresent() != key.isPresent()) {
            problem(
                    certificate.isPresent() ? TLS_KEY : TLS_CERTIFICATE,
                    "is missing; a certificate and its key go together");
        }
        if (!isFine || !node.has(URL)) {
            return null;
        }
        try {
            Way way = new Way.Plain();
            if (identity.isPresent() && knownHosts.isPresent()) {
                way = new Way.Ssh(identity.get(), knownHosts.get());
            } else if (ca.isPresent()) {
                way = new Way.Tls(ca.get(), certificate.flatMap(own -> key.map(its -> new Way.Tls.Client(own, its))));
            }
            RsyncEndpoint endpoint = RsyncEndpoint.of(url, secrets.orElse(null), way);
            node.look(SECRETS_FILE, () -> SecretFile.trouble(endpoint));
            List.of(SSH_KNOWN_HOSTS, TLS_CA, TLS_CERTIFICATE)
                    .forEach(each -> node.look(each, () -> node.get(each).flatMap(NamedFile::unreadable)));
            List.of(SSH_IDENTITY, TLS_KEY)
                    .forEach(each -> node.look(each, () -> node.get(each).flatMap(NamedFile::unfitForSecret)));
            return endpoint;
        } catch (IllegalArgumentException e) {
            node.problem(URL, String.valueOf(e.getMessage()));
            return null;
        }
    }

    private Optional<Path> needed(Setting<Optional<Path>> setting, String scheme, boolean isRequired) {
        Optional<Path> value = node.get(setting);
        boolean isOfScheme = url.startsWith(scheme);
        if (value.isPresent() && !isOfScheme) {
            problem(setting, "is for urls that begin with " + scheme + "; change `url` or remove it");
        }
        if (value.isEmpty() && isOfScheme && isRequired) {
            problem(setting, "is missing; " + scheme + " needs it. " + setting.doc());
        }
        return value;
    }

    private void problem(Setting<?> setting, String what) {
        isFine = false;
        node.problem(setting, what);
    }
}
