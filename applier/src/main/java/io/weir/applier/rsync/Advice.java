package io.weir.applier.rsync;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What to do about a connection that did not come about, by what rsync, ssh and openssl say of it. Pure. For people only: nothing
 * is decided by it, as words differ between versions.
 *
 * @param line the line that tells
 * @param text what it means, and what to do
 */
record Advice(String line, String text) {
    /** What is looked for, the most telling first: one trouble makes several lines. */
    private static final List<Row> ROWS = List.of(
            // ssh
            row(
                    Relay.SSH,
                    "REMOTE HOST IDENTIFICATION HAS CHANGED",
                    "the file server shows another ssh host key than `ssh.known.hosts` has: if it was installed anew, put"
                            + " its new key there; if not, somebody may stand between"),
            row(
                    Relay.SSH,
                    "No .* host key is known for",
                    "`ssh.known.hosts` does not name the file server: add its host key, as in `url` ([host]:port when"
                            + " the port is not 22)"),
            row(
                    Relay.SSH,
                    "Host key verification failed",
                    "the file server's ssh host key is not the one in `ssh.known.hosts`: compare and mend that file"),
            row(
                    Relay.SSH,
                    "UNPROTECTED PRIVATE KEY FILE|bad permissions",
                    "the key in `ssh.identity` may be read by others, so ssh refuses it: chmod 600"),
            row(
                    Relay.SSH,
                    "Identity file .* not accessible|Load key ",
                    "the key in `ssh.identity` cannot be used: it must be a private key without a passphrase that the"
                            + " applier may read"),
            row(
                    Relay.SSH,
                    "Permission denied \\([a-z]|Too many authentication failures",
                    "the file server does not take the key in `ssh.identity`: put the line that `weir authorize` prints"
                            + " there into authorized_keys of the user in `url`, who must be allowed to log in"),
            row(Relay.SSH, "Failed to exec ssh", "there is no ssh on this host: install the package 'openssh-client'"),
            row(
                    Relay.SSH,
                    "[Ff]ailed to (?:parse|open) config file|syntax or usage error \\(code 1\\) at clientserver",
                    "the file server's rsync finds no configuration: does its agent run with `rsyncd.ssh.user`, and does"
                            + " the line in authorized_keys name the right file?"),
            // TLS, as seen here
            row(
                    Relay.TLS,
                    "verify error:num=10:",
                    "the file server's certificate has expired: renew it, its agent takes the new one by itself"),
            row(
                    Relay.TLS,
                    "verify error:num=9:",
                    "the file server's certificate is not valid yet: is one of the clocks wrong?"),
            row(
                    Relay.TLS,
                    "verify error:num=6[24]:",
                    "the file server's certificate is for another host than the one in `url`: use the name that it has,"
                            + " or have one made for this name (subjectAltName)"),
            row(
                    Relay.TLS,
                    "verify error:num=",
                    "the file server's certificate is not signed by an authority in `tls.ca`: put the right one there; if"
                            + " it is right, somebody may stand between"),
            // TLS, as told by the other end
            row(
                    Relay.TLS,
                    "alert certificate required|alert handshake failure",
                    "the file server asks for a client's certificate: set `tls.certificate` and `tls.key`"),
            row(
                    Relay.TLS,
                    "alert (?:unknown ca|bad certificate|certificate (?:expired|revoked|unknown)|unsupported certificate|decrypt error)",
                    "the file server does not take the certificate in `tls.certificate`: it must be valid and signed by an"
                            + " authority in the agent's `rsyncd.tls.ca`"),
            row(
                    Relay.TLS,
                    "wrong version number|packet length too long|http request",
                    "what answers there does not speak TLS: is it the port of the agent's `rsyncd.tls`? Without TLS `url`"
                            + " begins with rsync://"),
            row(
                    Relay.TLS,
                    "openssl: (?:command )?not found",
                    "there is no openssl on this host: install the package 'openssl'"),
            row(
                    Relay.TLS,
                    "Could not (?:read|open|find) |Can't open |[Uu]nable to load |error loading |calling fopen|X509_load_cert",
                    "a file of `tls.ca`, `tls.certificate` or `tls.key` cannot be used: PEM, without a passphrase, that the"
                            + " applier may read"),
            // rsync's own
            row(
                    null,
                    "auth failed on module",
                    "the agent's rsync daemon does not take the secret: `secrets.file` must hold the secret of the user in"
                            + " `url` alone, without the name and colon that stand before it in the agent's"
                            + " `rsyncd.secrets-file`"),
            row(
                    null,
                    "Unknown module",
                    "the file server serves no source of the name in `url`, or not to this host: the names are in"
                            + " `agent.sources` there, the hosts in `rsyncd.hosts-allow`"),
            row(
                    null,
                    "password file must (?:not be other-accessible|be owned by)",
                    "rsync refuses the file in `secrets.file`: it must be of the user that the applier runs as, and nobody"
                            + " else may read it (chmod 600)"),
            row(
                    null,
                    "could not open password file",
                    "the file in `secrets.file` is missing, or the applier may not read it"),
            row(
                    null,
                    "BIO_lookup_ex|Could not resolve hostname",
                    "the host in `url` has no address: is its name right, and does this host find it?"),
            row(
                    null,
                    "connect:errno=|Connection refused",
                    "nothing answers at the host and port in `url`: does the agent run there, and is the way to it open?"),
            // After what kept ssh from logging in: then nothing greets either.
            row(
                    Relay.SSH,
                    "did not see server greeting|rather than greeting",
                    "the key in `ssh.identity` logs in, but no rsync daemon answers: is the line in authorized_keys the one"
                            + " that `weir authorize` prints, and does the login shell print nothing?"),
            row(
                    null,
                    "did not see server greeting|rather than greeting|safe_read failed to read 1 bytes",
                    "no rsync daemon greets there: does it run, and does `url` begin with rsyncs:// when the agent has"
                            + " `rsyncd.tls`, and only then?"));

    private record Row(@Nullable Relay of, Pattern pattern, String text) {}

    private static Row row(@Nullable Relay of, String pattern, String text) {
        return new Row(of, Pattern.compile(pattern), text);
    }

    /** Of what was said on standard error by rsync and what carried its bytes; nothing when it is not known. */
    static Optional<Advice> of(String errors, Relay relay) {
        List<String> lines = errors.lines().toList();
        for (Row row : ROWS) {
            if (row.of() != null && row.of() != relay) {
                continue;
            }
            for (String line : lines) {
                if (row.pattern().matcher(line).find()) {
                    return Optional.of(new Advice(line.replaceAll("[@\\s]*$|^[@\\s]*", ""), row.text()));
                }
            }
        }
        return Optional.empty();
    }
}
